/**
 * The part of Dexie that the store uses, in plain memory: a story of the sync costs a tenth of what it
 * costs on fake-indexeddb.
 *
 * Transactions run one after the other and are taken back whole when they fail; outside one nothing is
 * to be had, and not what it does not name. Rows are frozen: who changes one that was read is caught.
 * What only IndexedDB has (transactions that end while something else is awaited) is not here, so a
 * share of the stories runs on the real thing, and same-database.test.ts compares both.
 */

import { CerdasDatabase } from "@/store/database";

type Key = number | string | ArrayBuffer | Key[];
type Row = Record<string, unknown>;
interface Index {
  name: string;
  keyPath?: string | string[] | null | undefined;
  unique?: boolean | undefined;
  auto?: boolean | undefined;
}

const TYPES = ["number", "string", "object"];

function compare(a: Key, b: Key): number {
  if (Array.isArray(a) && Array.isArray(b)) {
    for (const [at, part] of a.entries()) {
      const other = b[at];
      const order = other === undefined ? 1 : compare(part, other);
      if (order !== 0) return order;
    }
    return a.length - b.length;
  }
  if (typeof a !== typeof b) return TYPES.indexOf(typeof a) - TYPES.indexOf(typeof b);
  return a < b ? -1 : a > b ? 1 : 0;
}

const ours = new WeakSet();

/** A copy that nobody can change; what is one already is taken as it is. */
function frozen<T>(value: T): T {
  if (typeof value !== "object" || value === null || ours.has(value)) return value;
  if (value instanceof ArrayBuffer) return value.slice(0) as T;
  if (ArrayBuffer.isView(value)) throw new Error("only whole buffers are stored");
  const copy = Array.isArray(value)
    ? value.map(frozen)
    : Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, frozen(inner)]));
  ours.add(Object.freeze(copy));
  return copy as T;
}

/** What a phone keeps over a restart. */
export class MemoryDisk {
  readonly tables = new Map<string, MemoryRows>();
  private last: Promise<unknown> = Promise.resolve();
  active: Transaction | null = null;

  constructor() {
    const shape = new CerdasDatabase("shape", { autoOpen: false });
    for (const { name, schema } of shape.tables) {
      this.tables.set(name, new MemoryRows(name, schema.primKey, schema.indexes));
    }
  }

  /** Run alone; take back everything when it fails. */
  alone<T>(transaction: Transaction, step: () => Promise<T>): Promise<T> {
    const run = async (): Promise<T> => {
      this.active = transaction;
      try {
        return await step();
      } catch (error) {
        for (const undo of transaction.undo.reverse()) undo();
        throw error;
      } finally {
        this.active = null;
      }
    };
    const result = this.last.then(run, run);
    this.last = result.catch(() => undefined);
    return result;
  }
}

interface Transaction {
  isWriting: boolean;
  tables: Set<string>;
  undo: (() => void)[];
}

class MemoryRows {
  private readonly rows = new Map<string, { key: Key; row: Row }>();
  private serial = 0;

  constructor(
    readonly name: string,
    readonly primKey: Index,
    private readonly indexes: readonly Index[],
  ) {}

  index(name: string): Index {
    const found = [this.primKey, ...this.indexes].find((index) => index.name === name);
    const wanted = name === ":id" ? this.primKey : found;
    if (wanted === undefined) throw new Error(`${this.name} has no index ${name}`);
    return wanted;
  }

  get(key: Key): Row | undefined {
    return this.rows.get(JSON.stringify(key))?.row;
  }

  put(given: Row, undo: (() => void)[], isNew: boolean): Key {
    let row = given;
    if (this.primKey.auto === true && row[String(this.primKey.keyPath)] === undefined) {
      row = { ...row, [String(this.primKey.keyPath)]: (this.serial += 1) };
    }
    const key = keyIn(row, this.primKey);
    if (key === undefined) throw new Error(`a row of ${this.name} without a key`);
    const text = JSON.stringify(key);
    const before = this.rows.get(text);
    if (isNew && before !== undefined) throw named("ConstraintError", `${this.name} has ${text}`);
    for (const index of this.indexes) if (index.unique === true) this.checkUnique(index, row, text);
    this.set(text, { key, row: frozen(row) }, before, undo);
    return key;
  }

  delete(key: Key, undo: (() => void)[]): void {
    const text = JSON.stringify(key);
    const before = this.rows.get(text);
    if (before !== undefined) this.set(text, undefined, before, undo);
  }

  private set(text: string, now: { key: Key; row: Row } | undefined, before: { key: Key; row: Row } | undefined, undo: (() => void)[]): void {
    const write = (entry: { key: Key; row: Row } | undefined): void => {
      if (entry === undefined) this.rows.delete(text);
      else this.rows.set(text, entry);
    };
    write(now);
    undo.push(() => write(before));
  }

  private checkUnique(index: Index, row: Row, text: string): void {
    const wanted = keyIn(row, index);
    for (const [other, entry] of this.rows) {
      const key = keyIn(entry.row, index);
      if (other !== text && key !== undefined && wanted !== undefined && compare(key, wanted) === 0) {
        throw named("ConstraintError", `${this.name} ${index.name}`);
      }
    }
  }

  /** Rows by an index, in its order, then in that of the primary key. */
  scan(index: Index, isIn: (key: Key) => boolean): { key: Key; by: Key; row: Row }[] {
    const found: { key: Key; by: Key; row: Row }[] = [];
    for (const { key, row } of this.rows.values()) {
      const by = keyIn(row, index);
      if (by !== undefined && isIn(by)) found.push({ key, by, row });
    }
    return found.sort((a, b) => compare(a.by, b.by) || compare(a.key, b.key));
  }
}

function named(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}

function keyIn(row: Row, { keyPath }: Index): Key | undefined {
  const paths = Array.isArray(keyPath) ? keyPath : [String(keyPath)];
  const parts = paths.map((path) => row[path]);
  if (parts.some((part) => typeof part !== "string" && typeof part !== "number")) return undefined;
  return Array.isArray(keyPath) ? (parts as Key[]) : (parts[0] as Key);
}

/** What is thrown is a rejection, as of a request to the database. */
function promised<T>(step: () => T): Promise<T> {
  return new Promise((done) => done(step()));
}

class MemoryTable {
  readonly name: string;
  readonly schema: { primKey: Index };

  constructor(
    private readonly rows: MemoryRows,
    private readonly asked: (table: string, isWriting: boolean) => Transaction,
  ) {
    this.name = rows.name;
    this.schema = { primKey: rows.primKey };
  }

  private read<T>(step: () => T): Promise<T> {
    return promised(() => {
      this.asked(this.name, false);
      return step();
    });
  }

  private write<T>(step: (undo: (() => void)[]) => T): Promise<T> {
    return promised(() => step(this.asked(this.name, true).undo));
  }

  get = (key: Key): Promise<unknown> => this.read(() => this.rows.get(key));
  bulkGet = (keys: Key[]): Promise<unknown[]> => this.read(() => keys.map((key) => this.rows.get(key)));
  toArray = (): Promise<unknown[]> => this.where(":id").all().toArray();
  put = (row: Row): Promise<Key> => this.write((undo) => this.rows.put(row, undo, false));
  add = (row: Row): Promise<Key> => this.write((undo) => this.rows.put(row, undo, true));
  bulkPut = (rows: Row[]): Promise<void> =>
    this.write((undo) => rows.forEach((row) => this.rows.put(row, undo, false)));
  delete = (key: Key): Promise<void> => this.write((undo) => this.rows.delete(key, undo));
  bulkDelete = (keys: Key[]): Promise<void> => this.write((undo) => keys.forEach((key) => this.rows.delete(key, undo)));

  where(name: string): {
    all: () => Collection; equals: (key: Key) => Collection;
    anyOf: (keys: Key[]) => Collection; between: (low: Key, high: Key) => Collection;
  } {
    const index = this.rows.index(name);
    const those = (isIn: (key: Key) => boolean): Collection =>
      new Collection(
        (step) => this.read(() => step(this.rows.scan(index, isIn))),
        (keys) => this.bulkDelete(keys),
      );
    return {
      all: () => those(() => true),
      equals: (wanted) => those((key) => compare(key, wanted) === 0),
      anyOf: (wanted) => those((key) => wanted.some((one) => compare(key, one) === 0)),
      between: (low, high) => those((key) => compare(key, low) >= 0 && compare(key, high) < 0),
    };
  }
}

type Found = { key: Key; by: Key; row: Row }[];

class Collection {
  private readonly steps: ((found: Found) => Found)[] = [];

  constructor(
    private readonly scan: <T>(step: (found: Found) => T) => Promise<T>,
    private readonly remove: (keys: Key[]) => Promise<void>,
  ) {}

  private found<T>(step: (found: Found) => T): Promise<T> {
    return this.scan((found) => step(this.steps.reduce((rows, one) => one(rows), found)));
  }

  private with(step: (found: Found) => Found): this {
    this.steps.push(step);
    return this;
  }

  filter = (test: (row: never) => boolean): this => this.with((found) => found.filter(({ row }) => test(row as never)));
  reverse = (): this => this.with((found) => found.toReversed());
  limit = (most: number): this => this.with((found) => found.slice(0, most));
  toArray = (): Promise<unknown[]> => this.found((found) => found.map(({ row }) => row));
  first = (): Promise<unknown> => this.found((found) => found[0]?.row);
  count = (): Promise<number> => this.found((found) => found.length);
  primaryKeys = (): Promise<Key[]> => this.found((found) => found.map(({ key }) => key));
  uniqueKeys = (): Promise<Key[]> =>
    this.found((found) => [...new Map(found.map(({ by }) => [JSON.stringify(by), by])).values()]);
  each = (work: (row: never) => void): Promise<void> => this.found((found) => found.forEach(({ row }) => work(row as never)));
  delete = async (): Promise<void> => this.remove(await this.primaryKeys());
}

/** A database on a disk. tick: called at each step; what it throws ends the transaction. */
export function memoryDatabase(disk: MemoryDisk, tick: () => void = () => undefined): CerdasDatabase {
  const asked = (table: string, isWriting: boolean): Transaction => {
    tick();
    const { active } = disk;
    if (active === null) throw new Error(`${table} outside a transaction`);
    if (!active.tables.has(table)) throw new Error(`${table} is not named by its transaction`);
    if (isWriting && !active.isWriting) throw new Error(`${table} is written while reading`);
    return active;
  };
  const tables = Object.fromEntries([...disk.tables].map(([name, rows]) => [name, new MemoryTable(rows, asked)]));
  return {
    ...tables,
    tables: Object.values(tables),
    table: (name: string) => tables[name],
    transaction: (mode: string, scope: MemoryTable[], step: () => Promise<unknown>) =>
      disk.alone({ isWriting: mode === "rw", tables: new Set(scope.map(({ name }) => name)), undo: [] }, step),
    close: () => undefined,
  } as unknown as CerdasDatabase;
}
