/** The engine's verdict on an interview, made beside the typing. */

import { type ShallowRef, onScopeDispose, shallowRef } from "vue";

import type { JsonObject, Verdict } from "@/engine";
import { Judge } from "@/ui/survey/judge";
import { isMissing } from "@/ui/survey/progress";
import { joinPath, splitPath } from "@/ui/survey/paths";
import { language } from "@/ui/words";

import type { Opened } from "./material";

export interface Judging {
  verdict: ShallowRef<Verdict | null>;
  now: () => Promise<Verdict>;
  soon: (delayMs: number) => void;
  /** The answers that a verdict is on. */
  judged: WeakMap<Verdict, JsonObject>;
}

/**
 * Judge what is open; a verdict on answers that changed meanwhile is not shown.
 *
 * follow: told the answers left out of each verdict that is shown.
 */
export function useJudging(
  opened: ShallowRef<Opened>,
  answers: ShallowRef<JsonObject>,
  assignmentId: string,
  follow: (hidden: readonly string[]) => void,
): Judging {
  const judgedBy = new WeakMap<Verdict, JsonObject>();
  const verdict = shallowRef<Verdict | null>(null);
  const judge = new Judge();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isClosed = false;

  async function now(): Promise<Verdict> {
    const found = opened.value;
    if (!("start" in found)) throw new Error("nothing is open");
    const judged = answers.value;
    const made = await judge.verdict({
      formKey: found.form.checksum,
      form: found.form.schema,
      answers: judged,
      prefilled: found.unit.prefilled_data ?? {},
      assignmentId,
      locale: language(),
      codes: found.masters.codes,
    });
    judgedBy.set(made, judged);
    if (judged === answers.value && !isClosed) {
      verdict.value = made;
      follow(made.hidden);
    }
    return made;
  }

  function soon(delayMs: number): void {
    clearTimeout(timer);
    timer = setTimeout(() => void now().catch(() => undefined), delayMs);
  }

  onScopeDispose(() => {
    isClosed = true;
    clearTimeout(timer);
    judge.close();
  });
  return { verdict, now, soon, judged: judgedBy };
}

/** Return how many wrong answers each row of a roster holds, outer rows with those of inner ones. */
export function errorsByRow(verdict: Verdict | null): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const error of verdict?.errors ?? []) {
    if (isMissing(error)) continue;
    const { path } = error;
    const steps = splitPath(path)?.steps ?? [];
    steps.forEach((_, at) => {
      const row = joinPath({ steps: steps.slice(0, at + 1), last: "" });
      counts.set(row, (counts.get(row) ?? 0) + 1);
    });
  }
  return counts;
}
