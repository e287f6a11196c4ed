/** Operations to the office: in order, in batches, each applied once. Source: docs/sync.md. */

import type { Answer, OperationResults } from "../api";
import type { Batch, ServerOutcome, Unsent } from "../store/port";
import type { JsonObject } from "../store/types";
import { LIMITS, backoff } from "./environment";
import type { Run } from "./run";
import { stoppedBy } from "./stopped";

/** Faults of the server on a batch before this sync leaves it. */
const FAULTS_PER_RUN = 8;

/** Send everything that may go now. Raises Stopped. */
export async function push(run: Run): Promise<void> {
  const { port, person, memory } = run;
  const backlog = await port.backlog({ person: person.id, now: run.now() });
  const faults = { count: 0 };
  let done = 0;
  for (;;) {
    await run.check();
    const batch = await port.batchTake({
      person: person.id,
      now: run.now(),
      max_operations: memory.operations,
      max_bytes: LIMITS.bytes,
    });
    if (batch === null) return;
    run.show({ phase: "pushing", done, total: Math.max(backlog.operations, done + batch.operations.length) });
    done += await sendBatch(run, batch, faults);
  }
}

/** Ask about what the office keeps: it may have been applied or discarded since. Raises Stopped. */
export async function askParked(run: Run): Promise<void> {
  const isAsked = run.reason === "manual" || run.reason === "resync";
  const before = isAsked ? run.now() + 1 : run.now() - LIMITS.parked_ms;
  const except: string[] = [];
  const faults = { count: 0 };
  for (;;) {
    await run.check();
    const batch = await run.port.parkedTake({
      person: run.person.id,
      before,
      max_operations: run.memory.operations,
      max_bytes: LIMITS.bytes,
      except,
    });
    if (batch === null) return;
    const settled = await sendBatch(run, batch, faults);
    // what could not be sent whole comes again in smaller parts, and alone is left for another day
    if (settled > 0 || batch.operations.length === 1) except.push(...batch.operations.map(({ id }) => id));
  }
}

/** Send one batch; return how many of it are settled. Raises Stopped. */
async function sendBatch(run: Run, batch: Batch, faults: { count: number }): Promise<number> {
  const body = JSON.stringify({ operations: batch.operations });
  const answer = await run.api.operations(batch.kegiatan, body);
  if (answer.kind === "ok" && isComplete(answer.value, batch)) {
    run.memory.operations = Math.min(LIMITS.operations, run.memory.operations * 2);
    return outcomes(run, batch, answer.value);
  }
  await notSent(run, batch, answer.kind === "ok" ? { kind: "not_our_server", status: 200 } : answer, faults);
  return 0;
}

function isComplete(reply: OperationResults, batch: Batch): boolean {
  return (
    reply.results.length === batch.operations.length &&
    batch.operations.every(({ id }, index) => reply.results[index]?.id === id)
  );
}

async function outcomes(run: Run, batch: Batch, reply: OperationResults): Promise<number> {
  const results = reply.results.map(
    (result): ServerOutcome => ({
      id: result.id ?? "",
      outcome: result.outcome,
      code: result.code,
      message: result.message,
      details: (result.details ?? {}) as JsonObject,
      assignment: result.assignment,
    }),
  );
  const counts = await run.port.outcomesApply({
    person: run.person.id,
    outcomes: results,
    now: run.now(),
    backoff: (attempts) =>
      backoff(attempts, run.environment.random, LIMITS.backoff_most_of_operation_ms),
  });
  run.counts.pushed += counts.applied + counts.duplicate;
  await run.clock(reply.server_time);
  await run.journal("pushed", { kegiatan: batch.kegiatan, ...counts });
  for (const { id, outcome, code } of results) {
    if (outcome === "applied" || outcome === "duplicate") continue;
    const type = batch.operations.find((operation) => operation.id === id)?.type ?? "";
    await run.journal("outcome", { operation: id, type, outcome, code });
  }
  return results.length - counts.retry;
}

/** The batch did not get through as a whole: back into the queue, smaller where that may help. */
async function notSent(
  run: Run,
  batch: Batch,
  answer: Exclude<Answer<unknown>, { kind: "ok" }>,
  faults: { count: number },
): Promise<void> {
  const { memory } = run;
  const size = batch.operations.length;
  const isAlone = size === 1;
  const smaller = (): void => {
    memory.operations = Math.max(1, Math.floor(size / 2));
  };
  const back = (unsent: Unsent): Promise<void> =>
    run.port.batchReturn({
      person: run.person.id,
      ids: batch.operations.map(({ id }) => id),
      now: run.now(),
      ...unsent,
    });
  const again = (code: string, message: string, wait_ms = 0): Promise<void> =>
    back({ as: "queued", next_attempt_at: wait_ms === 0 ? 0 : run.now() + wait_ms, code, message });

  switch (answer.kind) {
    case "too_large":
      smaller();
      await (isAlone ? back({ as: "refused", code: "too_large", message: "" }) : again("too_large", ""));
      return;
    case "refused": {
      const { code, message } = answer;
      const isContent = code === "unparsable" || code === "invalid";
      if (isContent && isAlone) return back({ as: "refused", code, message });
      await again(code, message);
      if (!isContent) throw stoppedBy(answer);
      memory.operations = 1; // one bad item never holds up the others
      return;
    }
    case "busy": {
      // a fault of the server may lie in one operation: find it, and let the others pass
      const isFault = answer.status === 500;
      faults.count += 1;
      const attempts = Math.max(1, faults.count);
      const wait = isAlone && isFault ? backoff(attempts, run.environment.random, LIMITS.backoff_most_ms) : 0;
      await again(answer.code, answer.message, wait);
      if (!isFault || faults.count > FAULTS_PER_RUN) throw stoppedBy(answer);
      smaller();
      return;
    }
    case "offline":
      if (answer.why === "timeout") smaller();
      await again("offline", "");
      throw stoppedBy(answer);
    case "signed_out":
    case "not_our_server":
      await again(answer.kind, "");
      throw stoppedBy(answer);
    case "not_modified":
      await again("not_our_server", "");
      throw stoppedBy({ kind: "not_our_server", status: 304 });
  }
}
