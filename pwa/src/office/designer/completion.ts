/** What can be written at a place of the text: keys, values, names of questions in conditions. */

import { type Node, findNodeAtLocation, getLocation } from "jsonc-parser";

import { readableNames } from "./names";
import { itemsOf, propertyOf, readJson } from "./outline";
import { type FormSchema, type Schema, classesOf, opened, propertiesOf, schemasAt, typesOf } from "./schema";

/** A proposal. apply: what is written; cursor: where in it the cursor stands after. */
export interface Proposal {
  label: string;
  apply: string;
  cursor: number;
  detail: string;
  kind: "property" | "value" | "name";
}

/** Proposals in place of the letters from `from` to `to`. */
export interface Proposals {
  from: number;
  to: number;
  options: Proposal[];
}

const ROLES = ["PPL", "PML", "admin"];
// Kinds of SurveyJS that stand in its description and are no questions of their own.
const ABSTRACT = new Set(["matrixdropdownbase", "textbase", "nonvalue", "empty", "question", "slider", "buttongroup", "imagemap"]);

/** Whether a property holds an expression. Source: kegiatan/form/linting_tree.py. */
export function isExpressionKey(key: string): boolean {
  return key === "expression" || key === "condition" || key.endsWith("If") || key.endsWith("Expression");
}

/** Return what may be written at an offset, undefined where nothing is known. */
export function proposalsAt(text: string, offset: number, form: FormSchema): Proposals | undefined {
  const { root } = readJson(text);
  const location = getLocation(text, offset);
  if (root === undefined) return undefined;
  const inside = namesInside(text, offset, root, location.path);
  if (inside !== undefined) return inside;
  const typeAt = (length: number): string => typeText(root, location.path.slice(0, length));
  return location.isAtPropertyKey
    ? keysAt(text, offset, form, { root, path: location.path.slice(0, -1), typeAt, node: location.previousNode })
    : valuesAt(text, offset, form, { root, path: location.path, typeAt, node: location.previousNode });
}

interface Place {
  root: Node;
  path: (string | number)[];
  typeAt: (length: number) => string;
  node: Node | undefined;
}

function typeText(root: Node, path: readonly (string | number)[]): string {
  const type: unknown = propertyOf(findNodeAtLocation(root, [...path]), "type")?.value;
  return typeof type === "string" ? type : "";
}

/** The letters that a proposal takes the place of: the string or word around the offset. */
function written(text: string, offset: number, node: Node | undefined): { from: number; to: number } {
  const isIn = node !== undefined && offset >= node.offset && offset <= node.offset + node.length;
  if (isIn && (node.type === "string" || node.type === "property")) return { from: node.offset, to: node.offset + node.length };
  const before = /["\w]*$/.exec(text.slice(0, offset))?.[0].length ?? 0;
  return { from: offset - before, to: offset };
}

function keysAt(text: string, offset: number, form: FormSchema, place: Place): Proposals | undefined {
  const range = written(text, offset, place.node);
  const holder = findNodeAtLocation(place.root, place.path);
  const there = new Set(
    (holder?.children ?? [])
      .map((property) => property.children?.[0])
      .filter((key) => key !== undefined && key.offset !== range.from)
      .map((key) => String(key?.value)),
  );
  const properties = propertiesOf(schemasAt(form, place.path, place.typeAt));
  // Elements say which class they are; the class does not name it among its own properties.
  if (place.path.includes("pages") && typeof place.path[place.path.length - 1] === "number") {
    if (place.path.length > 2 && !properties.has("type")) properties.set("type", [{ type: "string" }]);
  }
  const hasValue = /^\s*:/.test(text.slice(range.to));
  const comma = hasValue || /^\s*([,}\]]|$)/.test(text.slice(range.to)) ? "" : ",";
  const options = [...properties]
    .filter(([name]) => !there.has(name))
    .map(([name, schemas]): Proposal => {
      const plain = schemas.flatMap((schema) => opened(schema, form.definitions));
      const value = hasValue ? { text: "", cursor: 0 } : emptyValue(plain, name);
      const key = hasValue ? JSON.stringify(name) : `${JSON.stringify(name)}: `;
      return {
        label: name,
        apply: key + value.text + comma,
        cursor: key.length + value.cursor,
        detail: form.titles.get(name) ?? [...typesOf(plain)].slice(0, 2).join(" | "),
        kind: "property",
      };
    });
  return options.length === 0 ? undefined : { ...range, options };
}

/** A value to go on from, and where the cursor stands in it. */
function emptyValue(schemas: readonly Schema[], name: string): { text: string; cursor: number } {
  const types = typesOf(schemas);
  if (name === "type" || types.has("string")) return { text: '""', cursor: 1 };
  if (types.has("boolean")) return { text: "true", cursor: 4 };
  if (types.has("array")) return { text: "[]", cursor: 1 };
  if (types.has("object")) return { text: "{}", cursor: 1 };
  return { text: "", cursor: 0 };
}

function valuesAt(text: string, offset: number, form: FormSchema, place: Place): Proposals | undefined {
  const key = place.path[place.path.length - 1];
  const around = place.path.slice(0, -1);
  const schemas = schemasAt(form, place.path, place.typeAt);
  const values = known(place.root, place.path) ?? (key === "type" ? classes(form, around, place) : undefined) ?? enumerated(schemas);
  if (values.length === 0) return undefined;
  const options = values.map((value): Proposal => {
    const [label, apply] = [String(value), JSON.stringify(value)];
    const detail = key === "type" ? (form.typeTitles.get(label) ?? "") : "";
    return { label, apply, cursor: apply.length, detail, kind: "value" };
  });
  return { ...written(text, offset, place.node), options };
}

function enumerated(schemas: readonly Schema[]): unknown[] {
  const values = new Set(schemas.flatMap((schema) => [...(schema.enum ?? []), ...(schema.const === undefined ? [] : [schema.const])]));
  if (typesOf(schemas).has("boolean")) for (const value of [true, false]) values.add(value);
  return [...values];
}

/** The types that an element, a rule or a trigger may have. */
function classes(form: FormSchema, around: readonly (string | number)[], place: Place): unknown[] | undefined {
  const untyped = schemasAt(form, around, (length) => (length === around.length ? "" : place.typeAt(length)));
  const names = classesOf(untyped, form.definitions).filter((name) => !ABSTRACT.has(name));
  return names.length === 0 ? undefined : names;
}

/** Values that the form itself knows: data sets, roles, levels, columns. */
function known(root: Node, path: readonly (string | number)[]): unknown[] | undefined {
  const keys = path.filter((step) => typeof step === "string");
  const last = keys[keys.length - 1];
  const levels = (propertyOf(root, "level_definitions")?.children ?? []).map((property) => property.children?.[0]?.value as unknown);
  if (last === "editableBy") return ROLES;
  if (last === "master") return itemsOf(root, "masters_used").map((master) => propertyOf(master, "type")?.value as unknown);
  if (last === "assignment_table_grouping_levels") return levels;
  if (last === "key" && keys[0] === "assignment_table_columns") {
    const own = ["assignment_label", "status", "visit_outcome"];
    return [...own, ...answerNames(root).map(({ name }) => `responses.${name}`)];
  }
  return undefined;
}

function answerNames(root: Node): { name: string; title: string }[] {
  return readableNames(root).filter(({ name }) => !name.includes("."));
}

/** Within a text that reads answers, behind `{`: names of questions. */
function namesInside(text: string, offset: number, root: Node, path: readonly (string | number)[]): Proposals | undefined {
  const line = text.slice(text.lastIndexOf("\n", offset - 1) + 1, offset);
  const typed = /\{([\w.]*)$/.exec(line)?.[1];
  const quotes = line.match(/(?<!\\)"/g)?.length ?? 0;
  if (typed === undefined || quotes % 2 === 0) return undefined;
  const inRoster = path.includes("templateElements");
  const names = readableNames(root).filter(({ name }) => inRoster || !name.includes("."));
  const closed = text[offset] === "}" ? "" : "}";
  const options = names.map(({ name, title }): Proposal => {
    const apply = name + closed;
    return { label: name, apply, cursor: apply.length, detail: title.slice(0, 40), kind: "name" };
  });
  return options.length === 0 ? undefined : { from: offset - typed.length, to: offset, options };
}
