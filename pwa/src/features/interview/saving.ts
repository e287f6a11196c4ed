/** Writing what is typed soon after it is typed, in order, and never losing the last of it. */

export type SaveState = { state: "saved" } | { state: "pending" } | { state: "failed"; error: unknown };

/** After the last change; with the 120 ms of typing.ts below 300 ms. */
export const SAVE_MS = 150;

/**
 * Joins changes to one write. A write that fails is tried again with the next change or flush, together
 * with what it held.
 */
export class Autosaver<T extends object> {
  private pending: Partial<T> = {};
  private timer: ReturnType<typeof setTimeout> | undefined;
  private running: Promise<void> = Promise.resolve();

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
    this.timer = undefined;
    const change = this.pending;
    this.pending = {};
    if (Object.keys(change).length === 0) return this.running;
    this.running = this.running.then(() => this.step(change));
    return this.running;
  }

  private async step(change: Partial<T>): Promise<void> {
    try {
      await this.write(change);
      if (this.timer === undefined) this.told({ state: "saved" });
    } catch (error) {
      this.pending = { ...change, ...this.pending };
      this.told({ state: "failed", error });
    }
  }
}
