/** Answers, titles and rows in words, for lists beside the form: review, conflict, summary. */

import {
  type FormQuestion,
  type FormTree,
  type Json,
  type JsonObject,
  type Scope,
  get,
  isObject,
  localized,
} from "@/engine";

import { COMMENT_SUFFIX, findRow, questionOf, splitPath } from "./paths";

/** Words that the form does not bring itself. */
export interface Words {
  locale: string;
  yes: string;
  no: string;
  none: string;
  photos: (count: number) => string;
  signed: string;
  note: string;
  /** Text of a code of a data set; undefined when it is not known here. */
  masterText?: (type: string, code: string) => string | undefined;
}

const PLACEHOLDER = /\{([^{}]+)\}/g;
/** As assignments/services/outcome.py. */
const OUTCOME_LENGTH = 100;
const ISO_DAY = /^(\d{4})-(\d{2})-(\d{2})$/;

/** Return a text of the form in a language, else in the form's own. */
export function textIn(text: Json | undefined, locale: string, fallback = ""): string {
  const own = isObject(text) ? get(text, locale) : undefined;
  return typeof own === "string" ? own : localized(text, fallback);
}

/** Return what a person reads for one answer, on one line. */
export function answerText(
  tree: FormTree,
  question: FormQuestion | undefined,
  value: Json | undefined,
  words: Words,
): string {
  if (value === undefined || value === null || value === "") return words.none;
  const kind = question?.kind ?? "";
  if (kind === "photo" && Array.isArray(value)) return words.photos(value.length);
  if (kind === "signature" || kind === "signaturepad") return words.signed;
  if (kind === "geotag" && isObject(value)) return positionText(value);
  if (Array.isArray(value)) {
    if (value.length === 0) return words.none;
    const parts = value.map((item) => answerText(tree, question, item, words));
    return parts.join(kind === "ranking" ? " > " : ", ");
  }
  if (isObject(value)) return tableText(tree, question, value, words);
  return choiceText(tree, question, value, words) ?? plainText(question, value, words);
}

function choiceText(
  tree: FormTree,
  question: FormQuestion | undefined,
  value: string | number | boolean,
  words: Words,
): string | undefined {
  if (question === undefined) return undefined;
  if (question.master !== undefined) {
    const text = words.masterText?.(question.master, String(value));
    return text === undefined ? String(value) : `${value} – ${text}`;
  }
  const { element } = question;
  if (question.kind === "boolean") return booleanText(element, value, words);
  for (const key of ["choices", "rateValues"]) {
    const items = get(element, key);
    for (const item of Array.isArray(items) ? items : []) {
      if (isObject(item) && get(item, "value") === value) {
        return textIn(get(item, "text"), words.locale, String(value));
      }
    }
  }
  return tree.choicesOf(question).find((choice) => choice.value === value)?.text;
}

function booleanText(element: JsonObject, value: string | number | boolean, words: Words): string {
  const isTrue = value === (get(element, "valueTrue") ?? true);
  return textIn(get(element, isTrue ? "labelTrue" : "labelFalse"), words.locale, isTrue ? words.yes : words.no);
}

function plainText(
  question: FormQuestion | undefined,
  value: string | number | boolean,
  words: Words,
): string {
  if (typeof value === "boolean") return value ? words.yes : words.no;
  if (typeof value === "number") return new Intl.NumberFormat(words.locale).format(value);
  const day = question?.kind === "text" ? ISO_DAY.exec(value) : null;
  return day === null ? value : `${day[3]}-${day[2]}-${day[1]}`;
}

/** Return a visit outcome as it is sent; "" for none. */
export function outcomeText(outcome: Json): string {
  const isPlain = typeof outcome === "string" || typeof outcome === "number" || typeof outcome === "boolean";
  return isPlain ? String(outcome).slice(0, OUTCOME_LENGTH) : "";
}

/** Return a position as decimal degrees with its accuracy: `-3.31402, 114.59210 (±8 m)`. */
export function positionText(value: JsonObject): string {
  const [lat, lon] = [get(value, "lat"), get(value, "lon")];
  if (typeof lat !== "number" || typeof lon !== "number") return "";
  const accuracy = get(value, "accuracy_m");
  const tail = typeof accuracy === "number" ? ` (±${Math.round(accuracy)} m)` : "";
  return `${lat.toFixed(5)}, ${lon.toFixed(5)}${tail}`;
}

function tableText(
  tree: FormTree,
  question: FormQuestion | undefined,
  value: JsonObject,
  words: Words,
): string {
  return Object.entries(value)
    .filter(([key]) => !key.startsWith("_"))
    .map(([key, part]) => `${key}: ${answerText(tree, undefined, part, words)}`)
    .join("; ") || answerText(tree, question, null, words);
}

/** Return the title of a question in the language of the screen, answers put in. */
export function titleText(
  question: FormQuestion,
  locale: string,
  answers: JsonObject = {},
  row: JsonObject = {},
): string {
  return filled(textIn(get(question.element, "title"), locale, question.name), answers, row);
}

function filled(text: string, answers: JsonObject, row: JsonObject): string {
  return text.replace(PLACEHOLDER, (whole, name: string) => {
    const isOfRow = /^(panel|row)\./.test(name);
    const value = isOfRow ? get(row, name.replace(/^[^.]+\./, "")) : get(answers, name);
    return value === undefined || typeof value === "object" ? (isOfRow ? "" : whole) : String(value);
  });
}

/**
 * Return what names a row: the form's template, else its first text, else its number.
 *
 * template: as `{panelIndex}. {panel.nama}`; keys: of questions with a short text, in order.
 */
export function namedRow(template: string, row: JsonObject, index: number, keys: readonly string[]): string {
  const number = String(index + 1);
  const said = filled(template.replaceAll("{panelIndex}", ""), {}, row);
  if (/[\p{L}\p{N}]/u.test(said)) return filled(template.replaceAll("{panelIndex}", number), {}, row).trim();
  for (const key of keys) {
    const value = get(row, key);
    if (typeof value === "string" && value.trim() !== "") return `${number}. ${value.trim()}`;
  }
  return `${number}.`;
}

/** Return what names a row of a roster of the form. */
export function rowName(
  roster: FormQuestion,
  scope: Scope | undefined,
  row: JsonObject,
  index: number,
  locale: string,
): string {
  const keys = [...(scope?.questions ?? [])].filter(([, question]) => question.kind === "text").map(([key]) => key);
  return namedRow(textIn(get(roster.element, "templateTabTitle"), locale), row, index, keys);
}

/** A path in words: the rows around, and the question. */
export interface PathWords {
  rows: string[];
  title: string;
}

/** Return what a person reads for a path; `sources`: answers in which its rows may stand. */
export function pathWords(
  tree: FormTree,
  path: string,
  sources: readonly JsonObject[],
  words: Words,
): PathWords {
  const split = splitPath(path);
  const question = questionOf(tree.scope, path);
  if (split === undefined || question === undefined) return { rows: [], title: path };
  const found = sources.map((answers) => rowsOn(tree, split.steps, answers, words.locale));
  const { names, row } = found.find(({ isWhole }) => isWhole) ?? { names: [], row: {} };
  const title = titleText(question, words.locale, sources[0], row);
  if (split.last === "") return { rows: names.slice(0, -1), title: [title, names.at(-1)].filter(Boolean).join(" › ") };
  const isNote = split.last.endsWith(COMMENT_SUFFIX) && question.key !== split.last;
  return { rows: names, title: isNote ? `${title} (${words.note})` : title };
}

function rowsOn(
  tree: FormTree,
  steps: { key: string; row: string }[],
  answers: JsonObject,
  locale: string,
): { names: string[]; row: JsonObject; isWhole: boolean } {
  const names: string[] = [];
  let scope: Scope | undefined = tree.scope;
  let row = answers;
  for (const step of steps) {
    const rows = get(row, step.key);
    const roster: FormQuestion | undefined = scope?.questions.get(step.key);
    const found = findRow(rows, step.row);
    if (!Array.isArray(rows) || roster === undefined || found === undefined) {
      return { names, row: {}, isWhole: false };
    }
    scope = scope?.rosters.get(step.key);
    names.push(rowName(roster, scope, found, rows.indexOf(found), locale));
    row = found;
  }
  return { names, row: steps.length === 0 ? {} : row, isWhole: true };
}
