/** Operations that wait or need a decision: reviewers' actions, tries, and what people decide. */

import { type Context, WORK_TABLES, found, reading, writing } from "./context";
import { draftAgain, ofUnit, operationForget } from "./drafts";
import { StoreError } from "./errors";
import type { ReviewAction, Store } from "./interface";
import { AT_ONCE, asQueued, baseFor, byteLength, enqueue, operationOf, plain, wireOf } from "./queue";
import { sameJson } from "./rows";
import type { JsonObject, Operation } from "./types";
import { openOperations, unitMark } from "./work";

type Outbox = Pick<
  Store,
  "reviewQueue" | "operationList" | "operationRetry" | "operationToDraft" | "operationDiscard"
>;

export function outbox(context: Context): Outbox {
  return {
    reviewQueue: (actions) => {
      const given = plain(actions);
      return writing(context, WORK_TABLES, async () => {
        const ids: string[] = [];
        for (const action of given) ids.push(await reviewOne(context, action));
        return ids;
      });
    },
    operationList: (key) => operationList(context, key),
    operationRetry: (key) => writing(context, WORK_TABLES, () => operationRetry(context, key)),
    operationToDraft: (key) =>
      writing(context, WORK_TABLES, async () => {
        const operation = await operationOf(context, key);
        if (operation.state !== "refused") throw new StoreError("wrong_state", "It was not refused.");
        const unit = found(
          await context.db.assignments.get([key.person, operation.assignment]),
          "unit",
        );
        const theirs = (await context.db.answers.get([key.person, operation.assignment]))?.responses ?? null;
        // what was made here has no version of the server yet: its draft stays after the create; and where
        // the answers are others by now, the old base leads to a comparison
        const isOld = unit.local_only || !sameJson(operation.base_answers, theirs);
        await draftAgain(context, operation, isOld ? null : unit.version);
        await context.db.operations.delete(operation.seq);
        await unitMark(context, key.person, operation.assignment);
      }),
    operationDiscard: (key) =>
      writing(context, WORK_TABLES, async () => {
        const operation = await operationOf(context, key);
        if (operation.state !== "refused" && operation.state !== "conflict") {
          throw new StoreError("wrong_state", "Only what was refused or is in conflict is given up.");
        }
        await operationForget(context, operation);
      }),
  };
}

function actionData(action: ReviewAction): JsonObject {
  switch (action.type) {
    case "approve":
      return action.notes === undefined || action.notes === "" ? {} : { notes: action.notes };
    case "reject":
      return { notes: action.notes, comments: action.comments };
    case "revert_approval":
      return { notes: action.notes };
  }
}

async function reviewOne(context: Context, action: ReviewAction): Promise<string> {
  const { person, assignment, base_version } = action;
  const unit = found(await context.db.assignments.get([person, assignment]), "unit");
  const base = await baseFor(context, person, assignment, { base_version, after: null });
  const data = actionData(action);
  const id = await enqueue(context, { ...ofUnit(unit), type: action.type, data, base_answers: null, ...base });
  await unitMark(context, person, assignment);
  return id;
}

async function operationList(
  context: Context,
  key: Parameters<Store["operationList"]>[0],
): Promise<Operation[]> {
  return reading(context, ["operations"], async () => {
    const { operations } = context.db;
    const rows =
      key.assignment === undefined
        ? operations.where("[person+state]").between([key.person], [key.person, []])
        : operations.where("[person+assignment]").equals([key.person, key.assignment]);
    const isMeant = (operation: Operation): boolean =>
      (key.kegiatan === undefined || operation.kegiatan === key.kegiatan) &&
      (key.accepted === true || operation.state !== "accepted");
    return (await rows.toArray()).filter(isMeant).sort((a, b) => a.seq - b.seq);
  });
}

async function operationRetry(
  context: Context,
  key: { person: string; id: string; data?: JsonObject },
): Promise<void> {
  const { db } = context;
  const operation = await operationOf(context, key);
  switch (operation.state) {
    case "queued":
      await db.operations.put(asQueued(operation, AT_ONCE));
      break;
    case "parked":
      await db.operations.put({ ...operation, asked_at: 0 });
      break;
    case "refused":
      await refusedRetry(context, operation, key.data);
      break;
    case "conflict":
      await conflictRetry(context, operation);
      break;
    default:
      throw new StoreError("wrong_state", "It is on its way or done.");
  }
  context.queued(key.person);
  await unitMark(context, key.person, operation.assignment);
}

/**
 * The server keeps nothing of what it refused, so the same id may come with mended content; what waits
 * after it goes on by itself. Only an id that stands for other content is replaced.
 */
async function refusedRetry(
  context: Context,
  operation: Operation,
  data: JsonObject | undefined,
): Promise<void> {
  const { db, newId } = context;
  const code = operation.state === "refused" ? operation.code : null;
  // what the office discarded it remembers: mended, it is another operation
  const isReused = code === "operation_id_reused" || (code === "discarded" && data !== undefined);
  const next = asQueued(operation, AT_ONCE);
  if (data !== undefined) next.data = plain(data);
  if (isReused) next.id = newId();
  next.size_bytes = byteLength(JSON.stringify(wireOf(next)));
  await db.operations.put(next);
  if (data !== undefined && operation.type === "create") await createMended(context, next);
  if (!isReused) return;
  const draft = await db.drafts.get([operation.person, operation.assignment]);
  if (draft?.sent_as === operation.id) await db.drafts.put({ ...draft, sent_as: next.id });
  if (draft?.after === operation.id) await db.drafts.put({ ...draft, after: next.id });
  for (const later of await openOperations(context, operation.person, operation.assignment)) {
    if (later.after === operation.id && later.state === "queued" && later.attempts === 0) {
      await db.operations.put({ ...later, after: next.id });
    }
  }
}

/** Show the mended label and codes of a unit made here. */
async function createMended({ db }: Context, operation: Operation): Promise<void> {
  const unit = await db.assignments.get([operation.person, operation.assignment]);
  const described = operation.data["assignment"] as JsonObject | undefined;
  if (unit === undefined || described === undefined) return;
  const levels = [1, 2, 3, 4, 5, 6].map((n) => described[`level_${n}_code`] as string | null | undefined);
  const gap = levels.findIndex((code) => code == null);
  const known = gap < 0 ? levels : levels.slice(0, gap);
  await db.assignments.put({
    ...unit,
    ...Object.fromEntries(levels.map((code, index) => [`level_${index + 1}_code`, code ?? null])),
    label: typeof described["label"] === "string" ? described["label"] : unit.label,
    region_code: known.length === 0 ? null : known.join(""),
    level_4_code_full: known.length < 4 ? null : known.slice(0, 4).join(""),
    level_6_code_full: known.length < 6 ? null : known.join(""),
  });
}

/** A reviewer's action again, on the version that is here now. Answers are compared first instead. */
async function conflictRetry(context: Context, operation: Operation): Promise<void> {
  const { db } = context;
  if (operation.type === "submit" || operation.type === "edit") {
    throw new StoreError("wrong_state", "Compare both versions first.");
  }
  const unit = found(await db.assignments.get([operation.person, operation.assignment]), "unit");
  await db.operations.delete(operation.seq);
  const seen = { base_version: unit.version, after: null };
  const base = await baseFor(context, operation.person, operation.assignment, seen);
  const { type, data, base_answers } = operation;
  await enqueue(context, { ...ofUnit(unit), type, data, base_answers, ...base });
}
