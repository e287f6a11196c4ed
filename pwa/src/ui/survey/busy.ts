/** What widgets of a form are still busy with: an answer that is on its way and not there yet. */

import { type Ref, ref, watch } from "vue";

export class Busy {
  readonly count: Ref<number> = ref(0);

  /** Say that something began; call what is returned once it has ended, however it ended. */
  begin(): () => void {
    let isOver = false;
    this.count.value += 1;
    return () => {
      if (isOver) return;
      isOver = true;
      this.count.value -= 1;
    };
  }

  /** Resolve once nothing is busy; false: something still was after `mostMs`. */
  quiet(mostMs: number): Promise<boolean> {
    if (this.count.value === 0) return Promise.resolve(true);
    return new Promise((resolve) => {
      const end = (isQuiet: boolean): void => {
        clearTimeout(timer);
        stop();
        resolve(isQuiet);
      };
      const timer = setTimeout(() => end(false), mostMs);
      const stop = watch(this.count, (now) => { if (now === 0) end(true); }, { flush: "sync" });
    });
  }
}
