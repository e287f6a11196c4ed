/**
 * Paths of answers: `nama_krt`, `anggota[<_id>].umur`. As kegiatan/form/json_path.py.
 *
 * Names may hold dots, never brackets; a row is named by its `_id`, by its index where it has none.
 */

import {
  type FormQuestion,
  type Json,
  type JsonObject,
  type Scope,
  get,
  isObject,
  ownerOf,
  rowKey,
} from "@/engine";

const STEP = /([^[\]]+)\[([^[\]]*)\](?:\.|$)/y;
export const COMMENT_SUFFIX = "-Comment";

export interface Step {
  key: string;
  row: string;
}

/** A path taken apart: the rows on the way, and the last name ("" for the path of a row). */
export interface SplitPath {
  steps: Step[];
  last: string;
}

/** Return a path taken apart, or undefined when it is malformed. */
export function splitPath(path: string): SplitPath | undefined {
  const steps: Step[] = [];
  let position = 0;
  for (;;) {
    STEP.lastIndex = position;
    const found = STEP.exec(path);
    if (found === null) break;
    steps.push({ key: found[1] ?? "", row: found[2] ?? "" });
    position = STEP.lastIndex;
  }
  const last = path.slice(position);
  const isBroken = /[[\]]/.test(last) || (last === "" && (steps.length === 0 || path.endsWith(".")));
  return isBroken ? undefined : { steps, last };
}

/** Return a path put together. */
export function joinPath({ steps, last }: SplitPath): string {
  const rows = steps.map(({ key, row }) => `${key}[${row}]`).join(".");
  return last === "" ? rows : rows === "" ? last : `${rows}.${last}`;
}

/** Return the name under which the first step or the answer itself stands on the unit. */
export function rootKey(path: string): string {
  const split = splitPath(path);
  return split === undefined ? path : (split.steps[0]?.key ?? split.last);
}

/** Return the path of the question that a note belongs to; any other path as it is. */
export function withoutNote(path: string): string {
  return path.endsWith(COMMENT_SUFFIX) ? path.slice(0, -COMMENT_SUFFIX.length) : path;
}

/** Return the row of a roster by what stands in its brackets. */
export function findRow(rows: Json | undefined, wanted: string): JsonObject | undefined {
  if (!Array.isArray(rows)) return undefined;
  return rows.find((row, index) => isObject(row) && rowKey(row, index) === wanted) as
    | JsonObject
    | undefined;
}

/** Return the answer at a path, the row for the path of a row; undefined where there is none. */
export function answerAt(answers: JsonObject, path: string): Json | undefined {
  const split = splitPath(path);
  if (split === undefined) return undefined;
  let place: JsonObject | undefined = answers;
  for (const { key, row } of split.steps) {
    place = findRow(get(place, key), row);
    if (place === undefined) return undefined;
  }
  return split.last === "" ? place : get(place, split.last);
}

/** Return the question of a path, the roster for the path of a row; undefined if unknown. */
export function questionOf(scope: Scope, path: string): FormQuestion | undefined {
  const split = splitPath(path);
  if (split === undefined) return undefined;
  let place: Scope = scope;
  let roster: FormQuestion | undefined;
  for (const { key } of split.steps) {
    roster = place.questions.get(key);
    const below = place.rosters.get(key);
    if (below === undefined) return undefined;
    place = below;
  }
  return split.last === "" ? roster : ownerOf(place, split.last);
}

/** Return answers with `value` at a path; null takes it away. Undefined when a row on the way is gone. */
export function withAnswer(answers: JsonObject, path: string, value: Json): JsonObject | undefined {
  const split = splitPath(path);
  return split === undefined ? undefined : placed(answers, split.steps, split.last, value);
}

function placed(
  place: JsonObject,
  steps: Step[],
  last: string,
  value: Json,
): JsonObject | undefined {
  const [step, ...rest] = steps;
  if (step === undefined) return withKey(place, last, value);
  const given = get(place, step.key);
  const rows = Array.isArray(given) ? given : [];
  const at = rows.findIndex((row, index) => isObject(row) && rowKey(row, index) === step.row);
  if (rest.length === 0 && last === "") {
    return withKey(place, step.key, rowsWith(rows, at, value));
  }
  const row = rows[at];
  if (!isObject(row)) return undefined;
  const changed = placed(row, rest, last, value);
  if (changed === undefined) return undefined;
  return withKey(place, step.key, rowsWith(rows, at, changed));
}

function rowsWith(rows: Json[], at: number, value: Json): Json[] {
  if (value === null) return rows.filter((_, index) => index !== at);
  return at < 0 ? [...rows, value] : rows.map((row, index) => (index === at ? value : row));
}

function withKey(place: JsonObject, key: string, value: Json): JsonObject {
  const result = { ...place };
  if (value === null) delete result[key];
  else result[key] = value;
  return result;
}

/** Return whether a path leads to answers that were set apart, of the unit or of a row: no question asks for them. */
export function isSetApart(path: string): boolean {
  return /(^|\.)_archived($|[.[])/.test(path);
}
