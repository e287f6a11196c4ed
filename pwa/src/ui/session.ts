/** Who uses the app on this phone. The server is not asked: the app opens offline. */

import { type ComputedRef, computed, effectScope, shallowRef, watch } from "vue";

import { store } from "@/store";
import type { Person } from "@/store/types";
import { useLive } from "@/ui/live";

const current = shallowRef<Person | null>(null);
let started: Promise<void> | undefined;

/** Read who uses the app, once, and follow it from then on (a sign-out in another tab too). */
export function sessionStart(): Promise<void> {
  started ??= begin();
  return started;
}

async function begin(): Promise<void> {
  current.value = await store.personCurrent();
  effectScope(true).run(() => {
    const found = useLive(() => store.personCurrent(), current.value);
    watch(found, (person) => (current.value = person));
  });
}

/** Read anew who uses the app; for right after a sign-in or sign-out. */
export async function sessionRefresh(): Promise<void> {
  current.value = await store.personCurrent();
}

/** Who uses the app; null before a sign-in. */
export function currentPerson(): Person | null {
  return current.value;
}

/** Who uses the app, on screens that only a signed-in person reaches. */
export function usePerson(): ComputedRef<Person> {
  // A screen is still there for a moment when somebody signs out: it goes on with the last one.
  let last: Person | null = current.value;
  return computed(() => {
    last = current.value ?? last;
    if (last === null) throw new Error("A screen for signed-in people was shown to nobody.");
    return last;
  });
}

/** Who uses the app, or null; reactive. */
export function usePersonOrNobody(): ComputedRef<Person | null> {
  return computed(() => current.value);
}
