/**
 * Answers that do not count, taken out of the running form: there they would steer other questions.
 *
 * They stay in the draft and come back with their questions. Source: docs/forms.md, "A hidden question has no answer".
 */

import type { SurveyModel } from "survey-core";

import { type Json, type JsonObject, type Scope, archivedWith, get, isComputed, isEmpty, isObject, put, sameJson } from "@/engine";

import { COMMENT_SUFFIX, answerAt, joinPath, splitPath, withAnswer, withoutNote } from "./paths";

export class Aside {
  private readonly values = new Map<string, Json>();

  constructor(private readonly scope: Scope) {}

  /** Return what the form holds together with what was taken out of it; what the form holds comes first. */
  whole(data: JsonObject): JsonObject {
    let result = data;
    for (const path of outermostFirst(this.values.keys())) {
      if (isEmpty(answerAt(result, path))) result = withAnswer(result, path, this.values.get(path) ?? null) ?? result;
    }
    return result;
  }

  /** Take the answers at some paths out of the form, and put back those that are no longer among them. */
  follow(survey: SurveyModel, hidden: readonly string[]): void {
    const data = JSON.parse(JSON.stringify(survey.data)) as JsonObject;
    const next = this.without(this.withReturned(data, new Set(hidden)), hidden);
    const changed = [...new Set([...Object.keys(data), ...Object.keys(next)])].filter((key) => !sameJson(get(data, key), get(next, key)));
    for (const key of changed) if (!this.isNote(key)) survey.setValue(key, get(next, key));
    for (const key of changed) {
      const note = get(next, key);
      if (this.isNote(key)) survey.setComment(withoutNote(key), typeof note === "string" ? note : "");
    }
  }

  private isNote(key: string): boolean {
    return key.endsWith(COMMENT_SUFFIX) && !this.scope.questions.has(key);
  }

  /** Give back; where something else was answered meanwhile, what was there is set apart. */
  private withReturned(data: JsonObject, hidden: ReadonlySet<string>): JsonObject {
    let result = data;
    for (const path of outermostFirst(this.values.keys())) {
      if (hidden.has(path)) continue;
      const value = this.values.get(path) ?? null;
      const now = answerAt(result, path);
      this.values.delete(path);
      if (isEmpty(now)) result = withAnswer(result, path, value) ?? result;
      else if (!sameJson(now, value)) result = withArchived(result, path, value);
    }
    return result;
  }

  private without(data: JsonObject, hidden: readonly string[]): JsonObject {
    let result = data;
    for (const path of outermostFirst(hidden)) {
      const value = answerAt(result, path);
      if (value === undefined || isEmpty(value)) continue;
      this.values.set(path, value);
      result = withAnswer(result, path, null) ?? result;
    }
    return result;
  }
}

function withArchived(data: JsonObject, path: string, value: Json): JsonObject {
  const split = splitPath(path);
  if (split === undefined) return data;
  const archive = joinPath({ steps: split.steps, last: "_archived" });
  return withAnswer(data, archive, archivedWith(answerAt(data, archive), split.last, value)) ?? data;
}

function outermostFirst(paths: Iterable<string>): string[] {
  const depth = (path: string): number => splitPath(path)?.steps.length ?? 0;
  return [...paths].sort((a, b) => depth(a) - depth(b));
}

/** Return answers without what the form computes. */
export function withoutComputed(scope: Scope, answers: JsonObject): JsonObject {
  const result: JsonObject = {};
  for (const [key, value] of Object.entries(answers)) {
    const rows = scope.rosters.get(key);
    if (isComputed(scope, key)) continue;
    const isRoster = rows !== undefined && Array.isArray(value);
    put(result, key, isRoster ? value.map((row) => (isObject(row) ? withoutComputed(rows, row) : row)) : value);
  }
  return result;
}
