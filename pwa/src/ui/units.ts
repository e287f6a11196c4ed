/** The units of an activity, kept from screen to screen: a long list shows at once, then follows. */

import type { ComputedRef } from "vue";

import { store } from "@/store";
import type { Assignment } from "@/store/types";
import { type LiveRef, useLive } from "@/ui/live";

interface Key {
  person: string;
  kegiatan: string;
}

// Of one activity only: ten thousand rows take some megabytes.
let kept: { name: string; units: Assignment[] } | null = null;

const nameOf = (key: Key): string => `${key.person} ${key.kegiatan}`;

async function read(key: Key): Promise<Assignment[]> {
  const units = await store.assignmentList(key);
  kept = { name: nameOf(key), units };
  return units;
}

/** Follow the units; those of the last look show until they are read anew. */
export function useUnits(key: ComputedRef<Key>): LiveRef<Assignment[]> {
  const known = kept?.name === nameOf(key.value) ? kept.units : null;
  const units = useLive<Assignment[]>(() => read(key.value), known ?? [], key);
  if (known !== null) units.ready.value = true;
  return units;
}

/** Read the units while nobody waits for them: the next screen is likely to list them. */
export function unitsForesee(key: Key): void {
  if (kept?.name === nameOf(key)) return;
  const wait = globalThis.requestIdleCallback ?? ((work: () => void) => setTimeout(work, 200));
  wait(() => void read(key).catch(() => undefined)); // the screen that needs them will say what is wrong
}
