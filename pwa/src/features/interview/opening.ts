/** With which version of the form a unit is opened, and what that means for its answers. */

import {
  type FormTree,
  type JsonObject,
  type Scope,
  get,
  isObject,
  ownerOf,
  walkScope,
} from "@/engine";
import { FILLABLE, type ResponseStatus } from "@/store/types";
import { textIn } from "@/ui/survey/wording";

export interface VersionChoice {
  /** Version to open with. */
  version: number;
  /** The version that the answers were begun in, when another one is opened; null otherwise. */
  previous: number | null;
  /** A newer one than the opened is on the phone. */
  newer: number | null;
}

/**
 * Return the version to open a unit with.
 *
 * Who began stays with the version begun with, until they choose the newer one; new and rejected
 * work opens with the newest; what is locked with exactly its own. Source: spec, "Form versions".
 */
export function versionToOpen(unit: {
  status: ResponseStatus;
  usedVersion: number;
  hasAnswers: boolean;
  draftVersion: number | null;
  newest: number;
}): VersionChoice {
  const { status, usedVersion, hasAnswers, draftVersion, newest } = unit;
  if (!FILLABLE.includes(status)) return { version: usedVersion, previous: null, newer: null };
  const previous = hasAnswers && usedVersion < newest ? usedVersion : null;
  if (draftVersion === null) return { version: newest, previous, newer: null };
  return {
    version: draftVersion,
    previous: draftVersion === newest ? previous : null,
    newer: draftVersion < newest ? newest : null,
  };
}

/** Return whether somebody else changed a unit that is open here; opening it is this phone's own doing. */
export function isOvertaken(
  was: { status: ResponseStatus; version: number },
  now: { status: ResponseStatus; version: number; gone: boolean },
): boolean {
  if (now.gone || (was.status === "Assigned" && now.status === "Opened")) return false;
  return now.status !== was.status || now.version !== was.version;
}

export interface FormChanges {
  added: string[];
  removed: string[];
}

/** Return titles of the questions that came and went between two versions. */
export function formChanges(before: FormTree, after: FormTree, locale: string): FormChanges {
  const titles = (tree: FormTree): Map<string, string> =>
    new Map(
      [...walkScope(tree.scope)].map((question) => [
        question.path,
        textIn(get(question.element, "title"), locale, question.name),
      ]),
    );
  const [old, now] = [titles(before), titles(after)];
  const only = (one: Map<string, string>, other: Map<string, string>): string[] =>
    [...one].filter(([path]) => !other.has(path)).map(([, title]) => title);
  return { added: only(now, old), removed: only(old, now) };
}

/**
 * Return answers with those that were set apart, and are asked in this form, in their place again.
 *
 * What this form does not ask goes apart by itself when the answers are made canonical. As
 * kegiatan/form/upgrading.py; what does not fit its question is shown as an error there.
 */
export function broughtBack(scope: Scope, answers: JsonObject): JsonObject {
  const kept = get(answers, "_archived");
  const rest: JsonObject = {};
  const result: JsonObject = {};
  for (const [key, value] of Object.entries(answers)) if (key !== "_archived") result[key] = value;
  for (const [key, value] of Object.entries(isObject(kept) ? kept : {})) {
    if (ownerOf(scope, key) !== undefined && !Object.hasOwn(result, key)) result[key] = value;
    else rest[key] = value;
  }
  for (const [key, rows] of scope.rosters) {
    const value = get(result, key);
    if (!Array.isArray(value)) continue;
    result[key] = value.map((row) => (isObject(row) ? broughtBack(rows, row) : row));
  }
  if (Object.keys(rest).length > 0) result["_archived"] = rest;
  return result;
}
