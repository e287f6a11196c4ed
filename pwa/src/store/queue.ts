/** Operations as they are put into the queue: content fixed, order kept, based on what the person saw. */

import { type Context, found } from "./context";
import { WAIT_MOST_MS, type WireOperation } from "./port";
import type { JsonObject, Operation, OperationType } from "./types";
import { openOperations } from "./work";

export const CLOCK_OFFSET = "clock_offset_ms";
/** Types that carry what a person typed. */
const TYPED: readonly OperationType[] = ["submit", "create", "edit", "reject"];

/** What an operation is based on: a version, or an operation of this phone that produces it. */
export interface Base {
  base_version: number | null;
  after: string | null;
}

export interface Wish extends Base {
  person: string;
  kegiatan: string;
  assignment: string;
  type: OperationType;
  label: string;
  data: JsonObject;
  base_answers: JsonObject | null;
  id?: string;
}

/** Return a deep copy as plain JSON: no proxies, no undefined. */
export function plain<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

/** Return the operation as docs/sync.md has it. The same each time: the server compares repeats. */
export function wireOf(operation: Operation): WireOperation {
  const { id, type, assignment, base_version, after, at, data } = operation;
  return {
    id,
    type,
    assignment,
    ...(base_version === null ? {} : { base_version }),
    ...(after === null ? {} : { after }),
    at,
    data,
  };
}

/**
 * Return the base of the next operation of a unit: the last one of this phone that still waits (or is
 * kept by the office), else what the person saw.
 */
export async function baseFor(
  context: Context,
  person: string,
  assignment: string,
  seen: Base,
): Promise<Base> {
  const waiting = (await openOperations(context, person, assignment))
    .filter(({ state }) => state === "queued" || state === "sending" || state === "parked")
    .at(-1);
  return waiting === undefined ? seen : { base_version: null, after: waiting.id };
}

/** Put an operation at the end of the queue, inside a transaction over WORK_TABLES. Returns its id. */
export async function enqueue(context: Context, wish: Wish): Promise<string> {
  const { db, now, newId } = context;
  const offset = (await db.device.get(CLOCK_OFFSET))?.value;
  const at = new Date(now() + (typeof offset === "number" ? offset : 0)).toISOString();
  const row = {
    ...wish,
    id: wish.id ?? newId(),
    at,
    is_typed: TYPED.includes(wish.type),
    queued_at: now(),
    attempts: 0,
    state: "queued",
    next_attempt_at: 0,
    code: null,
    message: null,
  } as const;
  const size_bytes = byteLength(JSON.stringify(wireOf({ ...row, size_bytes: 0, seq: 0 })));
  await db.operations.add({ ...row, size_bytes });
  context.queued(wish.person);
  return row.id;
}

export function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** Return an operation of a person. Raises StoreError "missing". */
export async function operationOf(
  { db }: Context,
  key: { person: string; id: string },
): Promise<Operation> {
  return found(
    await db.operations.where("[person+id]").equals([key.person, key.id]).first(),
    "operation",
  );
}

/** Return an operation as it is in the queue, to be sent (again) at once. */
export function asQueued(
  operation: Operation,
  wait: { next_attempt_at: number; code: string | null; message: string | null },
): Operation {
  return { ...common(operation), state: "queued", ...wait };
}

/**
 * Whether a stored time has come. One further ahead than any wait was written before the phone's clock
 * was set back: it has come too.
 */
export function isDue(at: number, now: number): boolean {
  return at <= now || at > now + WAIT_MOST_MS;
}

export const AT_ONCE = { next_attempt_at: 0, code: null, message: null } as const;

/** Return an operation without what belongs to its state. */
export function common(operation: Operation): Omit<Operation, "state"> & { state?: never } {
  const {
    person, id, seq, type, kegiatan, assignment, label, base_version, after, at, data,
    base_answers, is_typed, size_bytes, queued_at, attempts,
  } = operation;
  return {
    person, id, seq, type, kegiatan, assignment, label, base_version, after, at, data,
    base_answers, is_typed, size_bytes, queued_at, attempts,
  };
}
