/**
 * Answers as they are stored: clean text, rows with an `_id`, unknown names apart.
 *
 * Canonical answers stay as they are when they come a second time. Agrees with
 * kegiatan/form/canonical.py, which also checks the caps.
 */

import { COMPOSITE_TYPES } from "./elements";
import { type Json, type JsonObject, cleanForeign, cleanJson, foreignKey, get, isObject, put } from "./json";
import { type FormTree, type Scope, isComputed, ownerOf } from "./scope";
import { rowId, uuid5 } from "./uuid";

/** Namespace of given row ids where no assignment is named. */
export const NO_ASSIGNMENT = "00000000-0000-0000-0000-000000000000";

/**
 * Return answers as they are stored.
 *
 * A null or an empty text is no answer and is dropped. A row without a valid `_id`, or with one used
 * twice in its roster, gets uuid5(assignment, "roster path[index]"). Unknown names move to
 * `_archived` of the unit or of their row, beside what is there already.
 */
export function canonicalAnswers(
  tree: FormTree,
  answers: JsonObject,
  assignmentId: string = NO_ASSIGNMENT,
): JsonObject {
  const cleaned = cleanJson(answers);
  return canonicalObject(isObject(cleaned) ? cleaned : {}, tree.scope, "", assignmentId);
}

function canonicalObject(
  source: JsonObject,
  scope: Scope,
  path: string,
  assignmentId: string,
): JsonObject {
  const result: JsonObject = {};
  const foreign: JsonObject = {};
  for (const [key, value] of Object.entries(source)) {
    if (value === null || value === "") continue;
    const question = scope.questions.get(key);
    const rows = scope.rosters.get(key);
    if (question === undefined) {
      if (ownerOf(scope, key) !== undefined || isComputed(scope, key)) put(result, key, value);
      else if (key !== "_archived" && !(path && key === "_id")) {
        put(foreign, foreignKey(key), cleanForeign(value));
      }
    } else if (rows !== undefined) {
      put(result, key, canonicalRows(value, rows, path + key, assignmentId));
    } else {
      put(result, key, COMPOSITE_TYPES.has(question.kind) ? withoutNulls(value) : value);
    }
  }
  archive(get(source, "_archived") ?? null, foreign, result);
  return result;
}

function archive(kept: Json, foreign: JsonObject, result: JsonObject): void {
  const before = isObject(kept) ? kept : kept === null ? {} : { _archived: kept };
  const archived = cleanForeign({ ...before, ...foreign });
  if (isObject(archived) && Object.keys(archived).length > 0) result["_archived"] = archived;
}

function canonicalRows(value: Json, scope: Scope, path: string, assignmentId: string): Json {
  if (!Array.isArray(value)) return value;
  const rows = value.filter((row) => row !== null);
  const ids = rowIds(rows, path, assignmentId);
  return rows.map((row, index) => {
    if (!isObject(row)) return row;
    const id = ids[index] ?? "";
    return { _id: id, ...canonicalObject(row, scope, `${path}[${id}].`, assignmentId) };
  });
}

/** Return an id per row. Ids that rows bring are taken first, so that none loses its own. */
export function rowIds(rows: readonly Json[], path: string, assignmentId: string): string[] {
  const brought = rows.map((row) => (isObject(row) ? rowId(row["_id"]) : undefined));
  const taken = new Set(brought.filter((id) => id !== undefined));
  const used = new Set<string>();
  return rows.map((row, index) => {
    if (!isObject(row)) return "";
    let id = brought[index];
    if (id === undefined || used.has(id)) {
      id = givenId(`${path}[${index}]`, taken, assignmentId);
    }
    used.add(id);
    return id;
  });
}

function givenId(place: string, taken: Set<string>, assignmentId: string): string {
  let id = uuid5(assignmentId, place);
  for (let attempt = 1; taken.has(id); attempt += 1) {
    id = uuid5(assignmentId, `${place}#${attempt}`);
  }
  taken.add(id);
  return id;
}

function withoutNulls(value: Json): Json {
  if (!isObject(value)) return value;
  const result: JsonObject = {};
  for (const [key, item] of Object.entries(value)) {
    if (item !== null) put(result, key, withoutNulls(item));
  }
  return result;
}
