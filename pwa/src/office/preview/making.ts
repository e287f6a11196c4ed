/** From the JSON in the editor to a running form, or to what the engine has against it. */

import { ConditionsParser, type SurveyModel } from "survey-core";

import { type FormTree, type Json, type JsonObject, formTree, get, isObject } from "@/engine";
import { type ModelOptions, formModel } from "@/ui/survey/model";

export interface Refusal {
  /** In the engine's own words. */
  says: string;
  /** Where in the JSON, "" where it does not tell. */
  place: string;
}

export type Made = { state: "made"; model: SurveyModel; tree: FormTree; start: JsonObject } | { state: "refused"; refusals: Refusal[] };

/** Names of properties that hold expressions; those of texts and choices never end so. */
const EXPRESSION = /(?:If|Expression)$|^expression$/;
const HARMLESS = new Set(["unknownproperty"]);
const MOST = 5;
/** Caps of kegiatan/form/caps.py: the parser calls itself for each bracket, and again to find its way back. */
export const EXPRESSION_LENGTH = 5_000;
export const EXPRESSION_DEPTH = 40;

interface JsonFault {
  type: string;
  message: string;
  element?: { name?: string };
}

/** Return the model of a form, or why there is none. startOf: the answers it begins with. The caller disposes of the model. */
export function made(options: Omit<ModelOptions, "isReadOnly" | "answers">, startOf: (tree: FormTree) => JsonObject): Made {
  const { form } = options;
  if (!isObject(form) || !Array.isArray(get(form, "pages"))) return refused([{ says: "pages: []", place: "pages" }]);
  const unreadable = expressionFaults(form, "");
  if (unreadable.length > 0) return refused(unreadable);
  try {
    const tree = formTree(form);
    const start = startOf(tree);
    const model = formModel({ ...options, answers: start, isReadOnly: false });
    const faults = jsonFaults(model);
    if (faults.length === 0) return { state: "made", model, tree, start };
    model.dispose();
    return refused(faults);
  } catch (error) {
    return refused([{ says: error instanceof Error ? error.message : String(error), place: "" }]);
  }
}

function refused(refusals: Refusal[]): Made {
  return { state: "refused", refusals: refusals.slice(0, MOST) };
}

function jsonFaults(model: SurveyModel): Refusal[] {
  const errors = (model.jsonErrors ?? []) as unknown as JsonFault[];
  return errors
    .filter((error) => !HARMLESS.has(error.type))
    .map((error) => ({ says: [error.element?.name, error.message].filter(Boolean).join(": "), place: "" }));
}

/** Return the expressions that cannot be read: SurveyJS would only write them to the console. */
function expressionFaults(value: Json, place: string): Refusal[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => expressionFaults(item, `${place}[${index}]`));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => {
    const at = place === "" ? key : `${place}.${key}`;
    if (typeof item !== "string") return expressionFaults(item, at);
    if (!EXPRESSION.test(key) || item.trim() === "" || isReadable(item)) return [];
    const name = get(value, "name");
    const owner = typeof name === "string" ? `${name}: ` : "";
    return [{ says: `${owner}${key} = ${item.slice(0, 200)}`, place: at }];
  });
}

const parser = new ConditionsParser();

function isReadable(expression: string): boolean {
  if (expression.length > EXPRESSION_LENGTH || depthOf(expression) > EXPRESSION_DEPTH) return false;
  return Boolean(parser.parseExpression(expression));
}

/** What holds brackets as letters: texts and names. One that is not closed is no expression anyhow. */
const LETTERS_ONLY = /'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|\{[^{}]*\}/g;

/** Return how deep brackets are nested. */
function depthOf(expression: string): number {
  let [depth, deepest] = [0, 0];
  for (const sign of expression.replace(LETTERS_ONLY, "")) {
    if (sign === "(" || sign === "[") deepest = Math.max(deepest, (depth += 1));
    else if (sign === ")" || sign === "]") depth -= 1;
  }
  return deepest;
}
