/** What every function of the store stands on: the database, the clock, new ids, one transaction. */

import { type Table, Dexie } from "dexie";

import type { CerdasDatabase } from "./database";
import { StoreError, storeError } from "./errors";

export interface Context {
  db: CerdasDatabase;
  /** Milliseconds since 1970. */
  now: () => number;
  newId: () => string;
  /** Tell this tab that something was queued. */
  queued: (person: string) => void;
}

/** A name of a table. */
export type TableName = {
  [K in keyof CerdasDatabase]: CerdasDatabase[K] extends Pick<Table, "bulkPut"> ? K : never;
}[keyof CerdasDatabase];

/** Run a step whole or not at all. Nothing but the database may be awaited within. */
export async function writing<T>(
  { db }: Context,
  tables: readonly TableName[],
  step: () => Promise<T>,
): Promise<T> {
  return guarded(() =>
    db.transaction(
      "rw",
      tables.map((name) => db.table(name)),
      // Dexie follows native awaits only within a function that is itself declared async
      async () => step(),
    ),
  );
}

/** Read several tables as they are at one moment. */
export async function reading<T>(
  { db }: Context,
  tables: readonly TableName[],
  step: () => Promise<T>,
): Promise<T> {
  return guarded(() =>
    db.transaction(
      "r",
      tables.map((name) => db.table(name)),
      // Dexie follows native awaits only within a function that is itself declared async
      async () => step(),
    ),
  );
}

async function guarded<T>(step: () => PromiseLike<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    throw storeError(error);
  }
}

/** Raise StoreError "missing" for a row that the caller counts on. */
export function found<T>(row: T | undefined, what: string): T {
  if (row === undefined) throw new StoreError("missing", `There is no such ${what}.`);
  return row;
}

/** Lowest and highest key, for ranges over the tail of a compound index. */
export const LOWEST = Dexie.minKey;
export const HIGHEST = Dexie.maxKey;

/** Tables that a change of a unit's work touches. */
export const WORK_TABLES = [
  "assignments",
  "answers",
  "drafts",
  "operations",
  "attachments",
  "files",
  "device",
] as const satisfies readonly TableName[];
