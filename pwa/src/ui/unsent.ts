/** What has not reached the office, of the person who uses the app: one live count for all screens. */

import { type ComputedRef, computed, effectScope } from "vue";

import { store } from "@/store";
import type { UnsentCount } from "@/store/types";
import { type LiveRef, useLive } from "@/ui/live";
import { usePersonOrNobody } from "@/ui/session";

export const NOTHING_UNSENT: UnsentCount = {
  drafts: 0, operations: 0, attachments: 0, parked: 0, refused: 0, conflict: 0, total: 0,
};
let counted: LiveRef<UnsentCount> | undefined;

function count(): LiveRef<UnsentCount> {
  const made = effectScope(true).run(() => {
    const person = usePersonOrNobody();
    return useLive(
      async () => (person.value === null ? NOTHING_UNSENT : store.unsentCount({ person: person.value.id })),
      NOTHING_UNSENT,
      () => person.value?.id,
    );
  });
  if (made === undefined) throw new Error("The count of unsent work did not start.");
  return made;
}

/** Return the count; unsent: all of it, waiting: what goes out by itself once there is a network. */
export function useUnsent(): { unsent: ComputedRef<UnsentCount>; waiting: ComputedRef<number>; stuck: ComputedRef<number> } {
  counted ??= count();
  const unsent = counted;
  return {
    unsent: computed(() => unsent.value),
    waiting: computed(() => unsent.value.operations + unsent.value.attachments),
    stuck: computed(() => unsent.value.refused + unsent.value.conflict),
  };
}
