/** Who uses the app changed, here or in another window: what the one before had open is theirs alone. */

import { watch } from "vue";
import type { Router } from "vue-router";

import { usePersonOrNobody } from "@/ui/session";

/** Return where to go; null: the screen may stay. An open screen is one for people not signed in. */
export function placeAfter(
  before: string | undefined,
  now: string | undefined,
  isOpenScreen: boolean,
): "sign-in" | "home" | null {
  if (now === before || isOpenScreen || before === undefined) return null;
  return now === undefined ? "sign-in" : "home";
}

export function personFollow(router: Router): void {
  const person = usePersonOrNobody();
  watch(
    () => person.value?.id,
    (now, before) => {
      const name = placeAfter(before, now, router.currentRoute.value.meta["isOpen"] === true);
      if (name !== null) void router.replace({ name });
    },
  );
}
