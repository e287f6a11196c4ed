/** Answers that a model cannot hold, because their JSON type is not one that the question now has. */

import { COMPUTED_TYPES } from "./elements";
import { type Json, type JsonObject, get, isObject, put, sameJson } from "./json";
import { isScalar } from "./misfits";
import type { Scope } from "./scope";
import { rowId } from "./uuid";
import { fits } from "./verdict";

/** What was left out on one level, and below it by roster and row. apart: answered anew since. */
export interface Leftovers {
  values: Map<string, Json>;
  apart: Map<string, Json>;
  rows: Map<string, Map<string, Leftovers>>;
}

/** Return what `modelInput` leaves out of canonical answers, other than what the form makes anew. */
export function leftOut(scope: Scope, given: JsonObject): Leftovers {
  const found: Leftovers = { values: new Map(), apart: new Map(), rows: new Map() };
  for (const [key, value] of Object.entries(given)) {
    const question = scope.questions.get(key);
    const below = scope.rosters.get(key);
    if (key === "_archived" || key === "_id" || scope.calculated.has(key)) continue;
    if (question !== undefined && (COMPUTED_TYPES.has(question.kind) || question.kind === "prefilled")) continue;
    if (question === undefined ? !isScalar(value) : !fits(question, value)) {
      found.values.set(key, value);
    } else if (below !== undefined && Array.isArray(value)) {
      if (!value.every(isObject)) found.values.set(key, value);
      const rows = new Map<string, Leftovers>();
      for (const row of value) {
        const id = isObject(row) ? rowId(row["_id"]) : undefined;
        if (id === undefined || !isObject(row)) continue;
        const inner = leftOut(below, row);
        if (inner.values.size + inner.rows.size > 0) rows.set(id, inner);
      }
      if (rows.size > 0) found.rows.set(key, rows);
    }
  }
  return found;
}

/**
 * Return what a model holds together with what was left out of it.
 *
 * A question without an answer has its old one back; where a new one was given, the old one goes to
 * `_archived` of its level and stays there (`left` remembers): emptied again, the question stays empty.
 */
export function withLeftovers(scope: Scope, data: JsonObject, left: Leftovers): JsonObject {
  const result: JsonObject = { ...data };
  for (const [key, value] of left.values) {
    const now = get(result, key);
    if (now === undefined || now === null) {
      put(result, key, value);
    } else {
      left.values.delete(key);
      left.apart.set(key, value);
    }
  }
  for (const [key, value] of left.apart) setApart(result, key, value);
  for (const [key, rows] of left.rows) {
    const [below, value] = [scope.rosters.get(key), get(result, key)];
    if (below === undefined || !Array.isArray(value)) continue;
    const whole = value.map((row): Json => {
      const inner = isObject(row) ? rows.get(rowId(row["_id"]) ?? "") : undefined;
      return isObject(row) && inner !== undefined ? withLeftovers(below, row, inner) : row;
    });
    put(result, key, whole);
  }
  return result;
}

function setApart(level: JsonObject, key: string, value: Json): void {
  level["_archived"] = archivedWith(get(level, "_archived"), key, value);
}

/** Return `_archived` of a level with one more answer; another of that name there stays. */
export function archivedWith(before: Json | undefined, key: string, value: Json): JsonObject {
  const kept: JsonObject = isObject(before) ? { ...before } : {};
  let name = key;
  for (let n = 2; Object.hasOwn(kept, name) && !sameJson(kept[name], value); n += 1) name = `${key} (${n})`;
  put(kept, name, value);
  return kept;
}
