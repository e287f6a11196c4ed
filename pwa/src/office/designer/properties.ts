/** The properties that can be changed in fields, by kind of element; the rest is the editor's. */

import { type Node, getNodeValue } from "jsonc-parser";

import type { PropertyKey } from "./property-words";
import { type OutlineNode, propertyOf } from "./outline";

export type FieldKind = "words" | "long" | "name" | "plain" | "number" | "flag" | "choices" | "condition" | "roles";

export interface Field {
  key: PropertyKey;
  kind: FieldKind;
}

const field = (key: PropertyKey, kind: FieldKind): Field => ({ key, kind });
const NAME = field("name", "name");
const TITLE = field("title", "words");
const REQUIRED = field("isRequired", "flag");
const VISIBLE = field("visibleIf", "condition");
const DESCRIPTION = field("description", "words");
const CHOICES = field("choices", "choices");

const BY_TYPE: Readonly<Record<string, readonly Field[]>> = {
  radiogroup: [CHOICES],
  dropdown: [CHOICES, field("master", "plain")],
  checkbox: [CHOICES],
  tagbox: [CHOICES, field("master", "plain")],
  ranking: [CHOICES],
  imagepicker: [CHOICES],
  comment: [field("maxLength", "number")],
  geotag: [field("minAccuracy", "number")],
  photo: [field("minCount", "number"), field("maxCount", "number")],
  prefilled: [field("dataKey", "plain")],
  expression: [field("expression", "condition")],
  paneldynamic: [field("templateTitle", "words"), field("minPanelCount", "number"), field("maxPanelCount", "number")],
  matrixdynamic: [field("minRowCount", "number"), field("maxRowCount", "number")],
  rating: [field("rateMin", "number"), field("rateMax", "number")],
  boolean: [field("labelTrue", "words"), field("labelFalse", "words")],
};
const WITHOUT_ANSWER = new Set(["html", "image", "panel", "page", "expression", "prefilled"]);

/** Return the fields of an element, in the order they are shown. */
export function fieldsOf(line: OutlineNode, element: Node | undefined): Field[] {
  if (line.kind === "column") return [TITLE, NAME, field("cellType", "plain"), REQUIRED];
  if (line.type === "html") return [field("html", "long"), NAME, VISIBLE];
  const inputType: unknown = propertyOf(element, "inputType")?.value;
  const byType = line.type === "text" ? textFields(inputType) : (BY_TYPE[line.type] ?? []);
  const hasMaster = propertyOf(element, "master") !== undefined;
  const own = byType.filter((one) => (hasMaster ? one.key !== "choices" : one.key !== "master"));
  const asked = WITHOUT_ANSWER.has(line.type) ? [] : [REQUIRED];
  const described = line.kind === "page" ? [] : [DESCRIPTION];
  return [TITLE, NAME, ...asked, ...own, VISIBLE, ...described, field("editableBy", "roles")];
}

function textFields(inputType: unknown): Field[] {
  const type = field("inputType", "plain");
  if (inputType === "number") return [type, field("min", "number"), field("max", "number")];
  return inputType === "date" ? [type] : [type, field("maxLength", "number")];
}

/** A text by language; one entry with an empty language for a plain string. */
export interface Words {
  language: string;
  text: string;
}

export function wordsOf(node: Node | undefined): Words[] {
  const value: unknown = node === undefined ? "" : getNodeValue(node);
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    const found = Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === "string");
    if (found.length > 0) return found.map(([language, text]) => ({ language, text }));
  }
  return [{ language: "", text: typeof value === "string" ? value : "" }];
}

type Item = string | number | boolean | { value?: unknown; text?: unknown; [key: string]: unknown };

/** Return choices as lines `value = text`; a choice without a text of its own is its value. */
export function choiceLines(node: Node | undefined, language: string): string {
  const items: unknown = node === undefined ? [] : getNodeValue(node);
  if (!Array.isArray(items)) return "";
  return (items as Item[]).map((item) => lineOf(item, language)).join("\n");
}

function lineOf(item: Item, language: string): string {
  const value = codeOf(item);
  if (typeof item !== "object" || item === null) return value;
  const text = wordIn(item.text, language);
  return text === "" || text === value ? value : `${value} = ${text}`;
}

function codeOf(item: Item): string {
  const value = typeof item === "object" && item !== null ? item.value : item;
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? String(value) : "";
}

function wordIn(text: unknown, language: string): string {
  if (typeof text === "string") return text;
  if (typeof text !== "object" || text === null) return "";
  const words = text as Record<string, unknown>;
  const found = words[language] ?? words["default"] ?? Object.values(words)[0];
  return typeof found === "string" ? found : "";
}

/** Return the choices that lines name. What choices of the same value had else stays: other languages, conditions. */
export function choicesFrom(lines: string, before: Node | undefined, language: string): unknown[] {
  const items: unknown = before === undefined ? [] : getNodeValue(before);
  const known = new Map<string, Item>();
  for (const item of (Array.isArray(items) ? items : []) as Item[]) {
    known.set(codeOf(item), item);
  }
  return lines.split("\n").map((line) => line.trim()).filter((line) => line !== "").map((line) => {
    const [value = "", ...rest] = line.split("=").map((part) => part.trim());
    return choiceOf(known.get(value), value, rest.join(" = "), language);
  });
}

function choiceOf(before: Item | undefined, value: string, text: string, language: string): unknown {
  if (typeof before !== "object" || before === null) {
    const kept = before ?? value;
    return text === "" ? kept : { value: kept, text };
  }
  const words = before.text;
  if (text === "") return typeof words === "string" ? { ...before, text: undefined } : before;
  if (typeof words !== "object" || words === null) return { ...before, text };
  const spoken = language in words ? language : "default" in words ? "default" : (Object.keys(words)[0] ?? language);
  return { ...before, text: { ...words, [spoken]: text } };
}

/** Return what a number field holds as JSON: nothing, a number, or the text while it is none. */
export function numberFrom(typed: string): number | string | undefined {
  const text = typed.trim().replace(",", ".");
  if (text === "") return undefined;
  const number = Number(text);
  return Number.isFinite(number) ? number : typed;
}
