/** Writing what is typed soon after it is typed, in order, and never losing the last of it. */

export type SaveState = { state: "saved" } | { state: "pending" } | { state: "failed"; error: unknown };

/** After the last change; with the 120 ms of typing.ts below 300 ms. */
export const SAVE_MS = 150;
/** After a write that failed; the last one again and again. */
export const RETRY_MS = [1_000, 2_000, 5_000, 10_000, 30_000] as const;

/**
 * Joins changes to one write. A write that fails is tried again, together with what came since: with
 * the next change, a flush, or by itself later and later.
 */
export class Autosaver<T extends object> {
  private pending: Partial<T> = {};
  private timer: ReturnType<typeof setTimeout> | undefined;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private running: Promise<void> = Promise.resolve();
  private failures = 0;

  constructor(
    private readonly write: (change: Partial<T>) => Promise<void>,
    private readonly told: (state: SaveState) => void,
    private readonly delayMs: number = SAVE_MS,
  ) {}

  change(change: Partial<T>): void {
    this.pending = { ...this.pending, ...change };
    this.told({ state: "pending" });
    this.timer ??= setTimeout(() => void this.flush(), this.delayMs);
  }

  /** Write now what waits; resolves when it is written, or has failed (see `told`). */
  flush(): Promise<void> {
    clearTimeout(this.timer);
    clearTimeout(this.retry);
    this.timer = undefined;
    this.running = this.running.then(() => this.step());
    return this.running;
  }

  /** Forget what was not written: it is given up, or belongs to a draft that is no more. */
  drop(): void {
    clearTimeout(this.timer);
    clearTimeout(this.retry);
    this.timer = undefined;
    this.pending = {};
    this.failures = 0;
    this.told({ state: "saved" });
  }

  private get isEmpty(): boolean {
    return Object.keys(this.pending).length === 0;
  }

  private async step(): Promise<void> {
    const change = this.pending;
    if (this.isEmpty) return;
    this.pending = {};
    try {
      await this.write(change);
      this.failures = 0;
      if (this.isEmpty) this.told({ state: "saved" });
    } catch (error) {
      this.pending = { ...change, ...this.pending };
      this.told({ state: "failed", error });
      const wait = RETRY_MS[Math.min(this.failures, RETRY_MS.length - 1)];
      this.failures += 1;
      clearTimeout(this.retry);
      this.retry = setTimeout(() => void this.flush(), wait);
    }
  }
}
