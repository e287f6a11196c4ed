/**
 * The vocabulary of form elements: SurveyJS types, our own, their choices and texts.
 *
 * Agrees with kegiatan/form/elements.py; the corpus tests/cases holds both to it.
 */

import { type Json, type JsonObject, get, isObject, objectsOf } from "./json";

export const ROLES: ReadonlySet<string> = new Set(["PPL", "PML", "admin"]);
export const DEFAULT_EDITORS: ReadonlySet<string> = new Set(["PPL", "admin"]);
export const CHOICE_TYPES: ReadonlySet<string> = new Set([
  "radiogroup",
  "dropdown",
  "checkbox",
  "tagbox",
  "ranking",
  "imagepicker",
]);
export const ROSTER_TYPES: ReadonlySet<string> = new Set(["paneldynamic", "matrixdynamic"]);
export const COMPOSITE_TYPES: ReadonlySet<string> = new Set([
  "matrix",
  "matrixdropdown",
  "multipletext",
  "geotag",
]);
export const COMPUTED_TYPES: ReadonlySet<string> = new Set(["expression", "prefilled"]);
export const DISPLAY_TYPES: ReadonlySet<string> = new Set(["html", "image"]);

export const COMMENT_SUFFIX = "-Comment";
export const TOTAL_SUFFIX = "-total";

/** Rows of a roster whose form names no maximum: survey-core's own defaults. */
export const PANEL_ROWS = 100;
export const MATRIX_ROWS = 1_000;
/** What a form may state as maximum; the cap of answers on all rows together. */
export const ROWS_LIMIT = 5_000;

const SPECIAL_ITEMS: readonly [readonly string[], string, string, string][] = [
  [["showOtherItem", "hasOther"], "otherText", "other", "Other"],
  [["showNoneItem", "hasNone"], "noneText", "none", "None"],
  [["showRefuseItem"], "refuseText", "refused", "Refuse to answer"],
  [["showDontKnowItem"], "dontKnowText", "dontknow", "Don't know"],
];

export interface Choice {
  value: string | number | boolean;
  text: string;
}

/** Return a text in the form's default language: a string or {language: string}. */
export function localized(text: Json | undefined, fallback = ""): string {
  if (typeof text === "string") return text;
  if (!isObject(text)) return fallback;
  const candidates = [get(text, "default"), get(text, "id"), ...Object.values(text)];
  return candidates.find((item) => typeof item === "string") ?? fallback;
}

/** Return the choices of a SurveyJS list: scalars, "value|text" strings or {value, text}. */
export function choiceItems(items: Json | undefined): Choice[] {
  const choices: Choice[] = [];
  for (const item of Array.isArray(items) ? items : []) {
    let value: Json | undefined = isObject(item) ? get(item, "value") : item;
    let text = isObject(item) ? localized(get(item, "text")) : "";
    if (typeof item === "string" && item.includes("|")) {
      value = item.slice(0, item.indexOf("|"));
      text = item.slice(item.indexOf("|") + 1);
    }
    if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") {
      choices.push({ value, text: text || pythonText(value) });
    }
  }
  return choices;
}

/** Return the numbers of a dropdown with choicesMin, choicesMax and choicesStep. */
export function generatedChoices(element: JsonObject): Choice[] {
  const first = get(element, "choicesMin") ?? 0;
  const last = get(element, "choicesMax");
  const step = get(element, "choicesStep") ?? 1;
  if (!isWhole(first) || !isWhole(last) || !isWhole(step) || step < 1) return [];
  const count = Math.floor((last - first) / step);
  if (count < 0 || count >= 10_000) return [];
  return Array.from({ length: count + 1 }, (_, index) => {
    const value = first + index * step;
    return { value, text: String(value) };
  });
}

function isWhole(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value);
}

/** Return the items that SurveyJS adds: other, none, refused, dontknow. */
export function specialChoices(element: JsonObject): Choice[] {
  return SPECIAL_ITEMS.filter(([flags]) => flags.some((flag) => get(element, flag) === true)).map(
    ([, key, value, text]) => ({ value, text: localized(get(element, key), text) }),
  );
}

/** Return the columns (and detail questions) of a matrix as elements with type and choices. */
export function columnElements(matrix: JsonObject): JsonObject[] {
  const shared = get(matrix, "choices");
  const cellType = get(matrix, "cellType");
  const usual = typeof cellType === "string" && cellType !== "default" ? cellType : "dropdown";
  const columns = objectsOf(get(matrix, "columns")).map((column) => {
    const own = get(column, "cellType");
    const type = typeof own === "string" && own !== "default" ? own : usual;
    const choices = get(column, "choices");
    const hasOwn = Array.isArray(choices) && choices.length > 0;
    return { ...column, ...(hasOwn || shared === undefined ? {} : { choices: shared }), type };
  });
  return [...columns, ...objectsOf(get(matrix, "detailElements"))];
}

/** Return the elements inside a panel or a roster; an empty list for a question. */
export function childElements(element: JsonObject): JsonObject[] {
  switch (element["type"]) {
    case "panel":
      return objectsOf(get(element, "elements"));
    case "paneldynamic":
      return objectsOf(get(element, "templateElements"));
    case "matrixdynamic":
      return columnElements(element);
    default:
      return [];
  }
}

/** Return a scalar as Python's `str` writes it: labels are made on both sides. */
export function pythonText(value: string | number | boolean): string {
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value !== "number" || value === 0) return String(value === 0 ? 0 : value);
  const size = Math.abs(value);
  if (size >= 1e21) return BigInt(value).toString();
  if (size >= 1e-4) return String(value);
  return value.toExponential().replace(/e([+-])(\d)$/, "e$10$2");
}
