/** Operations on their way: batches, what became of them, what follows from it. */

import { type Context, WORK_TABLES, writing } from "./context";
import type { Batch, ServerOutcome, SyncPort, Unsent } from "./port";
import { AT_ONCE, asQueued, common, isDue, wireOf } from "./queue";
import { shared } from "./photos";
import { answerColumns } from "./rows";
import type { Operation } from "./types";
import { openOperations, unitMark, unitsWrite } from "./work";

type Push = Pick<
  SyncPort,
  "recover" | "backlog" | "batchTake" | "parkedTake" | "batchReturn" | "outcomesApply" | "operationGet"
>;
const PUSH_TABLES = [...WORK_TABLES, "kegiatans", "forms"] as const;

export function push(context: Context): Push {
  return {
    recover: (person) => writing(context, WORK_TABLES, () => recover(context, person)),
    backlog: (key) => writing(context, WORK_TABLES, () => backlog(context, key)),
    batchTake: (limits) => writing(context, WORK_TABLES, () => batchTake(context, limits)),
    parkedTake: (limits) => writing(context, WORK_TABLES, () => parkedTake(context, limits)),
    batchReturn: (key) => writing(context, WORK_TABLES, () => batchReturn(context, key)),
    outcomesApply: (reply) => writing(context, PUSH_TABLES, () => outcomesApply(context, reply)),
    operationGet: ({ person, id }) =>
      writing(context, ["operations"], async () =>
        (await context.db.operations.where("[person+id]").equals([person, id]).first()) ?? null,
      ),
  };
}

async function inState(context: Context, person: string, state: Operation["state"]): Promise<Operation[]> {
  const rows = await context.db.operations.where("[person+state]").equals([person, state]).toArray();
  return rows.sort((a, b) => a.seq - b.seq);
}

async function recover(
  context: Context,
  person: string,
): Promise<{ operations: number; attachments: number }> {
  const { db } = context;
  const operations = await inState(context, person, "sending");
  for (const operation of operations) {
    await db.operations.put(asQueued(operation, AT_ONCE));
    await unitMark(context, person, operation.assignment);
  }
  const photos = await db.attachments.where("[person+state]").equals([person, "sending"]).toArray();
  await db.attachments.bulkPut(photos.map((row) => ({ ...shared(row), state: "queued", ...AT_ONCE })));
  return { operations: operations.length, attachments: photos.length };
}

async function backlog(
  context: Context,
  { person, now }: { person: string; now: number },
): Promise<{ operations: number; attachments: number; next_at: number | null }> {
  const operations = [
    ...(await inState(context, person, "queued")),
    ...(await inState(context, person, "sending")),
  ];
  const photos = await context.db.attachments
    .where("[person+state]")
    .anyOf([
      [person, "queued"],
      [person, "sending"],
    ])
    .toArray();
  const times = [...operations, ...photos].flatMap((row) =>
    row.state === "queued" && !isDue(row.next_attempt_at, now) ? [row.next_attempt_at] : [now],
  );
  return {
    operations: operations.length,
    attachments: photos.length,
    next_at: times.length === 0 ? null : Math.min(...times),
  };
}

async function batchTake(
  context: Context,
  limits: { person: string; now: number; max_operations: number; max_bytes: number },
): Promise<Batch | null> {
  const { person, now } = limits;
  const queued = await inState(context, person, "queued");
  const held = new Set<string>(); // units of which an earlier operation does not go now
  const taken: Operation[] = [];
  let size = 0;
  for (const operation of queued) {
    if (operation.state !== "queued") continue;
    const isOther = taken[0] !== undefined && taken[0].kegiatan !== operation.kegiatan;
    const isFull =
      taken.length >= limits.max_operations ||
      (taken.length > 0 && size + operation.size_bytes > limits.max_bytes);
    if (held.has(operation.assignment) || !isDue(operation.next_attempt_at, now) || isOther || isFull) {
      held.add(operation.assignment);
      if (isFull) break;
      continue;
    }
    taken.push(operation);
    size += operation.size_bytes;
  }
  return markedBatch(context, taken, now);
}

async function markedBatch(context: Context, taken: Operation[], now: number): Promise<Batch | null> {
  const first = taken[0];
  if (first === undefined) return null;
  for (const operation of taken) {
    const attempts = operation.attempts + 1;
    await context.db.operations.put({ ...common(operation), attempts, state: "sending", since_at: now });
    await unitMark(context, operation.person, operation.assignment);
  }
  return { kegiatan: first.kegiatan, operations: taken.map(wireOf) };
}

async function parkedTake(
  context: Context,
  limits: { person: string; before: number; max_operations: number; max_bytes: number; except: string[] },
): Promise<Batch | null> {
  const taken: Operation[] = [];
  let size = 0;
  for (const operation of await inState(context, limits.person, "parked")) {
    if (operation.state !== "parked") continue;
    const isAhead = operation.asked_at > context.now(); // the clock was set back
    if (operation.asked_at >= limits.before && !isAhead) continue;
    if (limits.except.includes(operation.id)) continue;
    if (taken[0] !== undefined && taken[0].kegiatan !== operation.kegiatan) continue;
    if (taken.length > 0 && size + operation.size_bytes > limits.max_bytes) break;
    taken.push(operation);
    size += operation.size_bytes;
    if (taken.length >= limits.max_operations) break;
  }
  const first = taken[0];
  return first === undefined ? null : { kegiatan: first.kegiatan, operations: taken.map(wireOf) };
}

async function byIds({ db }: Context, person: string, ids: string[]): Promise<Map<string, Operation>> {
  const rows = await db.operations
    .where("[person+id]")
    .anyOf(ids.map((id) => [person, id]))
    .toArray();
  return new Map(rows.map((row) => [row.id, row]));
}

async function batchReturn(
  context: Context,
  key: { person: string; ids: string[]; now: number } & Unsent,
): Promise<void> {
  for (const operation of (await byIds(context, key.person, key.ids)).values()) {
    if (operation.state !== "sending") continue; // a parked one that was only asked about
    const { code, message } = key;
    const next: Operation =
      key.as === "queued"
        ? asQueued(operation, { next_attempt_at: key.next_attempt_at, code, message })
        : { ...common(operation), state: "refused", code, message, details: {}, refused_at: key.now };
    await context.db.operations.put(next);
    await unitMark(context, key.person, operation.assignment);
  }
}

interface Reply {
  person: string;
  outcomes: ServerOutcome[];
  now: number;
  backoff: (attempts: number) => number;
}

async function outcomesApply(
  context: Context,
  reply: Reply,
): Promise<Record<ServerOutcome["outcome"], number>> {
  const counts = { applied: 0, duplicate: 0, conflict: 0, parked: 0, refused: 0, retry: 0 };
  const known = await byIds(context, reply.person, reply.outcomes.map((outcome) => outcome.id));
  const units = new Set<string>();
  for (const outcome of reply.outcomes) {
    counts[outcome.outcome] += 1;
    const operation = known.get(outcome.id);
    if (operation === undefined || (operation.state !== "sending" && operation.state !== "parked")) continue;
    await outcomeApply(context, operation, outcome, reply);
    units.add(operation.assignment);
  }
  // in a batch every row is as the last of its operations left it
  await rowsApply(context, reply, known);
  for (const unit of units) await unitMark(context, reply.person, unit);
  return counts;
}

async function rowsApply(
  context: Context,
  { person, outcomes }: Reply,
  known: Map<string, Operation>,
): Promise<void> {
  const { db } = context;
  const rows = new Map(
    outcomes.flatMap(({ assignment }) => (assignment === null ? [] : [[assignment.id, assignment]])),
  );
  const kegiatan = [...known.values()][0]?.kegiatan;
  if (rows.size === 0 || kegiatan === undefined) return;
  const activity = await db.kegiatans.get([person, kegiatan]);
  const form = await db.forms.get([person, kegiatan, activity?.form_ready ?? -1]);
  const gone = await db.assignments.bulkGet([...rows.keys()].map((id): [string, string] => [person, id]));
  await unitsWrite(context, {
    person,
    units: [...rows.values()],
    columns: answerColumns(form),
    pass: activity?.pass.number ?? 0,
  });
  // the row that comes with parked work is shown, and is theirs no more: its tombstone has come before
  for (const before of gone) {
    if (before?.gone !== true) continue;
    const now = await db.assignments.get([person, before.id]);
    if (now !== undefined) await db.assignments.put({ ...now, gone: true });
  }
}

async function outcomeApply(
  context: Context,
  operation: Operation,
  outcome: ServerOutcome,
  reply: Reply,
): Promise<void> {
  const { db } = context;
  const { now } = reply;
  const { code, message, details } = outcome;
  switch (outcome.outcome) {
    case "applied":
    case "duplicate":
      await accepted(context, operation, outcome.outcome, now);
      return;
    case "parked": {
      const since = operation.state === "parked" ? operation.parked_at : now;
      await db.operations.put({ ...common(operation), state: "parked", code, message, parked_at: since, asked_at: now });
      return;
    }
    case "conflict": {
      const version = details["version"];
      const server_version = typeof version === "number" ? version : null;
      await turnedBack(context, operation, { ...common(operation), state: "conflict", message, server_version, conflict_at: now });
      return;
    }
    case "refused":
      await turnedBack(context, operation, { ...common(operation), state: "refused", code, message, details, refused_at: now });
      return;
    case "retry": {
      if (operation.state === "parked") return;
      const next_attempt_at = now + reply.backoff(operation.attempts);
      await db.operations.put(asQueued(operation, { next_attempt_at, code, message }));
    }
  }
}

/** The server has it: what was kept beside it goes, and what follows is based on its version. */
async function accepted(
  context: Context,
  operation: Operation,
  outcome: "applied" | "duplicate",
  now: number,
): Promise<void> {
  const { db } = context;
  const { person, assignment, type } = operation;
  const row = { ...common(operation), data: {}, base_answers: null };
  await db.operations.put({ ...row, state: "accepted", accepted_at: now, outcome });
  const draft = await db.drafts.get([person, assignment]);
  if (draft?.sent_as === operation.id) {
    await db.drafts.delete([person, assignment]);
  } else if (draft?.after === operation.id) {
    // an `open` adds one to the version it saw, a `create` begins with one; of others the server knows
    const seen = type === "create" ? 0 : type === "open" ? operation.base_version : null;
    if (seen !== null) await db.drafts.put({ ...draft, base_version: seen + 1, after: null });
  }
  const unit = await db.assignments.get([person, assignment]);
  if (unit?.local_only === true) await db.assignments.put({ ...unit, local_only: false });
}

/** A conflict or refusal. Nothing was typed in an `open`: it is dropped, and the draft speaks for itself. */
async function turnedBack(context: Context, operation: Operation, next: Operation): Promise<void> {
  const { db } = context;
  const { person, assignment } = operation;
  if (operation.type !== "open") {
    await db.operations.put(next);
    if (next.state === "conflict") await followersTurnBack(context, operation, next);
    return;
  }
  const { base_version } = operation;
  await db.operations.delete(operation.seq);
  const draft = await db.drafts.get([person, assignment]);
  if (draft?.after === operation.id) await db.drafts.put({ ...draft, base_version, after: null });
  for (const later of await openOperations(context, person, assignment)) {
    if (later.after === operation.id && later.attempts === 0) {
      await db.operations.put({ ...later, base_version, after: null });
    }
  }
}

/** What follows a conflict and was not sent with it is in conflict too; the server would park it. */
async function followersTurnBack(context: Context, leader: Operation, turned: Operation): Promise<void> {
  if (turned.state !== "conflict") return;
  const { message, server_version, conflict_at } = turned;
  const before = new Set([leader.id]);
  for (const later of await openOperations(context, leader.person, leader.assignment)) {
    if (later.state !== "queued" || later.after === null || !before.has(later.after)) continue;
    before.add(later.id);
    await context.db.operations.put({ ...common(later), state: "conflict", message, server_version, conflict_at });
  }
}
