/** Signing in with Google: whether it is offered, the way out, and what the browser came back with. */

import { type Ref, onBeforeUnmount, ref, watch } from "vue";

import { sync } from "@/sync";
import { useSyncStatus } from "@/ui/sync-status";

export interface Google {
  isOffered: Readonly<Ref<boolean>>;
  /** The browser is on its way to Google. */
  isLeaving: Readonly<Ref<boolean>>;
  /** Leave the app for Google; next: address in the app to go on with. Raises StoreError. */
  go: (next: string) => Promise<void>;
}

export function useGoogle(): Google {
  const { online } = useSyncStatus();
  const isOffered = ref(false);
  const isLeaving = ref(false);
  watch(
    online,
    async (isOnline) => {
      if (!isOnline || isOffered.value) return;
      const answer = await sync.googleOffered();
      isOffered.value = answer.kind === "ok" && answer.value;
    },
    { immediate: true },
  );
  // who comes back with the browser's own button finds the screen as it was
  const shown = (): void => void (isLeaving.value = false);
  addEventListener("pageshow", shown);
  onBeforeUnmount(() => removeEventListener("pageshow", shown));

  async function go(next: string): Promise<void> {
    isLeaving.value = true;
    try {
      location.assign(await sync.googleBegin(next));
    } catch (error) {
      isLeaving.value = false;
      throw error;
    }
  }
  return { isOffered, isLeaving, go };
}
