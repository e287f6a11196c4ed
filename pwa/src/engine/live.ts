/** The SurveyJS model of an interview that a person fills in. */

import {
  type ChoicesLazyLoadEvent,
  type DynamicPanelModifiedEvent,
  type GetChoiceDisplayValueEvent,
  type MatrixRowAddedEvent,
  Model,
  type SurveyModel,
} from "survey-core";

import { speakLanguageOf } from "./extensions";
import { canonicalAnswers } from "./canonical";
import { type Json, type JsonObject, get, isObject } from "./json";
import { prepare } from "./prepare";
import { type Scope, formTree } from "./scope";
import { rowId } from "./uuid";
import { modelInput } from "./verdict";

export interface MasterItem {
  value: string;
  text: string;
}

/** Search in a data set; total: how many match in all. */
export type MasterSearch = (
  type: string,
  filter: string,
  skip: number,
  take: number,
) => Promise<{ items: MasterItem[]; total: number }>;

/** Return the texts of codes, in their order; a code that is not there stands for itself. */
export type MasterTexts = (type: string, codes: string[]) => Promise<string[]>;

export interface LiveOptions {
  /** "PPL", "PML" or "admin": what it may not edit is read-only. */
  role: string;
  answers: JsonObject;
  prefilled: JsonObject;
  assignmentId: string;
  /** Return a new UUID for a roster row. */
  newId: () => string;
  locale?: string;
  search?: MasterSearch;
  texts?: MasterTexts;
}

/**
 * Return the model that the interview shows.
 *
 * Every row of every roster has an `_id`: rows of `answers` keep theirs, a new row gets one, also
 * where the form copies the row before it. Dispose the model when the interview closes.
 */
export function createSurvey(form: JsonObject, options: LiveOptions): SurveyModel {
  speakLanguageOf(form);
  const survey = new Model(prepare(form, { role: options.role }));
  const tree = formTree(form);
  if (options.locale !== undefined) survey.locale = options.locale;
  survey.setVariable("prefilled", options.prefilled);
  const given = canonicalAnswers(tree, options.answers, options.assignmentId);
  survey.data = withArchives(modelInput(tree.scope, given, options.prefilled), given);
  survey.onDynamicPanelAdded.add((_, event) => nameRow(event, event.panelIndex, options.newId));
  survey.onMatrixRowAdded.add((_, event) => {
    nameRow(event, event.question.visibleRows.indexOf(event.row), options.newId);
  });
  survey.onValueChanged.add((_, event) => {
    const scope = tree.scope.rosters.get(event.name);
    const value = event.value as unknown;
    if (scope === undefined || !Array.isArray(value)) return;
    const named = namedRows(scope, value as Json[], options.newId);
    if (named !== value) survey.setValue(event.name, named);
  });
  serveLookups(survey, options);
  return survey;
}

/** Put back the answers kept apart, of the unit and of rows: the model carries them along unseen. */
function withArchives(input: JsonObject, given: JsonObject): JsonObject {
  const result: JsonObject = {};
  for (const [key, value] of Object.entries(input)) {
    const rows = get(given, key);
    const isRoster = Array.isArray(value) && Array.isArray(rows) && value.some(isObject);
    result[key] = isRoster
      ? value.map((row, index) => {
          const from = rows[index];
          return isObject(row) && isObject(from) ? withArchives(row, from) : row;
        })
      : value;
  }
  const archived = get(given, "_archived");
  return archived === undefined ? result : { ...result, _archived: archived };
}

/** Name rows that the form made by itself (a least number of rows); the same list when all have ids. */
function namedRows(scope: Scope, rows: Json[], newId: () => string): Json[] {
  let isNew = false;
  const named = rows.map((row): Json => {
    if (!isObject(row)) return row;
    const result: JsonObject = { ...row, _id: rowId(row["_id"]) ?? newId() };
    let hasNew = result["_id"] !== row["_id"];
    for (const [key, inner] of scope.rosters) {
      const value = get(row, key);
      if (!Array.isArray(value)) continue;
      const below = namedRows(inner, value, newId);
      if (below !== value) hasNew = true;
      result[key] = below;
    }
    isNew ||= hasNew;
    return hasNew ? result : row;
  });
  return isNew ? named : rows;
}

function nameRow(
  event: DynamicPanelModifiedEvent | MatrixRowAddedEvent,
  index: number,
  newId: () => string,
): void {
  const question = event.question;
  const value: unknown = question.value;
  const rows: unknown[] = Array.isArray(value) ? [...(value as unknown[])] : [];
  while (rows.length <= index) rows.push({});
  const row = rows[index];
  // survey-core tells of every row when it first draws a roster, also of those that have been there.
  if (isObject(row) && hasOwnId(rows, row)) return;
  rows[index] = { ...(isObject(row) ? withFreshRows(row, newId) : {}), _id: newId() };
  question.value = rows;
}

/** Return whether a row has an id that no other row of its roster has: a copied row has not. */
function hasOwnId(rows: unknown[], row: JsonObject): boolean {
  const id = rowId(row["_id"]);
  return id !== undefined && !rows.some((other) => other !== row && isObject(other) && rowId(other["_id"]) === id);
}

/** Give the rows inside a copied row ids of their own. */
function withFreshRows(row: JsonObject, newId: () => string): JsonObject {
  const result: JsonObject = {};
  for (const [key, value] of Object.entries(row)) {
    const isRoster = Array.isArray(value) && value.some((item) => isObject(item) && "_id" in item);
    result[key] = isRoster
      ? value.map((item) => (isObject(item) ? { ...withFreshRows(item, newId), _id: newId() } : item))
      : value;
  }
  return result;
}

function serveLookups(survey: SurveyModel, options: LiveOptions): void {
  const { search, texts } = options;
  if (search !== undefined) {
    survey.onChoicesLazyLoad.add((_, event: ChoicesLazyLoadEvent) => {
      const type: unknown = event.question.getPropertyValue("master");
      if (typeof type !== "string") return;
      void search(type, event.filter, event.skip, event.take).then(({ items, total }) => {
        event.setItems(items, total);
      });
    });
  }
  if (texts !== undefined) {
    survey.onGetChoiceDisplayValue.add((_, event: GetChoiceDisplayValueEvent) => {
      const type: unknown = event.question.getPropertyValue("master");
      if (typeof type !== "string") return;
      void texts(type, event.values.map(String)).then((found) => event.setItems(found));
    });
  }
}
