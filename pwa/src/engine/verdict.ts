/** The verdict on a set of answers: what phone and office agree on. */

import { Model } from "survey-core";

import { NO_ASSIGNMENT, canonicalAnswers } from "./canonical";
import { COMMENT_SUFFIX, COMPUTED_TYPES } from "./elements";
import { atTime, speakLanguageOf } from "./extensions";
import type { Finding } from "./findings";
import { type Json, type JsonObject, atPath, get, isObject, put } from "./json";
import { labelOf } from "./label";
import { fitsKind, isScalar } from "./misfits";
import { prepare } from "./prepare";
import { type FormQuestion, type FormTree, type Scope, formTree, walkScope } from "./scope";
import { type Gathered, type Lookup, type MasterHas, Walk } from "./walk";

/** Rounds until no hidden answer is left that could show or hide another question. */
const ROUNDS = 12;
/** Rounds in which an answer counts again that only a hidden answer had hidden; questions that hide each
 * other would never come to rest. */
const RESTORING = 6;
/** Findings listed of either weight; a form that breaks more rules at once is unreadable anyway. */
const FINDINGS = 500;

/**
 * errors, warnings: at most 500 each, `truncated` says that there are more.
 * blanks: paths of shown questions that may be answered, are not, and need not be.
 * visible: paths of all questions shown. hidden: paths of answers given that do not count.
 * answers: canonical, hidden ones left out, computed ones made anew; evaluating them again gives the same.
 * progress: questions answered of those that may be answered now.
 * outcome: value of the question marked `visitOutcome`, null where there is none.
 * lookups: codes from master data, for a host that checks them itself.
 */
export interface Verdict {
  errors: Finding[];
  warnings: Finding[];
  truncated: boolean;
  blanks: string[];
  label: string;
  visible: string[];
  hidden: string[];
  answers: JsonObject;
  progress: { answered: number; total: number };
  outcome: Json;
  lookups: Lookup[];
}

export interface EvaluateOptions {
  /** Language of messages and titles; the form's own when absent. */
  locale?: string;
  /** Wall-clock time of the office, `2026-11-20T19:00`; the device's clock when absent. */
  now?: string;
  /** UUID from which rows without `_id` get one. */
  assignmentId?: string;
  /** Whether a data set holds a code; absent: codes are not looked up. */
  masterHas?: MasterHas;
}

/** A form made ready for many verdicts; build it once per form version. */
export interface CompiledForm {
  tree: FormTree;
  survey: JsonObject;
}

/** Return a form made ready for `evaluate`. */
export function compile(form: JsonObject): CompiledForm {
  return { tree: formTree(form), survey: prepare(form, { verdict: true }) };
}

/**
 * Judge answers by the rules of a form.
 *
 * answers: {question: value}, canonical or not. prefilled: the unit's `prefilled_data`. Every round
 * builds a fresh model, as a used one keeps answers of hidden rosters.
 */
export function evaluate(
  compiled: CompiledForm,
  answers: JsonObject,
  prefilled: JsonObject = {},
  options: EvaluateOptions = {},
): Verdict {
  speakLanguageOf(compiled.tree.form);
  return atTime(options.now, () => {
    const assignmentId = options.assignmentId ?? NO_ASSIGNMENT;
    const original = canonicalAnswers(compiled.tree, answers, assignmentId);
    let given = original;
    let left: ReadonlySet<string> = new Set();
    for (let round = 1; ; round += 1) {
      const { gathered, out } = judge(compiled, given, prefilled, options);
      const shown = new Set(round < RESTORING ? gathered.visible : []);
      const still = [...left].filter((path) => !shown.has(questionOf(path)));
      const isSettled = gathered.hidden.length === 0 && still.length === left.size;
      if (isSettled || round === ROUNDS) {
        return verdict(compiled.tree, gathered, out, prefilled, [...left, ...gathered.hidden]);
      }
      left = new Set([...still, ...gathered.hidden]);
      given = without(original, left, "");
    }
  });
}

/** Return the path of the question that an answer or its companion belongs to. */
function questionOf(path: string): string {
  return path.endsWith(COMMENT_SUFFIX) ? path.slice(0, -COMMENT_SUFFIX.length) : path;
}

/** Return answers without those at some paths. */
function without(answers: JsonObject, paths: ReadonlySet<string>, prefix: string): JsonObject {
  const kept: JsonObject = {};
  for (const [key, value] of Object.entries(answers)) {
    const path = prefix + key;
    if (paths.has(path)) continue;
    put(kept, key, Array.isArray(value) ? value.map((row) => rowWithout(row, paths, path)) : value);
  }
  return kept;
}

function rowWithout(row: Json, paths: ReadonlySet<string>, roster: string): Json {
  const id = isObject(row) ? row["_id"] : undefined;
  return isObject(row) && typeof id === "string" ? without(row, paths, `${roster}[${id}].`) : row;
}

function judge(
  compiled: CompiledForm,
  given: JsonObject,
  prefilled: JsonObject,
  options: EvaluateOptions,
): { gathered: Gathered; out: JsonObject } {
  const survey = new Model(compiled.survey);
  try {
    if (options.locale !== undefined) survey.locale = options.locale;
    survey.setVariable("prefilled", prefilled);
    survey.data = modelInput(compiled.tree.scope, given, prefilled);
    survey.getAllQuestions(true, true, true);
    survey.validate(true, false);
    const assignmentId = options.assignmentId ?? NO_ASSIGNMENT;
    const walk = new Walk(survey, compiled.tree, assignmentId, options.masterHas);
    const out = walk.run(given);
    return { gathered: walk.gathered, out };
  } finally {
    survey.dispose();
  }
}

/**
 * Return what the model is given: the prelist where it is shown, nothing computed or archived, and no
 * value of a JSON type that the question cannot have, as survey-core stumbles over those.
 */
export function modelInput(scope: Scope, given: JsonObject, prefilled: JsonObject): JsonObject {
  const input: JsonObject = {};
  for (const [key, value] of Object.entries(given)) {
    const question = scope.questions.get(key);
    const rows = scope.rosters.get(key);
    if (key === "_archived" || scope.calculated.has(key)) continue;
    if (question !== undefined && COMPUTED_TYPES.has(question.kind)) continue;
    if (question === undefined ? !isScalar(value) : !fits(question, value)) continue;
    if (rows !== undefined && Array.isArray(value)) {
      const inner = value.map((row) => modelInput(rows, isObject(row) ? row : {}, prefilled));
      put(input, key, inner);
    } else {
      put(input, key, value);
    }
  }
  for (const [key, question] of scope.questions) {
    if (question.kind !== "prefilled") continue;
    const dataKey = get(question.element, "dataKey");
    const value = atPath(prefilled, typeof dataKey === "string" && dataKey ? dataKey : question.name);
    if (value !== undefined && value !== null && !isObject(value)) put(input, key, value);
  }
  return input;
}

/** Return whether a value has a JSON type that the question can have. */
export function fits(question: FormQuestion, value: Json): boolean {
  const { kind, element } = question;
  const inputType = kind === "text" ? get(element, "inputType") : undefined;
  const isScale = kind === "rating" && get(element, "rateValues") === undefined;
  const isNumber = isScale || inputType === "number" || inputType === "range";
  return isNumber ? typeof value === "number" : fitsKind(kind, value);
}

function verdict(
  tree: FormTree,
  gathered: Gathered,
  answers: JsonObject,
  prefilled: JsonObject,
  hidden: string[],
): Verdict {
  const marked = [...walkScope(tree.scope)].find((question) => question.visitOutcome);
  return {
    errors: gathered.errors.slice(0, FINDINGS),
    warnings: gathered.warnings.slice(0, FINDINGS),
    truncated: Math.max(gathered.errors.length, gathered.warnings.length) > FINDINGS,
    blanks: gathered.blanks,
    label: labelOf(tree, answers, prefilled),
    visible: gathered.visible,
    hidden,
    answers,
    progress: { answered: gathered.answered, total: gathered.total },
    outcome: (marked && get(answers, marked.key)) ?? null,
    lookups: gathered.lookups,
  };
}
