/** A phone in a test: the real store and sync on an in-memory IndexedDB, with a network that fails. */

import { IDBFactory, IDBKeyRange } from "fake-indexeddb";
import type { DBCore, DBCoreTable } from "dexie";

import { createStore } from "@/store/create";
import { CerdasDatabase } from "@/store/database";
import type { Store } from "@/store/interface";
import type { Person } from "@/store/types";
import { type SyncCore, createSync } from "@/sync/create";
import type { SyncReason, SyncResult } from "@/sync/types";

import { MemoryDisk, memoryDatabase } from "./memory-database";
import type { FakeServer } from "./fake-server";
import { json } from "./fake-server";

/** Virtual time: timers fire when somebody advances it. */
export class Clock {
  private timers: { at: number; work: () => void }[] = [];

  constructor(public time = Date.parse("2026-06-01T00:00:00Z")) {}

  readonly now = (): number => this.time;

  readonly after = (ms: number, work: () => void): (() => void) => {
    const timer = { at: this.time + ms, work };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((other) => other !== timer);
    };
  };

  /** Somebody sets the clock back; timers go by time that passes. */
  setBack(ms: number): void {
    this.time -= ms;
    for (const timer of this.timers) timer.at -= ms;
  }

  advance(ms: number): void {
    const until = this.time + ms;
    for (;;) {
      const next = this.timers.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.timers = this.timers.filter((other) => other !== next);
      this.time = Math.max(this.time, next.at);
      next.work();
    }
    this.time = until;
  }
}

export const FAULTS = [
  "none", "lost_request", "lost_reply", "late_request", "twice", "portal", "busy", "fault", "too_many",
  "cut_reply", "hang", "too_large",
] as const;
export type Fault = (typeof FAULTS)[number];

/** The network between phones and the server; `next` says what happens to the next request. */
export class FakeNetwork {
  next: () => Fault = () => "none";
  private readonly late: (() => Promise<unknown>)[] = [];

  constructor(
    readonly server: FakeServer,
    readonly clock: Clock,
  ) {}

  readonly fetch = async (request: Request): Promise<Response> => {
    const fault = this.next();
    const copy = request.clone();
    switch (fault) {
      case "none":
        return this.server.handle(request);
      case "lost_request":
        throw new TypeError("Failed to fetch");
      case "lost_reply":
        await this.server.handle(request);
        throw new TypeError("Failed to fetch");
      case "late_request": // it arrives after the phone has given up, maybe after later ones
        this.late.push(() => this.server.handle(copy));
        throw new TypeError("Failed to fetch");
      case "twice":
        await this.server.handle(request);
        return this.server.handle(copy);
      case "portal":
        return new Response("<html>Masuk Wi-Fi</html>", { status: 200, headers: { "Content-Type": "text/html" } });
      case "busy":
        return new Response(null, { status: 503, headers: { "Retry-After": "30" } });
      case "fault":
        return json(500, { code: "server_error", message: "", details: {}, retryable: true });
      case "too_many":
        return new Response("", { status: 429 });
      case "cut_reply": {
        const whole = await (await this.server.handle(request)).arrayBuffer();
        return cutOff(new Uint8Array(whole));
      }
      case "hang":
        setImmediate(() => this.clock.advance(10 * 60_000));
        return new Promise(() => undefined);
      case "too_large":
        for (const [id] of (await copy.text()).matchAll(/(?<="id":")[^"]+/g)) this.server.turnedAway.add(id);
        return new Response("<h1>413</h1>", { status: 413 });
    }
  };

  /** What was on its way arrives. */
  async arrive(): Promise<void> {
    for (const send of this.late.splice(0)) await send();
  }
}

function cutOff(bytes: Uint8Array): Response {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(bytes.slice(0, Math.floor(bytes.length / 2)));
      controller.error(new Error("connection reset"));
    },
  });
  return new Response(body, { status: 200, headers: { "Content-Type": "application/json" } });
}

export class Crash extends Error {}

export interface PhoneOptions {
  random?: () => number;
  /** real: Dexie on fake-indexeddb; memory: what the store needs of it, ten times as fast. */
  database?: "real" | "memory";
  /** Put a fault into the app, to see whether it is found. */
  break?: (store: Store, db: CerdasDatabase, phone: Phone) => Store;
}

export class Phone {
  store!: Store;
  sync!: SyncCore;
  /** Steps of the database and network until the browser is killed; null: never. */
  crashAfter: number | null = null;
  private isDead = false;
  private readonly idb = new IDBFactory();
  private readonly disk: MemoryDisk | null;
  private db!: CerdasDatabase;
  private ids = 0;
  private boots = 0;
  constructor(
    readonly name: string,
    readonly network: FakeNetwork,
    readonly person: string,
    private readonly options: PhoneOptions = {},
  ) {
    this.disk = options.database === "memory" ? new MemoryDisk() : null;
    this.boot();
  }

  /** Start the app anew on what the database holds. */
  boot(): void {
    this.isDead = false;
    this.crashAfter = null;
    this.boots += 1;
    const { clock } = this.network;
    const isLater = this.boots;
    this.db = this.openDatabase(() => {
      if (isLater !== this.boots) throw new Crash("killed"); // what an earlier run of the app still wanted
      this.tick();
    });
    const store = createStore(this.db, { now: clock.now, newId: () => this.newId() });
    this.store = this.options.break?.(store, this.db, this) ?? store;
    this.sync = createSync({
      store: this.store,
      fetch: (request) => this.step(() => this.network.fetch(request)),
      after: clock.after,
      now: clock.now,
      random: this.options.random ?? (() => 0.5),
      base: "http://server",
      language: () => "id",
      isOnline: () => true,
      alone: (work) => work(() => true),
      tell: () => undefined,
    });
  }

  private openDatabase(tick: () => void): CerdasDatabase {
    if (this.disk !== null) return memoryDatabase(this.disk, tick);
    const db = new CerdasDatabase("cerdas", { indexedDB: this.idb, IDBKeyRange });
    db.use({ stack: "dbcore", name: "crash", create: (core) => guarded(core, tick) });
    return db;
  }

  newId(): string {
    return `${this.name}-${String((this.ids += 1)).padStart(4, "0")}`;
  }

  /** Kill the browser and start the app again. */
  reboot(): void {
    this.isDead = true;
    this.db.close({ disableAutoOpen: true });
    this.boot();
  }

  get wasKilled(): boolean {
    return this.isDead;
  }

  private async step<T>(work: () => PromiseLike<T>): Promise<T> {
    this.tick();
    const result = await work();
    this.tick();
    return result;
  }

  private tick(): void {
    if (this.crashAfter !== null && this.crashAfter-- <= 0) this.isDead = true;
    if (this.isDead) throw new Crash("killed");
  }

  async signIn(): Promise<void> {
    const person: Omit<Person, "signed_in_at"> = {
      id: this.person,
      name: this.person,
      email: `${this.person}@uji.example`,
      avatar: null,
      satker: { id: "s1", code: "6104", name: "Mempawah" },
      is_super_admin: false,
      session: { state: "signed_in", token: `token-${this.person}`, expires_at: "2027-01-01T00:00:00Z" },
    };
    await this.store.personSignIn(person);
  }

  run(reason: SyncReason = "manual"): Promise<SyncResult> {
    return this.sync.now({ reason });
  }
}

function guarded(core: DBCore, tick: () => void): DBCore {
  const guard = <A, T>(work: (argument: A) => T): ((argument: A) => T) => (argument) => {
    tick();
    return work(argument);
  };
  return {
    ...core,
    table: (name) => {
      const table = core.table(name);
      const calls: Partial<DBCoreTable> = {
        mutate: guard(table.mutate.bind(table)),
        get: guard(table.get.bind(table)),
        getMany: guard(table.getMany.bind(table)),
        query: guard(table.query.bind(table)),
        openCursor: guard(table.openCursor.bind(table)),
        count: guard(table.count.bind(table)),
      };
      return { ...table, ...calls };
    },
  };
}

/** A small, fast generator of chance with a seed. */
export function chance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
