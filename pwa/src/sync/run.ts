/** What the steps of one sync share. */

import { type Api, createApi } from "../api";
import type { Answer } from "../api/answer";
import type { SyncPort } from "../store/port";
import type { JournalEntry, JournalKind, Person } from "../store/types";
import type { Environment } from "./environment";
import { Stopped, stoppedBy } from "./stopped";
import type { SyncActivity, SyncReason } from "./types";

/** What the sync of this tab remembers from run to run. */
export interface Memory {
  /** How many operations the next request may hold; less after trouble with large ones. */
  operations: number;
}

export class Run {
  readonly port: SyncPort;
  readonly api: Api;
  readonly counts = { pushed: 0, pulled: 0, uploaded: 0 };

  constructor(
    readonly environment: Environment,
    readonly person: Person,
    readonly reason: SyncReason,
    readonly memory: Memory,
    private readonly isHeld: () => boolean,
    readonly show: (activity: SyncActivity) => void,
  ) {
    this.port = environment.store.port;
    const token = person.session.state === "signed_in" ? person.session.token : null;
    this.api = createApi({ network: environment, base: environment.base, token, language: environment.language() });
  }

  now(): number {
    return this.environment.now();
  }

  /** Raise Stopped when this tab may not go on: somebody else syncs, or signed in meanwhile. */
  async check(): Promise<void> {
    if (!this.isHeld()) throw new Stopped("busy");
    const current = await this.environment.store.personCurrent();
    if (current?.id !== this.person.id || current.session.state !== "signed_in") throw new Stopped("signed_out");
  }

  async journal(kind: JournalKind, facts?: JournalEntry["facts"]): Promise<void> {
    await this.port.journalAdd({
      person: this.person.id,
      at: this.now(),
      kind,
      ...(facts === undefined ? {} : { facts }),
    });
  }

  /** Return the value of an answer. Raises Stopped for what ends the sync. */
  value<T>(answer: Answer<T>): T {
    if (answer.kind === "ok") return answer.value;
    if (answer.kind === "not_modified") throw new Stopped("fault", "304 without If-None-Match");
    throw stoppedBy(answer);
  }

  /** The server's clock is right; a phone's may be days off. */
  async clock(server_time: string): Promise<void> {
    const offset = Date.parse(server_time) - this.now();
    if (!Number.isFinite(offset)) return;
    const rounded = Math.abs(offset) < 60_000 ? 0 : offset;
    const known = await this.port.clockOffset();
    if (Math.abs(known - rounded) > 30_000) await this.port.clockOffsetSet(rounded);
  }
}
