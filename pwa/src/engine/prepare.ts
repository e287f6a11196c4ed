/**
 * From a stored form to the JSON that SurveyJS runs.
 *
 * For a role: what it may not edit is read-only. For the verdict (no role): nothing is read-only, as
 * survey-core validates no read-only question, and nothing fills in answers that nobody gave.
 */

import {
  DEFAULT_EDITORS,
  MATRIX_ROWS,
  PANEL_ROWS,
  ROSTER_TYPES,
} from "./elements";
import { type Json, type JsonObject, get, objectsOf, textOf } from "./json";
import { editorsOf } from "./scope";

/** The client's envelope around the model. */
const ENVELOPE = /^(form|masters|level|assignment)_/;
/** Properties that reach out of the engine; a published form has none of them. */
const OUTSIDE = [
  "surveyId",
  "surveyPostId",
  "surveyShowDataSaving",
  "sendResultOnPageNext",
  "cookieName",
  "navigateToUrl",
  "navigateToUrlOnCondition",
  "clientId",
];
/** How a survey is shown; several of these would leave pages or questions out of the verdict. */
const SHOWING = [
  "mode",
  "readOnly",
  "questionsOnPageMode",
  "firstPageIsStarted",
  "firstPageIsStartPage",
  "questionsOrder",
  "questionOrder",
  "showPreviewBeforeComplete",
  "lazyRenderEnabled",
  "lazyRendering",
  "validationEnabled",
  "maxTimeToFinish",
  "maxTimeToFinishPage",
  "timeLimit",
  "timeLimitPerPage",
];
/** What makes an answer follow others while the form is filled in. */
export const FOLLOWING = ["defaultValueExpression", "setValueIf", "setValueExpression", "resetValueIf"];
/** What writes an answer in the person's place while the form is filled in. */
const FILLING = [
  ...FOLLOWING,
  "defaultValue",
  "defaultPanelValue",
  "defaultRowValue",
  "defaultValueFromLastPanel",
  "defaultValueFromLastRow",
  "copyDefaultValueFromLastEntry",
];
const NESTED = ["elements", "templateElements", "detailElements"] as const;
const WITH_COLUMNS = new Set(["matrixdynamic", "matrixdropdown"]);
const DONE: Json[] = ["selesai"];

export interface PrepareOptions {
  /** "PPL", "PML" or "admin"; absent: nothing is read-only. */
  role?: string;
  /** Leave out what only matters while the form is filled in. */
  verdict?: boolean;
  /** Take off the envelope only, for a look at the form as it was written. */
  plain?: boolean;
}

/** Return the SurveyJS model of a form; the form stays as it is. */
export function prepare(form: JsonObject, options: PrepareOptions = {}): JsonObject {
  const survey: JsonObject = {};
  for (const [key, value] of Object.entries(form)) {
    const isLeftOut = OUTSIDE.includes(key) || (options.verdict === true && SHOWING.includes(key));
    const isKept = options.plain === true || !isLeftOut;
    if (!ENVELOPE.test(key) && isKept) survey[key] = structuredCopy(value);
  }
  if (options.plain === true) return survey;
  survey["locale"] = textOf(get(form, "locale")) || "id";
  survey["clearInvisibleValues"] = "none";
  const pages = objectsOf(survey["pages"]);
  survey["pages"] = pages;
  pages.forEach((page, index) => {
    page["name"] = textOf(get(page, "name")) || `page${index + 1}`;
  });
  gateByOutcome(pages);
  for (const page of pages) {
    const editors = editorsOf(page, DEFAULT_EDITORS);
    for (const element of childrenOf(page)) prepareElement(element, editors, options);
  }
  if (options.verdict === true) delete survey["triggers"];
  return survey;
}

function structuredCopy(value: Json): Json {
  return JSON.parse(JSON.stringify(value)) as Json;
}

function childrenOf(element: JsonObject): JsonObject[] {
  const columns = WITH_COLUMNS.has(textOf(get(element, "type"))) ? get(element, "columns") : [];
  return [...NESTED.flatMap((key) => objectsOf(get(element, key))), ...objectsOf(columns)];
}

function prepareElement(
  element: JsonObject,
  inherited: ReadonlySet<string>,
  options: PrepareOptions,
): void {
  const kind = textOf(get(element, "type"));
  const editors = editorsOf(element, inherited);
  delete element["choicesByUrl"];
  // survey-core would clear what was typed as soon as its question hides: it would not come back with it.
  if (get(element, "clearIfInvisible") !== "none") delete element["clearIfInvisible"];
  if (options.verdict === true) for (const key of FILLING) delete element[key];
  sizeRoster(element, kind);
  if (typeof get(element, "master") === "string") {
    element["choicesLazyLoadEnabled"] = true;
    element["choices"] = [];
  }
  if (options.role !== undefined) lock(element, kind, editors.has(options.role));
  for (const child of childrenOf(element)) prepareElement(child, editors, options);
}

/** Show as many rows at first as there must be: rows beyond those would be asked on the screen only. */
function sizeRoster(element: JsonObject, kind: string): void {
  if (kind === "paneldynamic") {
    element["maxPanelCount"] ??= PANEL_ROWS;
    delete element["panelCount"];
  }
  if (kind === "matrixdynamic") {
    element["maxRowCount"] ??= MATRIX_ROWS;
    element["rowCount"] = get(element, "minRowCount") ?? 0;
  }
}

/** Make an element read-only; of a roster only coming and going of rows, as its questions differ. */
function lock(element: JsonObject, kind: string, mayEdit: boolean): void {
  if (mayEdit || kind === "panel") return;
  if (!ROSTER_TYPES.has(kind)) {
    element["readOnly"] = true;
    delete element["enableIf"]; // it would open the question again
    return;
  }
  for (const key of ["allowAddPanel", "allowRemovePanel", "allowAddRows", "allowRemoveRows"]) {
    element[key] = false;
  }
  element["allowRowReorder"] = false;
}

/** Disable everything but the outcome and what is always asked while the visit is not done. */
function gateByOutcome(pages: JsonObject[]): void {
  const outcome = findOutcome(pages);
  if (outcome === undefined) return;
  const key = textOf(get(outcome, "valueName")) || textOf(get(outcome, "name"));
  const stated = get(outcome, "visitOutcomeDone");
  const done = Array.isArray(stated) ? stated : stated === undefined ? DONE : [stated];
  const tests = done.map((value) => `{${key}} = ${literal(value)}`);
  const gate = [`{${key}} empty`, ...tests].join(" or ");
  for (const page of pages) gateElement(page, gate);
}

function literal(value: Json): string {
  if (typeof value !== "string") return JSON.stringify(value);
  return `'${value.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}

/** Return the question with `visitOutcome`; rosters are not searched. */
export function findOutcome(elements: JsonObject[]): JsonObject | undefined {
  for (const element of elements) {
    if (get(element, "visitOutcome") === true) return element;
    const found = findOutcome(objectsOf(get(element, "elements")));
    if (found !== undefined) return found;
  }
  return undefined;
}

function gateElement(element: JsonObject, gate: string): void {
  if (isAlwaysOpen(element) || get(element, "readOnly") === true) return;
  const children = objectsOf(get(element, "elements"));
  if (children.some(holdsOpen)) {
    for (const child of children) gateElement(child, gate);
    return;
  }
  const own = textOf(get(element, "enableIf"));
  element["enableIf"] = own ? `(${own}) and (${gate})` : gate;
}

function isAlwaysOpen(element: JsonObject): boolean {
  return get(element, "visitOutcome") === true || get(element, "alwaysAsk") === true;
}

function holdsOpen(element: JsonObject): boolean {
  return isAlwaysOpen(element) || objectsOf(get(element, "elements")).some(holdsOpen);
}
