/**
 * The engine as the office's V8 sees it: `globalThis.CerdasEngine`, JSON text in and out.
 *
 * Every function returns the JSON of a result, or throws. A form is loaded once under a key of the
 * host's choosing (its checksum) and stays until `forget`.
 */

import { Version } from "survey-core";

import {
  type CompiledForm,
  type EvaluateOptions,
  type JsonObject,
  canonicalAnswers,
  compare,
  compile,
  editable,
  evaluate,
  formTree,
  inspect,
  labelOf,
  prepare,
} from "./index";

/** known: {data set: codes that exist}; a lookup in a set that is named here must be among them. */
interface HostOptions {
  locale?: string;
  now?: string;
  assignmentId?: string;
  known?: Record<string, string[]>;
}

const loaded = new Map<string, CompiledForm>();

function parse<T>(json: string): T {
  return JSON.parse(json) as T;
}

function verdictJson(
  compiled: CompiledForm,
  answersJson: string,
  prefilledJson: string,
  optionsJson: string,
): string {
  const { known, ...rest } = parse<HostOptions>(optionsJson || "{}");
  const options: EvaluateOptions = rest;
  if (known !== undefined) {
    const sets = new Map(Object.entries(known).map(([type, codes]) => [type, new Set(codes)]));
    options.masterHas = (type, code) => sets.get(type)?.has(code) ?? true;
  }
  const answers = parse<JsonObject>(answersJson);
  return JSON.stringify(
    evaluate(compiled, answers, parse<JsonObject>(prefilledJson || "{}"), options),
  );
}

const CerdasEngine = {
  surveyVersion: Version,

  load(key: string, formJson: string): void {
    loaded.set(key, compile(parse<JsonObject>(formJson)));
  },

  isLoaded(key: string): boolean {
    return loaded.has(key);
  },

  forget(key: string): void {
    loaded.delete(key);
  },

  evaluateLoaded(key: string, answers: string, prefilled: string, options: string): string {
    const compiled = loaded.get(key);
    if (compiled === undefined) throw new Error("form not loaded");
    return verdictJson(compiled, answers, prefilled, options);
  },

  evaluate(form: string, answers: string, prefilled: string, options: string): string {
    return verdictJson(compile(parse<JsonObject>(form)), answers, prefilled, options);
  },

  prepare(form: string, role: string): string {
    return JSON.stringify(prepare(parse<JsonObject>(form), role ? { role } : {}));
  },

  inspect(form: string): string {
    return JSON.stringify(inspect(parse<JsonObject>(form)));
  },

  compare(form: string, a: string, b: string): string {
    return JSON.stringify(
      compare(parse<JsonObject>(form), parse<JsonObject>(a), parse<JsonObject>(b)),
    );
  },

  editable(form: string, role: string, before: string, after: string): string {
    const [was, wanted] = [parse<JsonObject>(before), parse<JsonObject>(after)];
    return JSON.stringify(editable(parse<JsonObject>(form), role, was, wanted));
  },

  canonical(form: string, answers: string, assignmentId: string): string {
    const tree = formTree(parse<JsonObject>(form));
    return JSON.stringify(canonicalAnswers(tree, parse<JsonObject>(answers), assignmentId || undefined));
  },

  label(form: string, answers: string, prefilled: string): string {
    const tree = formTree(parse<JsonObject>(form));
    return JSON.stringify(labelOf(tree, parse<JsonObject>(answers), parse<JsonObject>(prefilled)));
  },
};

export type CerdasEngineHost = typeof CerdasEngine;

(globalThis as unknown as { CerdasEngine: CerdasEngineHost }).CerdasEngine = CerdasEngine;
