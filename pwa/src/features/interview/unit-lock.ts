/** One window fills in a unit: the others look on, until one of them takes it over. */

/** Shortly after a page is left or loaded anew, its own old lock may still be held. */
const TRIES = 3;
const TRY_MS = 150;

export class UnitLock {
  private letGo: (() => void) | undefined;

  /** locks: undefined where the browser has none, and then every window may fill in. */
  constructor(
    private readonly locks: LockManager | undefined,
    private readonly name: string,
    /** Another window has taken the unit over. */
    private readonly lost: () => void,
  ) {}

  static nameOf(person: string, unit: string): string {
    return `cerdas.unit.${person}.${unit}`;
  }

  get isHeld(): boolean {
    return this.locks === undefined || this.letGo !== undefined;
  }

  /** Take the lock if it is free. false: another window has it. */
  async take(): Promise<boolean> {
    for (let n = 1; !this.isHeld && n <= TRIES; n += 1) {
      if (n > 1) await new Promise((done) => setTimeout(done, TRY_MS));
      await this.ask({ ifAvailable: true });
    }
    return this.isHeld;
  }

  /** Take the lock away from whoever has it. */
  async steal(): Promise<void> {
    if (!this.isHeld) await this.ask({ steal: true });
  }

  release(): void {
    this.letGo?.();
    this.letGo = undefined;
  }

  /** Resolves once the lock is held or refused; it is held from then on. */
  private ask(options: LockOptions): Promise<void> {
    return new Promise((answered) => {
      let mine: (() => void) | undefined;
      const held = this.locks?.request(this.name, options, (lock) => {
        if (lock === null) return undefined;
        return new Promise<void>((done) => {
          mine = done;
          this.letGo = done;
          answered();
        });
      });
      const ended = (): void => {
        answered();
        if (mine === undefined || this.letGo !== mine) return;
        this.letGo = undefined;
        this.lost();
      };
      void Promise.resolve(held).then(ended, ended);
    });
  }
}
