/** Reads of the phone's database that follow every change, also one of another tab. */

import { type Ref, type ShallowRef, type WatchSource, getCurrentScope, onScopeDispose, ref, shallowRef, watch } from "vue";

import { live } from "@/store";
import { type StoreError, storeError } from "@/store/errors";

/** The newest answer of a query. ready: it has come once; fault: why the newest read failed. */
export type LiveRef<T> = Readonly<ShallowRef<T>> & {
  readonly ready: Ref<boolean>;
  readonly fault: Readonly<ShallowRef<StoreError | null>>;
};

/**
 * Run a query of the store now and whenever rows that it read change. initial: until it has answered.
 *
 * depends: what the query reads besides the store; a change runs it anew. Ends with the component.
 */
export function useLive<T>(query: () => Promise<T>, initial: T, depends?: WatchSource | WatchSource[]): LiveRef<T> {
  const data = shallowRef(initial);
  const ready = ref(false);
  const fault = shallowRef<StoreError | null>(null);
  let stop: (() => void) | undefined;
  const follow = (): void => {
    stop?.();
    const following = live(query).subscribe({
      next: (value) => {
        data.value = value;
        fault.value = null;
        ready.value = true;
      },
      error: (error: unknown) => {
        fault.value = storeError(error);
        ready.value = true;
      },
    });
    stop = () => following.unsubscribe();
  };
  if (depends === undefined) follow();
  else watch(depends, follow, { immediate: true });
  if (getCurrentScope()) onScopeDispose(() => stop?.());
  return Object.assign(data, { ready, fault });
}
