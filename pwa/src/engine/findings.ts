/** From the errors that survey-core leaves on questions to findings with a code and a stable path. */

import type { Question, QuestionTextModel, SurveyError } from "survey-core";

import { errorCode } from "./extensions";
import { message } from "./messages";

const TITLE_LENGTH = 200;
const MESSAGE_LENGTH = 500;

/**
 * One broken rule.
 *
 * path: `anggota[<_id>].kbli`; part: inside a composite answer (`row.column` of a matrix, item of
 * multipletext), else "". message, title: in the language asked for. page: name of the page.
 */
export interface Finding {
  path: string;
  part: string;
  code: string;
  message: string;
  title: string;
  page: string;
}

/** Where a finding belongs. */
export interface Spot {
  path: string;
  part: string;
  title: string;
  page: string;
}

/** Return the text shown for a question, answers piped in, cut to a sane length. */
export function titleOf(question: Question): string {
  return cut(question.processedTitle || question.name, TITLE_LENGTH);
}

/** Return a finding in our own words. */
export function finding(spot: Spot, code: string, text: string): Finding {
  const { path, part, title, page } = spot;
  return { path, part, code, message: cut(text, MESSAGE_LENGTH), title, page };
}

/** Return the findings of a question's own errors, split by weight. */
export function findingsOf(
  question: Question,
  spot: Spot,
): { errors: Finding[]; warnings: Finding[] } {
  const limits = question.errors.length > 0 ? limitErrors(question) : [];
  const errors: Finding[] = [];
  const warnings: Finding[] = [];
  for (const error of question.errors) {
    const code = errorCode(error);
    const limit = code === undefined ? limits.shift() : undefined;
    const found = finding(
      spot,
      code ?? limit?.code ?? "invalid",
      limit?.message ?? textOfError(error),
    );
    (error.isError ? errors : warnings).push(found);
  }
  return { errors, warnings };
}

export function textOfError(error: SurveyError): string {
  return error.locText.calculatedText || error.getText();
}

interface Limit {
  code: string;
  message?: string;
}

/** What survey-core keeps to itself about the limits of a text question. */
interface TextLimits {
  isValueLessMin: boolean;
  isValueGreaterMax: boolean;
  isStepNumberIncorrect: boolean;
}

/** Return the limits that a question breaks, in the order in which survey-core reports them. */
function limitErrors(question: Question): Limit[] {
  if (question.getType() !== "text") return [{ code: "answer_count" }]; // of choices
  const text = question as QuestionTextModel;
  const broken = question as unknown as TextLimits;
  const limits: Limit[] = [];
  if (broken.isValueLessMin) limits.push(limit(text, "min", text.renderedMin));
  if (broken.isValueGreaterMax) limits.push(limit(text, "max", text.renderedMax));
  if (broken.isStepNumberIncorrect) limits.push({ code: "step" });
  limits.push({ code: "bad_date" });
  return limits;
}

/** Word a limit of ours where the form words none: survey-core writes dates in English. */
function limit(question: QuestionTextModel, code: "min" | "max", value: unknown): Limit {
  const stated = question.getLocalizableString(`${code}ErrorText`);
  const shown = shownLimit(value);
  if (stated && !stated.isEmpty) return { code, message: stated.calculatedText.replace("{0}", shown) };
  const key = question.inputType.startsWith("date") ? (`${code}_date` as const) : code;
  return { code, message: message(question.getLocale(), key, { limit: shown }) };
}

function shownLimit(value: unknown): string {
  const text = value instanceof Date ? localDay(value) : String(value);
  const day = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  return day === null ? text : `${day[3]}-${day[2]}-${day[1]}`;
}

function localDay(date: Date): string {
  const two = (number: number): string => String(number).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : text.slice(0, length - 1) + "…";
}
