/**
 * What survey-core passes over in silence: it drops unknown choices, takes text for numbers, and
 * leaves limits of choices and of length to the screen.
 */

import type {
  Question,
  QuestionCheckboxModel,
  QuestionMatrixDynamicModel,
  QuestionPanelDynamicModel,
  QuestionRatingModel,
  QuestionSelectBase,
} from "survey-core";

import { CHOICE_TYPES, ROSTER_TYPES } from "./elements";
import { type Json, isObject } from "./json";
import type { MessageKey, MessageValues } from "./messages";

export interface Misfit {
  code: string;
  key: MessageKey;
  values: MessageValues;
}

/** Return whether a value is no answer; spaces alone are none, as survey-core has it. */
export function isEmpty(value: Json | undefined): boolean {
  if (value === undefined || value === null) return true;
  if (typeof value === "string") return value.trim() === "";
  if (Array.isArray(value)) return value.length === 0;
  return isObject(value) && Object.keys(value).length === 0;
}

export function isScalar(value: Json): boolean {
  return typeof value !== "object" || value === null;
}

const LISTS: ReadonlySet<string> = new Set(["checkbox", "tagbox", "ranking", "photo", "file"]);
const TABLES: ReadonlySet<string> = new Set(["matrix", "multipletext", "matrixdropdown"]);

/** Return whether a value has a JSON type that a question of this kind can have. */
export function fitsKind(kind: string, value: Json): boolean {
  if (LISTS.has(kind) || ROSTER_TYPES.has(kind)) return Array.isArray(value);
  if (kind === "imagepicker") return isScalar(value) || Array.isArray(value);
  if (kind === "geotag") return isObject(value);
  if (!TABLES.has(kind)) return isScalar(value);
  if (!isObject(value)) return kind === "matrix" && isScalar(value);
  return Object.values(value).every((part) => {
    if (kind === "multipletext") return isScalar(part);
    if (kind === "matrix") return !isObject(part);
    return isObject(part) && Object.values(part).every((cell) => !isObject(cell));
  });
}

/** Return what is wrong with an answer that survey-core would let pass. choices: undefined if open. */
export function misfitOf(
  question: Question,
  choices: ReadonlySet<Json> | undefined,
  value: Json | undefined,
): Misfit | undefined {
  const kind = question.getType();
  if (question.isReadOnly) return undefined;
  if (ROSTER_TYPES.has(kind)) return rowsMisfit(question, value);
  if (value === undefined || isEmpty(value)) return undefined;
  if (!fitsKind(kind, value)) return misfit("wrong_type");
  const given = Array.isArray(value) ? value : [value];
  const isOffered = choices === undefined || given.every((item) => choices.has(item));
  if (kind === "text" || kind === "comment") return textMisfit(question, value);
  if (kind === "boolean") return isOffered ? undefined : misfit("wrong_type");
  if (kind === "rating") {
    return isOffered && isOnScale(question, choices, value) ? undefined : misfit("unknown_choice");
  }
  if (!CHOICE_TYPES.has(kind)) return undefined;
  const isBare = choices !== undefined && offersNothing(question);
  if (!isOffered || isBare || wasDropped(question, value)) return misfit("unknown_choice");
  return Array.isArray(value) ? tooMany(question as QuestionCheckboxModel, value.length) : undefined;
}

function misfit(key: MessageKey, code: string = key, values: MessageValues = {}): Misfit {
  return { code, key, values };
}

/** survey-core shows as many rows as the form asks for, and takes more or fewer without a word. */
function rowsMisfit(question: Question, value: Json | undefined): Misfit | undefined {
  if (value !== undefined && !Array.isArray(value)) return misfit("wrong_type");
  const count = value?.length ?? 0;
  const [least, most] = rowLimits(question);
  if (count > most) return misfit("too_many_rows", "too_many_rows", { count, limit: most });
  if (count === 0 || count >= least) return undefined; // the form shows the least rows by itself
  return misfit("too_few_rows", "too_few_rows", { count, limit: least });
}

function rowLimits(question: Question): [number, number] {
  if (question.getType() === "paneldynamic") {
    const { minPanelCount, maxPanelCount } = question as QuestionPanelDynamicModel;
    return [minPanelCount, maxPanelCount];
  }
  const { minRowCount, maxRowCount } = question as QuestionMatrixDynamicModel;
  return [minRowCount, maxRowCount];
}

function textMisfit(question: Question, value: Json): Misfit | undefined {
  const inputType: unknown = question.getPropertyValue("inputType");
  if (inputType === "number" || inputType === "range") {
    return typeof value === "number" ? undefined : misfit("wrong_type");
  }
  if (typeof value !== "string") {
    const mask: unknown = question.getPropertyValue("maskType");
    const holdsNumber = mask === "numeric" || mask === "currency";
    return holdsNumber && typeof value === "number" ? undefined : misfit("wrong_type");
  }
  const limit: unknown = question.getPropertyValue("maxLength");
  const count = Array.from(value).length;
  if (typeof limit !== "number" || limit <= 0 || count <= limit) return undefined;
  return misfit("too_long", "text_length", { count, limit });
}

/** survey-core keeps any answer while conditions hide every choice. */
function offersNothing(question: Question): boolean {
  return (question as QuestionSelectBase).visibleChoices.length === 0;
}

function wasDropped(question: Question, value: Json): boolean {
  if (!Array.isArray(value)) return question.isEmpty();
  const taken: unknown = question.value;
  return !Array.isArray(taken) || taken.length < value.length;
}

function tooMany(question: QuestionCheckboxModel, count: number): Misfit | undefined {
  const limit = question.maxSelectedChoices;
  if (typeof limit !== "number" || limit < 1 || count <= limit) return undefined;
  return misfit("too_many_choices", "answer_count", { count, limit });
}

function isOnScale(
  question: Question,
  choices: ReadonlySet<Json> | undefined,
  value: Json,
): boolean {
  if (choices !== undefined) return true;
  const { rateMin, rateMax } = question as QuestionRatingModel;
  return typeof value === "number" && value >= rateMin && value <= rateMax;
}
