/** The label of an assignment: `{nama_krt} - (No. Urut: {nomor_urut_bangunan})`. As label.py. */

import { pythonText } from "./elements";
import { type Json, type JsonObject, cleanText, get, textOf } from "./json";
import { type FormTree, labelsOf } from "./scope";

const LABEL_LENGTH = 255;
const PLACEHOLDER = /\{([^{}]+)\}/g;
const BRACKETS = /\([^()]*\)|\[[^[\]]*\]/g;
const SEPARATORS = "-\u2013\u2014/|,;:\u00b7";
const SPACE = "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const SPACES = new RegExp(`[${SPACE}]+`, "u");
const EDGE_SPACES = new RegExp(`^[${SPACE}]+|[${SPACE}]+$`, "gu");
const SEPARATOR = "[-\u2013\u2014/|,;:\u00b7]";
const DOUBLED = new RegExp(`( ${SEPARATOR})(?: +${SEPARATOR})+(?= )|(,)(?: *,)+`, "g");

/**
 * Return the label, at most 255 characters, on one line; "" when nothing is known.
 *
 * {name}: the answer, else the prefilled value; {prefilled.name}: only the latter. A choice shows its
 * text. Brackets around nothing, and separators left over, are dropped.
 */
export function labelOf(tree: FormTree, answers: JsonObject, prefilled: JsonObject): string {
  const template = textOf(get(tree.form, "assignment_label_template"));
  const values = new Map<string, string>();
  for (const [, name] of template.matchAll(PLACEHOLDER)) {
    if (name !== undefined) values.set(name, valueOf(strip(name), answers, prefilled, tree));
  }
  const known = [...values.values()];
  if (known.length > 0 && !known.some(Boolean)) return "";
  const kept = template.replace(BRACKETS, (group) => {
    const names = [...group.matchAll(PLACEHOLDER)].map((found) => found[1] ?? "");
    return names.length > 0 && !names.some((name) => values.get(name)) ? "" : group;
  });
  const filled = kept.replace(PLACEHOLDER, (_, name: string) => values.get(name) ?? "");
  let label = filled.split(SPACES).filter(Boolean).join(" ");
  if (!known.every(Boolean)) {
    label = stripOf(label.replace(DOUBLED, "$1$2"), SEPARATORS + " ");
  }
  const letters = Array.from(label);
  if (letters.length <= LABEL_LENGTH) return label;
  return letters.slice(0, LABEL_LENGTH - 1).join("").trimEnd() + "…";
}

function strip(text: string): string {
  return text.replace(EDGE_SPACES, "");
}

function stripOf(text: string, characters: string): string {
  const letters = Array.from(text);
  const isKept = (letter: string): boolean => !characters.includes(letter);
  const first = letters.findIndex(isKept);
  return first < 0 ? "" : letters.slice(first, letters.findLastIndex(isKept) + 1).join("");
}

function valueOf(name: string, answers: JsonObject, prefilled: JsonObject, tree: FormTree): string {
  if (name.startsWith("prefilled.")) {
    return shown(get(prefilled, name.slice("prefilled.".length)), new Map());
  }
  const isShort = Object.hasOwn(answers, name) || !name.startsWith("responses.");
  const key = isShort ? name : name.slice("responses.".length);
  const question = tree.scope.questions.get(key);
  const labels = question === undefined ? new Map<string, string>() : labelsOf(tree, question);
  return shown(get(answers, key), labels) || shown(get(prefilled, key), labels);
}

function shown(value: Json | undefined, labels: Map<string, string>): string {
  if (Array.isArray(value)) {
    return value.map((item) => shown(item, labels)).filter(Boolean).join(", ");
  }
  if (value === undefined || value === null || typeof value === "object") return "";
  const text = pythonText(value);
  if (typeof value === "boolean") return labels.get(text) ?? "";
  return cleanText(labels.get(text) ?? text);
}
