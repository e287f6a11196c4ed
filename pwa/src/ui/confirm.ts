/** Ask before what cannot be undone, and say what happened: one sheet and one line for the app. */

import { Notify } from "quasar";
import { shallowRef } from "vue";

export interface Question {
  title: string;
  text: string;
  yes: string;
  no?: string;
  /** The deed loses something: shown in red. */
  isDanger?: boolean;
}

interface Asked extends Question {
  answer: (isYes: boolean) => void;
}

/** What is asked now; shown by ConfirmSheet in App.vue. */
export const asked = shallowRef<Asked | null>(null);

/** Ask and wait. false also when the sheet is closed without an answer. */
export function confirm(question: Question): Promise<boolean> {
  asked.value?.answer(false);
  return new Promise((resolve) => {
    asked.value = {
      ...question,
      answer: (isYes) => {
        asked.value = null;
        resolve(isYes);
      },
    };
  });
}

/** Say in one line what happened. */
export function tell(words: string, tone: "good" | "bad" = "good"): void {
  Notify.create({
    message: words,
    position: "bottom",
    timeout: tone === "bad" ? 8000 : 3500,
    classes: `tell tell-${tone}`,
    attrs: { role: tone === "bad" ? "alert" : "status" },
  });
}
