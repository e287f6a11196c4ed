/** When to sync, and one sync from beginning to end. */

import type { Environment } from "./environment";
import { LIMITS, backoff } from "./environment";
import { expire } from "./expiring";
import { pull } from "./pulling";
import { askParked, push } from "./pushing";
import { questions, sessions } from "./questions";
import { type Memory, Run } from "./run";
import type { Sync } from "./interface";
import { Stopped, asStopped } from "./stopped";
import words from "./sync.i18n.json";
import type { SyncActivity, SyncReason, SyncResult, SyncStatus } from "./types";
import { upload } from "./uploading";

/** Reasons that do not wait for the end of a back-off. */
const AT_ONCE: readonly SyncReason[] = ["manual", "online", "signed_in", "resync", "background"];
/** A tab need not look again when another one just has. */
const JUST_DONE_MS = 60_000;

/** One sync of this tab; `heard` takes what other tabs say. */
export interface SyncCore extends Omit<Sync, "start"> {
  heard: (status: SyncStatus) => void;
  /** Sync now and then; returns the way to stop. */
  period: () => () => void;
}

export function createSync(environment: Environment): SyncCore {
  const core = new Core(environment);
  return {
    now: (wish) => core.wish(wish.reason),
    resync: async (wish = {}) => {
      const person = await environment.store.personCurrent();
      if (person === null) return { ended: "nobody" };
      await environment.store.port.passRestart({ person: person.id, ...wish });
      return core.wish("resync");
    },
    status: () => core.status,
    onStatus: (listener) => {
      core.listeners.add(listener);
      return () => core.listeners.delete(listener);
    },
    heard: (status) => core.heard(status),
    period: () => core.period(),
    ...sessions(environment, () => core.wish("signed_in")),
    ...questions(environment),
  };
}

class Core {
  readonly listeners = new Set<(status: SyncStatus) => void>();
  status: SyncStatus = { activity: { phase: "idle" }, problem: null, next_at: null, finished_at: null };
  private readonly memory: Memory = { operations: LIMITS.operations };
  private failures = 0;
  /** The wait after the last trouble. */
  private chosen_ms = 0;
  private running: Promise<SyncResult> | null = null;
  private next: { reason: SyncReason; result: Promise<SyncResult> } | null = null;
  private unplan: () => void = () => undefined;
  private isPeriodic = false;

  constructor(private readonly environment: Environment) {}

  /** Run, or share the run that comes after the one under way. */
  wish(reason: SyncReason): Promise<SyncResult> {
    const wait = this.status.problem === null ? 0 : this.left();
    if (wait > 0 && !AT_ONCE.includes(reason) && this.running === null) {
      this.plan(wait); // the timer that came too early by a clock that was changed was the last one
      const { code, message } = this.status.problem ?? { code: "fault", message: "" };
      return Promise.resolve({ ended: "stopped", problem: code, message });
    }
    if (this.running === null) return this.begin(reason);
    if (this.next !== null) {
      if (AT_ONCE.includes(reason)) this.next.reason = reason;
      return this.next.result;
    }
    const wished = { reason, result: Promise.resolve<SyncResult>({ ended: "nobody" }) };
    wished.result = this.running.then(() => {
      this.next = null;
      return this.begin(wished.reason);
    });
    this.next = wished;
    return wished.result;
  }

  /** Time until the next try, in ms; none when the clock was set back beyond the wait that was chosen. */
  private left(): number {
    const left = (this.status.next_at ?? 0) - this.environment.now();
    return left > this.chosen_ms ? 0 : left;
  }

  heard(status: SyncStatus): void {
    if (this.running !== null) return;
    this.status = { ...status, next_at: this.status.next_at };
    this.call();
  }

  /** Look for changes now and then, also in the pauses after trouble. */
  period(): () => void {
    this.isPeriodic = true;
    this.plan(LIMITS.period_ms);
    return () => {
      this.isPeriodic = false;
      this.unplan();
    };
  }

  private begin(reason: SyncReason): Promise<SyncResult> {
    this.unplan();
    const result = this.runAlone(reason).finally(() => {
      this.running = null;
    });
    this.running = result;
    return result;
  }

  private async runAlone(reason: SyncReason): Promise<SyncResult> {
    try {
      const asked_at = this.environment.now();
      const result = await this.environment.alone((isHeld) => {
        const at = this.status.finished_at;
        const justDone = at !== null && at > asked_at - JUST_DONE_MS && at <= this.environment.now();
        if (reason === "timer" && justDone && this.status.problem === null) {
          this.plan(LIMITS.period_ms);
          return Promise.resolve<SyncResult>({ ended: "done", pushed: 0, pulled: 0, uploaded: 0 });
        }
        return this.runOne(reason, isHeld);
      });
      return result;
    } catch (error) {
      return this.ended(asStopped(error));
    }
  }

  private async runOne(reason: SyncReason, isHeld: () => boolean): Promise<SyncResult> {
    const { environment } = this;
    const person = await environment.store.personCurrent();
    if (person === null) {
      this.show({ phase: "idle" });
      return { ended: "nobody" };
    }
    const run = new Run(environment, person, reason, this.memory, isHeld, (activity) => this.show(activity));
    try {
      this.show({ phase: "starting" });
      await recover(run);
      await run.check();
      if (!environment.isOnline() && !AT_ONCE.includes(reason)) throw new Stopped("offline");
      await push(run);
      await askParked(run);
      await pull(run);
      await upload(run);
      await run.port.tidy({ person: person.id, now: run.now() });
      return await this.finished(run);
    } catch (error) {
      return await this.stopped(run, asStopped(error));
    }
  }

  private async finished(run: Run): Promise<SyncResult> {
    this.failures = 0;
    await run.journal("finished", { reason: run.reason, ...run.counts });
    const { next_at } = await run.port.backlog({ person: run.person.id, now: run.now() });
    const now = this.environment.now();
    const until = next_at === null ? LIMITS.period_ms : Math.min(LIMITS.period_ms, Math.max(1_000, next_at - now));
    this.status = { activity: { phase: "idle" }, problem: null, next_at: null, finished_at: now };
    this.plan(until);
    this.publish();
    return { ended: "done", ...run.counts };
  }

  private async stopped(run: Run, stop: Stopped): Promise<SyncResult> {
    try {
      if (stop.problem === "signed_out") await this.expire(run);
      await run.journal("stopped", {
        reason: run.reason,
        problem: stop.problem,
        message: stop.problem === "fault" ? stop.message : "",
        ...run.counts,
      });
    } catch {
      // the phone's database is the trouble; the state below says so
    }
    return this.ended(stop);
  }

  /** The server refused the token: nothing but the session changes. */
  private async expire(run: Run): Promise<void> {
    if (await expire(this.environment.store, run.person)) await run.journal("signed_out", { why: "expired" });
  }

  private ended(stop: Stopped): SyncResult {
    this.failures += 1;
    const { now, random } = this.environment;
    const wait = Math.max(stop.retry_after_ms ?? 0, backoff(this.failures, random, LIMITS.backoff_most_ms));
    this.chosen_ms = wait;
    const needsPerson = stop.problem === "signed_out";
    this.status = {
      activity: { phase: "idle" },
      problem: { code: stop.problem, message: wordsOf(stop, this.environment.language()), at: now() },
      next_at: needsPerson ? null : now() + wait,
      finished_at: this.status.finished_at,
    };
    if (!needsPerson) this.plan(wait);
    this.publish();
    return { ended: "stopped", problem: stop.problem, message: stop.message };
  }

  private plan(wait_ms: number): void {
    this.unplan();
    if (!this.isPeriodic) return;
    this.unplan = this.environment.after(wait_ms, () => void this.wish("timer"));
  }

  private show(activity: SyncActivity): void {
    this.status = { ...this.status, activity };
    this.publish();
  }

  private publish(): void {
    this.environment.tell(this.status);
    this.call();
  }

  private call(): void {
    for (const listener of this.listeners) {
      try {
        listener(this.status);
      } catch (error) {
        // a screen's fault is the screen's: the sync goes on, and the browser reports it
        setTimeout(() => {
          throw error;
        }, 0);
      }
    }
  }
}

/** What the server said, else our own words; a fault of the app is for the journal. */
function wordsOf({ problem, message }: Stopped, language: string): string {
  if (message !== "" && problem !== "fault" && problem !== "storage_fault") return message;
  return words[language === "en" ? "en" : "id"][problem];
}

async function recover(run: Run): Promise<void> {
  const found = await run.port.recover(run.person.id);
  if (found.operations + found.attachments > 0) await run.journal("recovered", found);
}
