/** Do something that the phone may fail at, and say so when it does: nothing fails without a word. */

import { storeError } from "@/store/errors";
import { tell } from "@/ui/confirm";
import { language } from "@/ui/words";

import messages from "./attempt.i18n.json";

/** Return the words for a failure of the phone itself. */
export function faultWords(error: unknown): string {
  const { fault } = storeError(error);
  const known = fault === "full" || fault === "wrong_state" || fault === "missing" ? fault : "failed";
  return messages[language()][known];
}

/** Return whether the work succeeded; a failure is told. */
export async function attempt(work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    tell(faultWords(error), "bad");
    return false;
  }
}
