/** The phone's verdict on what is answered now, a moment after the last change. */

import { type ShallowRef, onScopeDispose, shallowRef } from "vue";

import type { JsonObject, Verdict } from "@/engine";
import { type CodeBook, Judge } from "@/ui/survey/judge";

/** A form may keep the engine busy for longer than anybody waits. */
const GIVE_UP_MS = 15_000;

export interface ToJudge {
  /** Names the form; another form has another round. */
  round: number;
  form: JsonObject;
  answers: JsonObject;
  prefilled: JsonObject;
  assignmentId: string;
  locale: string;
  codes: CodeBook;
}

/** of: what the verdict is on. failed: reason "timeout", or what the engine said. */
export type Judged = { state: "none" } | { state: "judged"; verdict: Verdict; of: ToJudge } | { state: "failed"; reason: string };

export interface JudgingSoon {
  judged: ShallowRef<Judged>;
  isBusy: ShallowRef<boolean>;
  soon: (delayMs: number, what: ToJudge) => void;
  /** What a verdict was asked on last. */
  last: () => ToJudge | undefined;
  /** Judge something else besides, without showing it. */
  besides: (what: ToJudge) => Promise<Judged>;
  forget: (round: number) => void;
}

/** Use it; a verdict that was overtaken by a change is not shown, the last one stays until the next. */
export function useJudgingSoon(): JudgingSoon {
  const judged = shallowRef<Judged>({ state: "none" });
  const isBusy = shallowRef(false);
  const judge = new Judge();
  let asked: ToJudge | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function now(what: ToJudge): Promise<void> {
    const result = await verdictOn(judge, what);
    if (what !== asked) return;
    judged.value = result;
    isBusy.value = false;
  }

  onScopeDispose(() => {
    clearTimeout(timer);
    judge.close();
  });
  return {
    judged, isBusy,
    last: () => asked,
    besides: (what) => verdictOn(judge, what),
    soon: (delayMs, what) => {
      asked = what;
      isBusy.value = true;
      clearTimeout(timer);
      timer = setTimeout(() => void now(what), delayMs);
    },
    forget: (round) => judge.forget(String(round)),
  };
}

async function verdictOn(judge: Judge, what: ToJudge): Promise<Judged> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, fail) => {
    timer = setTimeout(() => {
      judge.close();
      fail(new Error("timeout"));
    }, GIVE_UP_MS);
  });
  try {
    const verdict = await Promise.race([judge.verdict({ ...what, formKey: String(what.round) }), late]);
    return { state: "judged", verdict, of: what };
  } catch (error) {
    return { state: "failed", reason: error instanceof Error ? error.message : String(error) };
  } finally {
    clearTimeout(timer);
  }
}
