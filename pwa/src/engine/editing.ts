/**
 * Who may change which answer, and what differs between two sets of answers.
 *
 * Both sides are canonical. Rows are matched by `_id`, never by position. Agrees with
 * kegiatan/form/editing.py: the phone shows in advance what the server will keep.
 */

import { type Json, type JsonObject, get, isObject, put, sameJson } from "./json";
import { type FormQuestion, type FormTree, type Scope, isComputed, ownerOf } from "./scope";
import { rowId, rowKey } from "./uuid";

/** The only role whose device may still hold answers of an older form version. */
const FIELD_ROLE = "PPL";

/** Answers with every change that the role may make, and the paths of those it may not. */
export interface Edited {
  answers: JsonObject;
  refused: string[];
}

/** One changed answer, or a whole row that came or went; null: there was or is no answer. */
export interface Difference {
  path: string;
  title: string;
  page: string;
  old: Json;
  new: Json;
}

/**
 * Return `after`, with the value of `before` wherever `role` may not edit.
 *
 * role: "PPL", "PML" or "admin". Rows come and go, and change places, only for a role that may edit
 * their roster; within a row each question has its own `editableBy`. What the form computes is taken
 * from `after`. `_archived` of `before` is kept; only the PPL adds to it.
 */
export function mergeEditable(
  tree: FormTree,
  role: string,
  before: JsonObject,
  after: JsonObject,
): Edited {
  const refused: string[] = [];
  return { answers: merge(tree.scope, role, before, after, "", refused), refused };
}

function merge(
  scope: Scope,
  role: string,
  before: JsonObject,
  after: JsonObject,
  path: string,
  refused: string[],
): JsonObject {
  const merged: JsonObject = {};
  const id = get(after, "_id");
  if (id !== undefined) merged["_id"] = id;
  for (const key of new Set([...Object.keys(after), ...Object.keys(before)])) {
    if (key === "_id" || key === "_archived") continue;
    const old = get(before, key) ?? null;
    const wanted = get(after, key) ?? null;
    const value = mergedValue(scope, role, key, old, wanted, path, refused);
    if (value !== null) put(merged, key, value);
  }
  const archived = mergedArchive(role, get(before, "_archived"), get(after, "_archived"));
  if (Object.keys(archived).length > 0) merged["_archived"] = archived;
  return merged;
}

function mergedValue(
  scope: Scope,
  role: string,
  key: string,
  old: Json,
  wanted: Json,
  path: string,
  refused: string[],
): Json {
  const question = ownerOf(scope, key);
  const rows = scope.rosters.get(key);
  if (rows !== undefined && question !== undefined && areRows(old) && areRows(wanted)) {
    const mayEdit = question.editableBy.has(role);
    const merged = mergeRows(rows, mayEdit, role, old, wanted, path + key, refused);
    const isAbsent = merged.length === 0 && (mayEdit ? wanted : old) === null;
    return isAbsent ? null : merged;
  }
  if (mayEditKey(scope, question, key, role) || sameJson(old, wanted)) return wanted;
  refused.push(path + key);
  return old;
}

function areRows(value: Json): boolean {
  return value === null || (Array.isArray(value) && value.every(isObject));
}

function mayEditKey(
  scope: Scope,
  question: FormQuestion | undefined,
  key: string,
  role: string,
): boolean {
  return isComputed(scope, key) || (question?.editableBy.has(role) ?? false);
}

function mergeRows(
  scope: Scope,
  mayEdit: boolean,
  role: string,
  old: Json,
  wanted: Json,
  path: string,
  refused: string[],
): Json[] {
  const before = byId(old);
  const after = byId(wanted);
  if (!mayEdit) {
    for (const key of after.keys()) if (!before.has(key)) refused.push(`${path}[${key}]`);
    for (const key of before.keys()) if (!after.has(key)) refused.push(`${path}[${key}]`);
  }
  return [...(mayEdit ? after : before).keys()].map((key) => {
    const next = after.get(key);
    const previous = before.get(key) ?? {};
    if (next === undefined) return previous;
    return merge(scope, role, previous, next, `${path}[${key}].`, refused);
  });
}

function byId(rows: Json): Map<string, JsonObject> {
  const found = new Map<string, JsonObject>();
  if (!Array.isArray(rows)) return found;
  rows.forEach((row, index) => {
    if (isObject(row)) found.set(rowKey(row, index), row);
  });
  return found;
}

function mergedArchive(role: string, before: Json | undefined, after: Json | undefined): JsonObject {
  const kept = isObject(before) ? before : {};
  const added = role === FIELD_ROLE && isObject(after) ? after : {};
  return { ...kept, ...added };
}

/** Return what differs, one entry per answer; a row that came or went is one entry. */
export function compareAnswers(tree: FormTree, a: JsonObject, b: JsonObject): Difference[] {
  return [...differences(tree.scope, a, b, "")];
}

function* differences(
  scope: Scope | undefined,
  before: JsonObject,
  after: JsonObject,
  path: string,
): Generator<Difference> {
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const old = get(before, key) ?? null;
    const current = get(after, key) ?? null;
    if (key === "_id" || sameJson(old, current)) continue;
    const question = scope && ownerOf(scope, key);
    const where = { title: question?.title ?? key, page: question?.page ?? "" };
    const isRoster = isRosterValue(old) || isRosterValue(current);
    if (isRoster && isRosterValue(old ?? []) && isRosterValue(current ?? [])) {
      yield* rowDifferences(scope?.rosters.get(key), old, current, path + key, where);
    } else {
      yield { path: path + key, ...where, old, new: current };
    }
  }
}

function isRosterValue(value: Json): boolean {
  if (!Array.isArray(value)) return false;
  const ids = value.map((row) => (isObject(row) ? rowId(row["_id"]) : undefined));
  return !ids.includes(undefined) && new Set(ids).size === ids.length;
}

function* rowDifferences(
  scope: Scope | undefined,
  old: Json,
  current: Json,
  path: string,
  where: { title: string; page: string },
): Generator<Difference> {
  const before = byId(old);
  const after = byId(current);
  for (const [key, row] of before) {
    const next = after.get(key);
    if (next !== undefined) yield* differences(scope, row, next, `${path}[${key}].`);
    else yield { path: `${path}[${key}]`, ...where, old: row, new: null };
  }
  for (const [key, row] of after) {
    if (!before.has(key)) yield { path: `${path}[${key}]`, ...where, old: null, new: row };
  }
}
