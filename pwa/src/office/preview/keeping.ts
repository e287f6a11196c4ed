/**
 * Answers of the tester through changes of the form: what a question held comes back with the question.
 *
 * Known are all answers ever given in this preview; the form gets those that its questions can hold.
 */

import { type FormQuestion, type FormTree, type Json, type JsonObject, type Scope, get, isComputed, isObject, ownerOf } from "@/engine";
import { COMMENT_SUFFIX } from "@/ui/survey/paths";

const LISTS = new Set(["checkbox", "tagbox", "ranking", "photo", "file", "paneldynamic", "matrixdynamic"]);
const TABLES = new Set(["multipletext", "matrixdropdown", "geotag"]);
const TEXTS = new Set(["text", "comment", "barcode", "signature", "signaturepad"]);
const CHOICES = new Set(["radiogroup", "dropdown", "checkbox", "tagbox", "ranking"]);
const EITHER = new Set(["imagepicker", "matrix"]);

/** Return, of all known answers, those that the questions of a form can hold now. */
export function answersFor(tree: FormTree, known: JsonObject, scope: Scope = tree.scope): JsonObject {
  const kept: JsonObject = {};
  for (const [key, value] of Object.entries(known)) {
    if (key === "_id") kept[key] = value;
    const held = heldBy(tree, scope, key, value);
    if (held === undefined) continue;
    const rows = scope.rosters.get(key);
    const isRoster = rows !== undefined && Array.isArray(held);
    kept[key] = isRoster ? held.filter(isObject).map((row) => answersFor(tree, row, rows)) : held;
  }
  return kept;
}

/** Return all known answers after the form reported its own: what it has no place for stays known. */
export function knownAfter(tree: FormTree, before: JsonObject, now: JsonObject, scope: Scope = tree.scope): JsonObject {
  const result: JsonObject = {};
  for (const [key, value] of Object.entries(before)) {
    const isFormsOwn = key === "_archived" || isComputed(scope, key);
    if (!isFormsOwn && heldBy(tree, scope, key, value) === undefined) result[key] = value;
  }
  for (const [key, value] of Object.entries(now)) {
    const rows = scope.rosters.get(key);
    const earlier = get(before, key);
    if (key === "_archived" || isComputed(scope, key)) continue;
    const isRoster = rows !== undefined && Array.isArray(value);
    result[key] = isRoster ? value.map((row) => rowAfter(tree, earlier, row, rows)) : value;
  }
  return result;
}

function rowAfter(tree: FormTree, before: Json | undefined, row: Json, scope: Scope): Json {
  if (!isObject(row)) return row;
  const rows = Array.isArray(before) ? before : [];
  const earlier = rows.find((item) => isObject(item) && item["_id"] === row["_id"]);
  return knownAfter(tree, isObject(earlier) ? earlier : {}, row, scope);
}

/** Return the part of a known answer that a question of the form can hold, undefined for none. */
function heldBy(tree: FormTree, scope: Scope, key: string, value: Json): Json | undefined {
  const question = ownerOf(scope, key);
  if (question === undefined || isComputed(scope, key)) return undefined;
  if (key !== question.key && key.endsWith(COMMENT_SUFFIX)) return typeof value === "string" ? value : undefined;
  if (!fits(question, value)) return undefined;
  if (!CHOICES.has(question.kind) || tree.areChoicesOpen(question)) return value;
  const offered = new Set<Json>(tree.choicesOf(question).map((choice) => choice.value));
  if (!Array.isArray(value)) return offered.has(value) ? value : undefined;
  const left = value.filter((item) => offered.has(item));
  return left.length > 0 ? left : undefined;
}

/** Return whether a question of this kind can hold a value: a list stays away from a text. */
function fits({ kind, element }: FormQuestion, value: Json): boolean {
  if (EITHER.has(kind)) return true;
  if (LISTS.has(kind)) return Array.isArray(value);
  if (TABLES.has(kind)) return isObject(value);
  if (typeof value === "object") return false;
  if (!TEXTS.has(kind)) return true;
  const inputType = kind === "text" ? get(element, "inputType") : undefined;
  const isNumber = inputType === "number" || inputType === "range";
  const isMasked = get(element, "maskType") !== undefined;
  return isNumber ? typeof value === "number" : isMasked || typeof value === "string";
}
