/** What the screen and its worker say to each other about verdicts. */

import type { EvaluateOptions, JsonObject, Verdict } from "@/engine";

export interface JudgeRequest {
  id: number;
  /** Names the form; the form itself comes with the first request. */
  formKey: string;
  form?: JsonObject;
  answers: JsonObject;
  prefilled: JsonObject;
  assignmentId: string;
  locale: string;
  /** {data set: codes that exist}, for sets that are on the phone. */
  known: Record<string, string[]>;
}

/** What the screen tells its worker: judge, or let go of a form. */
export type JudgeOrder = JudgeRequest | { forget: string };

export type JudgeReply =
  | { id: number; state: "judged"; verdict: Verdict }
  | { id: number; state: "failed"; reason: string };

/** Return the options of an evaluation. */
export function judgeOptions(request: JudgeRequest): EvaluateOptions {
  const sets = new Map(Object.entries(request.known).map(([type, codes]) => [type, new Set(codes)]));
  return {
    locale: request.locale,
    assignmentId: request.assignmentId,
    masterHas: (type, code) => sets.get(type)?.has(code) ?? true,
  };
}

/** Return, of the codes looked up, those that exist in the sets that are on the phone. */
export function knownOf(
  lookups: Verdict["lookups"],
  textOf: (type: string, code: string) => string | undefined,
  isHere: (type: string) => boolean,
): { known: Record<string, string[]>; isMissing: boolean } {
  const known: Record<string, string[]> = {};
  let isMissing = false;
  for (const { type, code } of lookups) {
    if (!isHere(type)) continue;
    const codes = (known[type] ??= []);
    if (textOf(type, code) === undefined) isMissing = true;
    else codes.push(code);
  }
  return { known, isMissing };
}
