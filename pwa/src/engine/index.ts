/**
 * The form engine of Cerdas: the same code judges answers on the phone and in the office.
 *
 * No DOM, network or storage in here. Source: docs/forms.md.
 */

import { type Difference, type Edited, compareAnswers, mergeEditable } from "./editing";
import type { JsonObject } from "./json";
import { formTree } from "./scope";

export { NO_ASSIGNMENT, canonicalAnswers, rowIds } from "./canonical";
export type { Difference, Edited } from "./editing";
export { COMPUTED_TYPES, type Choice, localized } from "./elements";
export type { Finding } from "./findings";
export { type Inspection, inspect } from "./inspect";
export { type Json, type JsonObject, atPath, get, isObject, objectsOf, put, sameJson } from "./json";
export { labelOf } from "./label";
export { type Leftovers, archivedWith, leftOut, withLeftovers } from "./leftovers";
export { type LiveOptions, type MasterItem, type MasterSearch, type MasterTexts, createSurvey } from "./live";
export { isEmpty } from "./misfits";
export { FOLLOWING, type PrepareOptions, prepare } from "./prepare";
export {
  type FormQuestion,
  type FormTree,
  type Scope,
  formTree,
  isComputed,
  labelsOf,
  ownerOf,
  walkScope,
} from "./scope";
export { rowId, rowKey } from "./uuid";
export { type CompiledForm, type EvaluateOptions, type Verdict, compile, evaluate } from "./verdict";

/** Return what differs between two sets of canonical answers, rows known by their `_id`. */
export function compare(form: JsonObject, a: JsonObject, b: JsonObject): Difference[] {
  return compareAnswers(formTree(form), a, b);
}

/** Return `after` with only the changes that `role` may make to `before`. */
export function editable(
  form: JsonObject,
  role: string,
  before: JsonObject,
  after: JsonObject,
): Edited {
  return mergeEditable(formTree(form), role, before, after);
}
