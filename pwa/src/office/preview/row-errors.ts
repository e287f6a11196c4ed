/** Errors by the row of a roster that holds them, as the interview shows them on its members. */

import type { Verdict } from "@/engine";
import { joinPath, splitPath } from "@/ui/survey/paths";
import { isMissing } from "@/ui/survey/progress";

/** Return how many wrong answers each row holds, outer rows with those of inner ones. */
export function errorsByRow(verdict: Verdict | null): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const error of verdict?.errors ?? []) {
    const steps = isMissing(error) ? [] : (splitPath(error.path)?.steps ?? []);
    for (const at of steps.keys()) {
      const row = joinPath({ steps: steps.slice(0, at + 1), last: "" });
      counts.set(row, (counts.get(row) ?? 0) + 1);
    }
  }
  return counts;
}
