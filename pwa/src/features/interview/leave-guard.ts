/** Nobody leaves a form whose last words are not on the phone without being told. */

import { type Ref, onBeforeUnmount } from "vue";
import { onBeforeRouteLeave } from "vue-router";

import { confirm } from "@/ui/confirm";
import { currentPerson } from "@/ui/session";
import { language } from "@/ui/words";

import messages from "./leave-guard.i18n.json";
import type { SaveState } from "./saving";

export interface Guarded {
  /** Whose form it is: who has signed out meanwhile is not held back. */
  person: string;
  /** Whether anything can be written at all. */
  isFill: () => boolean;
  saving: Readonly<Ref<SaveState>>;
  /** Photos that are being made small. */
  onTheWay: Readonly<Ref<number>>;
  settle: () => Promise<void>;
}

/** Whether a screen may be left: what is typed is brought into the store first, or the person is asked. */
export async function mayLeave(
  guarded: Pick<Guarded, "person" | "isFill" | "saving" | "settle">,
  ask: () => Promise<boolean>,
): Promise<boolean> {
  if (!guarded.isFill()) return true;
  await guarded.settle();
  if (guarded.saving.value.state !== "failed" || currentPerson()?.id !== guarded.person) return true;
  return ask();
}

/** Guard the screen while its component is there: ways within the app, and the closing of the tab. */
export function useLeaveGuard(guarded: Guarded): void {
  const ask = (): Promise<boolean> => {
    const { title, text, leave, stay } = messages[language()]; // the words of a component are its screen's
    return confirm({ title, text, yes: leave, no: stay, isDanger: true });
  };
  onBeforeRouteLeave(() => mayLeave(guarded, ask));

  function closing(event: BeforeUnloadEvent): void {
    if (guarded.saving.value.state === "failed" || guarded.onTheWay.value > 0) event.preventDefault();
  }
  addEventListener("beforeunload", closing);
  onBeforeUnmount(() => removeEventListener("beforeunload", closing));
}
