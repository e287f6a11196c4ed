/**
 * Faults that a sync could have, put into the real one: each must be found by the invariants, or the
 * stories prove nothing.
 *
 * A mutant takes the app's store and gives one back that is wrong in one thing.
 */

import type { CerdasDatabase } from "@/store/database";
import type { Store } from "@/store/interface";
import type { ServerOutcome, SyncPort, WireOperation } from "@/store/port";
import type { JsonObject, Operation } from "@/store/types";

import type { Phone } from "./phone";

export type Mutant = (store: Store, db: CerdasDatabase, phone: Phone) => Store;

/** The store with some functions of its port in place of its own. */
function withPort(store: Store, make: (port: SyncPort) => Partial<SyncPort>): Store {
  return { ...store, port: { ...store.port, ...make(store.port) } };
}

async function operationsOf(db: CerdasDatabase, person: string): Promise<Operation[]> {
  return db.operations.where("[person+state]").between([person], [person, []]).toArray();
}

/** Change what waits, as the app's own code could. */
function amend(db: CerdasDatabase, person: string, ids: string[], change: (row: Operation) => Operation): Promise<unknown> {
  return db.transaction("rw", [db.operations], async () => {
    const rows = (await operationsOf(db, person)).filter(({ id }) => ids.includes(id));
    for (const row of rows) await db.operations.put(change(row));
  });
}

/** Give what is sent again a new id; what follows it is told. */
function renew(db: CerdasDatabase, person: string, ids: string[], phone: Phone): Promise<unknown> {
  return db.transaction("rw", [db.operations, db.drafts], async () => {
    const fresh = new Map(ids.map((id) => [id, phone.newId()]));
    const drafts = await db.drafts.where("[person+kegiatan]").between([person], [person, []]).toArray();
    for (const row of await operationsOf(db, person)) {
      const after = row.after === null ? null : (fresh.get(row.after) ?? row.after);
      await db.operations.put({ ...row, id: fresh.get(row.id) ?? row.id, after });
    }
    for (const draft of drafts) {
      const [sent_as, after] = [draft.sent_as, draft.after].map((id) => (id === null ? null : (fresh.get(id) ?? id)));
      await db.drafts.put({ ...draft, sent_as: sent_as ?? null, after: after ?? null });
    }
  });
}

function outcomesAs(store: Store, change: (outcome: ServerOutcome) => ServerOutcome): Store {
  return withPort(store, (port) => ({
    outcomesApply: (reply) => port.outcomesApply({ ...reply, outcomes: reply.outcomes.map(change) }),
  }));
}

function alone(operation: WireOperation): WireOperation {
  const { id, type, assignment, base_version, at, data } = operation;
  return { id, type, assignment, at, data, ...(base_version === undefined ? {} : { base_version }) };
}

function queuedAgain(key: Parameters<SyncPort["batchReturn"]>[0]): boolean {
  return key.as === "queued";
}

export const MUTANTS: Record<string, Mutant> = {
  "lost: what was on its way when the signal went is taken for sent": (store, db) =>
    withPort(store, (port) => ({
      batchReturn: async (key) => {
        await port.batchReturn(key);
        if (!queuedAgain(key)) return;
        await db.transaction("rw", [db.operations], async () => {
          for (const row of await operationsOf(db, key.person)) if (key.ids.includes(row.id)) await db.operations.delete(row.seq);
        });
      },
    })),
  "lost: what was on its way when the browser was killed is forgotten": (store, db) =>
    withPort(store, (port) => ({
      recover: async (person) => {
        await db.transaction("rw", [db.operations], () =>
          db.operations.where("[person+state]").equals([person, "sending"]).delete(),
        );
        return port.recover(person);
      },
    })),
  "lost: an answer that says 'later' is taken for 'done'": (store) =>
    outcomesAs(store, (outcome) => (outcome.outcome === "retry" ? { ...outcome, outcome: "applied" } : outcome)),
  "doubled: what is accepted is sent once more under another id": (store, db, phone) =>
    withPort(store, (port) => ({
      outcomesApply: async (reply) => {
        const ids = reply.outcomes.filter(({ outcome }) => outcome === "applied").map(({ id }) => id);
        const before = (await db.transaction("r", [db.operations], () => operationsOf(db, reply.person))).filter(
          ({ id, type }) => ids.includes(id) && type === "submit",
        );
        const counts = await port.outcomesApply(reply);
        const again = before.map((row) => ({ ...row, id: phone.newId(), after: row.id, base_version: null, state: "queued", next_attempt_at: 0, code: null, message: null }));
        await db.transaction("rw", [db.operations], async () => {
          for (const { seq, ...row } of again) if (seq > 0) await db.operations.add(row as never);
        });
        return counts;
      },
    })),
  "id renewed: each retry makes a new operation": (store, db, phone) =>
    withPort(store, (port) => ({
      batchReturn: async (key) => {
        await port.batchReturn(key);
        if (queuedAgain(key)) await renew(db, key.person, key.ids, phone);
      },
    })),
  "id renewed: what a killed browser left behind is sent under a new id": (store, db, phone) =>
    withPort(store, (port) => ({
      recover: async (person) => {
        const rows = await db.transaction("r", [db.operations], () => operationsOf(db, person));
        await renew(db, person, rows.filter(({ state }) => state === "sending").map(({ id }) => id), phone);
        return port.recover(person);
      },
    })),
  "content renewed: each retry is dated anew": (store, db) =>
    withPort(store, (port) => ({
      batchReturn: async (key) => {
        await port.batchReturn(key);
        await amend(db, key.person, key.ids, (row) => ({ ...row, at: `${row.at.slice(0, 17)}${String(row.attempts + 10)}.000Z` }));
      },
    })),
  "reordered: the newest goes first": (store) =>
    withPort(store, (port) => ({
      batchTake: async (limits) => {
        const batch = await port.batchTake(limits);
        return batch && { ...batch, operations: batch.operations.toReversed() };
      },
      outcomesApply: (reply) => port.outcomesApply({ ...reply, outcomes: reply.outcomes.toReversed() }),
    })),
  "chain broken: what follows is sent as if it stood alone": (store) =>
    withPort(store, (port) => ({
      batchTake: async (limits) => {
        const batch = await port.batchTake(limits);
        return batch && { ...batch, operations: batch.operations.map(alone) };
      },
    })),
  "chain broken: what follows is based on what the person saw": (store, db) =>
    withPort(store, (port) => ({
      batchTake: async (limits) => {
        const seen = await db.transaction("r", [db.assignments], () =>
          db.assignments.where("[person+id]").between([limits.person], [limits.person, []]).toArray(),
        );
        const versions = new Map(seen.map(({ id, version }) => [id, version]));
        const batch = await port.batchTake(limits);
        return batch && {
          ...batch,
          operations: batch.operations.map(({ after, ...operation }) =>
            after === undefined ? operation : { ...operation, base_version: versions.get(operation.assignment) ?? 1 },
          ),
        };
      },
    })),
  "tombstone: a unit that leaves takes unsent work along": (store, db) =>
    withPort(store, (port) => ({
      pageApply: async (given) => {
        const result = await port.pageApply(given);
        const left = given.page.removed;
        if (!result.written || left.length === 0) return result;
        await db.transaction("rw", [db.operations, db.drafts, db.assignments, db.answers], async () => {
          const rows = (await operationsOf(db, given.person)).filter(({ assignment, state }) => left.includes(assignment) && state === "queued");
          await db.operations.bulkDelete(rows.map(({ seq }) => seq));
          const keys = left.map((id): [string, string] => [given.person, id]);
          await db.drafts.bulkDelete(keys);
          await db.assignments.bulkDelete(keys);
          await db.answers.bulkDelete(keys);
        });
        return result;
      },
    })),
  "reset: a fresh pass drops drafts of what it did not bring": (store, db) =>
    withPort(store, (port) => ({
      pageApply: async (given) => {
        const result = await port.pageApply(given);
        const isReset = result.written && (given.page.reset || given.cursor === null);
        const here = new Set(given.page.assignments.map(({ id }) => id));
        if (!isReset) return result;
        await db.transaction("rw", [db.drafts], async () => {
          const drafts = await db.drafts.where("[person+kegiatan]").between([given.person], [given.person, []]).toArray();
          for (const draft of drafts) if (!here.has(draft.assignment)) await db.drafts.delete([given.person, draft.assignment]);
        });
        return result;
      },
    })),
  "mixed up: results are given to the neighbours": (store) =>
    withPort(store, (port) => ({
      outcomesApply: (reply) => {
        const { outcomes } = reply;
        const shifted = outcomes.map((outcome, at) => ({ ...outcome, id: outcomes[(at + 1) % outcomes.length]?.id ?? "" }));
        return port.outcomesApply({ ...reply, outcomes: shifted });
      },
    })),
  "overwritten: the office's answers take the place of what is being typed": (store, db) =>
    withPort(store, (port) => ({
      pageApply: async (given) => {
        const result = await port.pageApply(given);
        if (!result.written) return result;
        await db.transaction("rw", [db.drafts], async () => {
          for (const { id, response } of given.page.assignments) {
            const draft = await db.drafts.get([given.person, id]);
            if (draft?.sent_as === null && response.responses !== null) {
              await db.drafts.put({ ...draft, answers: response.responses as JsonObject, base_version: response.version });
            }
          }
        });
        return result;
      },
    })),
  "photo: taken for uploaded before the office has it": (store) =>
    withPort(store, (port) => ({
      uploadTake: async (wish) => {
        const photo = await port.uploadTake(wish);
        if (photo !== null) await port.uploadSettle({ person: wish.person, id: photo.id, now: wish.now, as: "uploaded" });
        return null;
      },
    })),
  "stuck: what failed once waits for ever": (store, db, phone) =>
    withPort(store, (port) => ({
      batchReturn: async (key) => {
        await port.batchReturn(key);
        const far = phone.network.clock.now() + 20 * 60_000;
        await amend(db, key.person, key.ids, (row) => (row.state === "queued" ? { ...row, next_attempt_at: far } : row));
      },
      backlog: async (key) => {
        const far = key.now + 20 * 60_000; // and each look puts it off
        const rows = await db.transaction("r", [db.operations], () => operationsOf(db, key.person));
        const waiting = rows.filter(({ state, attempts }) => state === "queued" && attempts > 0).map(({ id }) => id);
        await amend(db, key.person, waiting, (row) => (row.state === "queued" ? { ...row, next_attempt_at: far } : row));
        return port.backlog(key);
      },
    })),
};
