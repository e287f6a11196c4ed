/**
 * The units of an activity, read once for all screens and kept from screen to screen.
 *
 * While a screen shows them they are read anew when one changes, at most once a second; while none
 * does, a change is only noted, so that saving a draft does not read ten thousand rows each time.
 */

import { type ComputedRef, type Ref, type ShallowRef, onScopeDispose, ref, shallowRef, watch } from "vue";

import { live, store } from "@/store";
import { type StoreError, storeError } from "@/store/errors";
import type { Assignment } from "@/store/types";
import type { LiveRef } from "@/ui/live";

interface Key {
  person: string;
  kegiatan: string;
}

const REST_MS = 1_000;

/** What is kept of one activity: ten thousand rows take some megabytes. */
class Kept {
  readonly units: ShallowRef<Assignment[]> = shallowRef([]);
  readonly ready: Ref<boolean> = ref(false);
  readonly fault: ShallowRef<StoreError | null> = shallowRef(null);
  private users = 0;
  private isStale = true;
  private isReading = false;
  private following: { unsubscribe: () => void } | null = null;
  /** Changes are noticed from then on: what is read afterwards misses none. */
  private readonly followed: Promise<void>;

  constructor(private readonly key: Key) {
    this.followed = new Promise((done) => {
      let isFirst = true;
      this.following = live(() => store.assignmentTotal(key)).subscribe({
        next: () => {
          if (!isFirst) this.changed();
          isFirst = false;
          done();
        },
        error: (error) => {
          this.failed(error);
          done();
        },
      });
    });
  }

  use(): () => void {
    this.users += 1;
    void this.read();
    return () => (this.users -= 1);
  }

  close(): void {
    this.following?.unsubscribe();
    this.users = 0;
  }

  private changed(): void {
    this.isStale = true;
    if (this.users > 0) void this.read();
  }

  /** Read unless what is kept is what is stored. */
  async read(): Promise<void> {
    if (this.isReading) return;
    this.isReading = true;
    await this.followed;
    while (this.isStale) {
      this.isStale = false;
      try {
        this.units.value = await store.assignmentList(this.key);
        this.fault.value = null;
        this.ready.value = true;
      } catch (error) {
        this.failed(error);
      }
      await new Promise((done) => setTimeout(done, REST_MS));
      if (this.users === 0) break;
    }
    this.isReading = false;
  }

  private failed(error: unknown): void {
    this.fault.value = storeError(error);
    this.ready.value = true;
  }
}

let kept: { name: string; of: Kept } | null = null;

function keptOf(key: Key): Kept {
  const name = `${key.person} ${key.kegiatan}`;
  if (kept?.name !== name) {
    kept?.of.close();
    kept = { name, of: new Kept(key) };
  }
  return kept.of;
}

/** Follow the units; those of the last look show until they are read anew. */
export function useUnits(key: ComputedRef<Key>): LiveRef<Assignment[]> {
  const data = shallowRef<Assignment[]>([]);
  const ready = ref(false);
  const fault = shallowRef<StoreError | null>(null);
  let leave = (): void => undefined;
  watch(
    () => `${key.value.person} ${key.value.kegiatan}`,
    (_name, _before, cleanUp) => {
      const of = keptOf(key.value);
      leave();
      leave = of.use();
      cleanUp(
        watch(
          [of.units, of.ready, of.fault],
          () => {
            data.value = of.units.value;
            fault.value = of.fault.value;
            ready.value = of.ready.value;
          },
          { immediate: true, flush: "sync" },
        ),
      );
    },
    { immediate: true },
  );
  onScopeDispose(() => leave());
  return Object.assign(data, { ready, fault });
}

/**
 * Read the units while nobody waits for them: the next screen is likely to list them.
 *
 * then: what else that screen would have to do with them first.
 */
export function unitsForesee(key: Key, then: (units: Assignment[]) => void): void {
  const wait = globalThis.requestIdleCallback ?? ((work: () => void) => setTimeout(work, 200));
  wait(() => {
    const of = keptOf(key);
    void of.read();
    const stop = watch(
      of.ready,
      (isReady) => {
        if (isReady) wait(() => then(of.units.value));
        if (isReady) queueMicrotask(() => stop());
      },
      { immediate: true },
    );
  });
}
