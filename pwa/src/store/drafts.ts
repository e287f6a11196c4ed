/** Interviews and limited edits: what is typed, from the first look to the queue. */

import { type Context, WORK_TABLES, found, reading, writing } from "./context";
import type { DraftBase, SeenDraft, Store, Submission, UnitKey } from "./interface";
import { baseFor, enqueue, operationOf, plain } from "./queue";
import { photosForget, photosQueue, photosUnqueue } from "./draft-photos";
import { sameJson } from "./rows";
import { StoreError } from "./errors";
import type { Assignment, Draft, JsonObject, Operation } from "./types";
import { isWritable, openOperations, unitDrop, unitMark } from "./work";

type Drafts = Pick<
  Store,
  | "draftOpen"
  | "draftGet"
  | "draftSave"
  | "draftDiscard"
  | "draftSubmit"
  | "draftEdit"
  | "submitWithdraw"
>;

export function drafts(context: Context): Drafts {
  const { db } = context;
  return {
    draftOpen: (key) => writing(context, WORK_TABLES, () => draftOpen(context, key)),
    draftGet: ({ person, assignment }) =>
      reading(context, ["drafts"], async () => {
        const draft = await db.drafts.get([person, assignment]);
        return draft?.sent_as === null ? draft : null;
      }),
    draftSave: (change) => writing(context, WORK_TABLES, () => draftSave(context, change)),
    draftDiscard: (key) => writing(context, WORK_TABLES, () => draftDiscard(context, key)),
    draftSubmit: (submission) => {
      const given = plain(submission);
      return writing(context, WORK_TABLES, () => draftSubmit(context, given));
    },
    draftEdit: (key) => {
      const given = plain(key);
      return writing(context, WORK_TABLES, () => draftEdit(context, given));
    },
    submitWithdraw: (key) => writing(context, WORK_TABLES, () => submitWithdraw(context, key)),
  };
}

/** Operations that hold the answers of a unit until the server has decided. */
const isHolding = (operation: Operation): boolean =>
  operation.type !== "open" && operation.type !== "create";

async function draftOpen(
  context: Context,
  key: UnitKey & { role: "PPL" | "PML"; form_version: number },
): Promise<Draft | null> {
  const { db, now } = context;
  const unit = found(await db.assignments.get([key.person, key.assignment]), "unit");
  const known = await db.drafts.get([key.person, key.assignment]);
  if (known !== undefined) return known.sent_as === null ? known : null;
  const operations = await openOperations(context, key.person, key.assignment);
  if (unit.gone || operations.some(isHolding) || !isWritable(unit.status, key.role)) return null;
  const seen = { base_version: unit.version, after: null };
  let base = await baseFor(context, key.person, key.assignment, seen);
  const answers = (await db.answers.get([key.person, key.assignment]))?.responses ?? null;
  if (key.role === "PPL" && unit.status === "Assigned" && base.after === null) {
    const opened = await enqueue(context, { ...ofUnit(unit), type: "open", data: {}, base_answers: null, ...base });
    base = { base_version: null, after: opened };
  }
  const draft: Draft = {
    person: key.person,
    assignment: key.assignment,
    kegiatan: unit.kegiatan,
    role: key.role,
    answers: answers ?? {},
    notes: {},
    place: null,
    form_version: key.form_version,
    label: null,
    ...base,
    base_answers: answers,
    sent_as: null,
    started_at: now(),
    updated_at: now(),
  };
  await db.drafts.put(draft);
  await unitMark(context, key.person, key.assignment);
  return draft;
}

export function ofUnit(unit: Assignment): Pick<Operation, "person" | "kegiatan" | "assignment" | "label"> {
  return {
    person: unit.person,
    kegiatan: unit.kegiatan,
    assignment: unit.id,
    label: unit.local_label ?? unit.label,
  };
}

/** Raise StoreError "wrong_state" when the draft is not the one that the caller saw. */
function checkSeen(draft: Draft, { seen_at }: SeenDraft): void {
  if (seen_at !== undefined && seen_at !== draft.updated_at) {
    throw new StoreError("wrong_state", "The draft was changed elsewhere.");
  }
}

/** Later than the last write by a millisecond at least: so a touched draft is known, and one seen. */
function touchedAt({ now }: Context, draft: Draft): number {
  return Math.max(now(), draft.updated_at + 1);
}

async function draftSave(context: Context, change: Parameters<Store["draftSave"]>[0]): Promise<number> {
  const { db } = context;
  const { person, assignment, seen_at, base, ...parts } = change;
  const { place, ...typed } = plain(parts);
  const known = await db.drafts.get([person, assignment]);
  if (known === undefined && base !== undefined && typed.answers === undefined) return seen_at ?? 0;
  const draft = found(known ?? (base && (await draftAnew(context, change, base))), "draft");
  if (draft.sent_as !== null) throw new StoreError("wrong_state", "The answers were sent already.");
  if (known !== undefined) checkSeen(known, change);
  const isTyped = Object.keys(typed).length > 0;
  const next: Draft = {
    ...draft,
    ...typed,
    place: place === undefined ? draft.place : place,
    updated_at: isTyped ? touchedAt(context, draft) : draft.updated_at,
  };
  await db.drafts.put(next);
  const isFirst = draft.updated_at === draft.started_at && isTyped;
  if (isFirst || next.label !== draft.label) await unitMark(context, person, assignment);
  return next.updated_at;
}

/** Return a draft that vanished while its screen was open, on what it was begun from. */
async function draftAnew(context: Context, key: UnitKey, base: DraftBase): Promise<Draft> {
  const { db, now } = context;
  const { person, assignment } = key;
  const unit = found(await db.assignments.get([person, assignment]), "unit");
  const answers = (await db.answers.get([person, assignment]))?.responses ?? null;
  const given = plain(base);
  return {
    person,
    assignment,
    kegiatan: unit.kegiatan,
    role: given.role,
    answers: given.base_answers ?? {},
    notes: {},
    place: null,
    form_version: given.form_version,
    label: null,
    ...(await baseAnew(context, unit, given, sameJson(given.base_answers, answers))),
    base_answers: given.base_answers,
    sent_as: null,
    started_at: now(),
    updated_at: now(),
  };
}

/** A draft begun with an `open` of this phone learns the version that came of it. */
async function baseAnew(
  context: Context,
  unit: Assignment,
  { base_version, after = null }: DraftBase,
  isSame: boolean,
): Promise<Pick<Draft, "base_version" | "after">> {
  if (base_version !== null) return { base_version, after: null };
  const open = await openOperations(context, unit.person, unit.id);
  if (after !== null && open.some(({ id }) => id === after)) return { base_version: null, after };
  // where the answers are others, any version before theirs leads to a comparison
  return { base_version: isSame ? unit.version : unit.version - 1, after: null };
}

async function draftDiscard(context: Context, { person, assignment }: UnitKey): Promise<void> {
  const { db, now } = context;
  const draft = await db.drafts.get([person, assignment]);
  if (draft?.sent_as !== null) return;
  await photosForget(context, person, assignment);
  const unit = await db.assignments.get([person, assignment]);
  if (unit?.local_only === true) {
    const empty = { answers: {}, notes: {}, place: null, label: null, started_at: now(), updated_at: now() };
    await db.drafts.put({ ...draft, ...empty });
  } else {
    await db.drafts.delete([person, assignment]);
  }
  await unitMark(context, person, assignment);
}

export function submitData(submission: Submission): JsonObject {
  return {
    responses: submission.answers,
    form_version_used: submission.form_version,
    visit_outcome: submission.visit_outcome,
    label: submission.label,
    ...(submission.verdict === undefined ? {} : { verdict: submission.verdict }),
    ...(submission.engine === undefined ? {} : { engine: submission.engine }),
  };
}

/** Tapped twice: return the operation that carries the draft. StoreError when it says something else. */
async function sentBefore(
  context: Context,
  { person, sent_as }: Draft & { sent_as: string },
  responses: JsonObject,
): Promise<string> {
  const operation = await operationOf(context, { person, id: sent_as });
  if (!sameJson(operation.data["responses"], responses)) {
    throw new StoreError("wrong_state", "Other answers were sent already.");
  }
  return sent_as;
}

const isSent = (draft: Draft): draft is Draft & { sent_as: string } => draft.sent_as !== null;

async function draftSubmit(context: Context, submission: Submission & SeenDraft): Promise<string> {
  const { db } = context;
  const { person, assignment } = submission;
  const draft = found(await db.drafts.get([person, assignment]), "draft");
  if (isSent(draft)) return sentBefore(context, draft, submission.answers);
  checkSeen(draft, submission);
  const unit = found(await db.assignments.get([person, assignment]), "unit");
  const base = await baseFor(context, person, assignment, draft);
  const id = await enqueue(context, {
    ...ofUnit(unit),
    label: submission.label,
    type: "submit",
    data: submitData(submission),
    base_version: base.base_version,
    after: base.after,
    base_answers: draft.base_answers,
  });
  await db.drafts.put({
    ...draft, // with its answers: the operation's lack those of hidden questions
    label: submission.label,
    form_version: submission.form_version,
    sent_as: id,
    updated_at: touchedAt(context, draft),
  });
  await photosQueue(context, person, assignment, submission.answers);
  await unitMark(context, person, assignment);
  return id;
}

async function draftEdit(
  context: Context,
  edit: UnitKey & SeenDraft & { changes: JsonObject },
): Promise<string | null> {
  const { db } = context;
  const { person, assignment, changes } = edit;
  const draft = found(await db.drafts.get([person, assignment]), "draft");
  if (isSent(draft)) return sentBefore(context, draft, changes);
  checkSeen(draft, edit);
  const unit = found(await db.assignments.get([person, assignment]), "unit");
  let id: string | null = null;
  if (Object.keys(changes).length === 0) {
    await db.drafts.delete([person, assignment]);
  } else {
    const { base_version, after } = await baseFor(context, person, assignment, draft);
    const { base_answers } = draft;
    const data = { responses: changes };
    id = await enqueue(context, { ...ofUnit(unit), type: "edit", data, base_version, after, base_answers });
    await db.drafts.put({ ...draft, sent_as: id });
    await photosQueue(context, person, assignment, changes);
  }
  await unitMark(context, person, assignment);
  return id;
}

async function submitWithdraw(context: Context, key: { person: string; id: string }): Promise<boolean> {
  const { db } = context;
  const operation = await operationOf(context, key);
  const { person, assignment } = operation;
  if (operation.state !== "queued" || operation.attempts > 0) return false;
  const later = (await openOperations(context, person, assignment)).at(-1);
  if (later?.id !== operation.id) return false;
  await draftAgain(context, operation, null);
  await db.operations.delete(operation.seq);
  await unitMark(context, person, assignment);
  return true;
}

/**
 * Give the answers of an operation back to its draft. version: what the draft is based on from now on;
 * null: as it was.
 */
export async function draftAgain(
  context: Context,
  operation: Operation,
  version: number | null,
): Promise<void> {
  const { db } = context;
  const { person, assignment } = operation;
  const draft = await db.drafts.get([person, assignment]);
  if (draft?.sent_as !== operation.id) return;
  const theirs = (await db.answers.get([person, assignment]))?.responses ?? null;
  const base =
    version === null ? {} : { base_version: version, after: null, base_answers: theirs };
  await db.drafts.put({
    ...draft,
    ...base,
    sent_as: null,
    updated_at: touchedAt(context, draft),
  });
  await photosUnqueue(context, operation);
}

/** Forget an operation and what was typed in it. */
export async function operationForget(context: Context, operation: Operation): Promise<void> {
  const { db } = context;
  const { person, assignment } = operation;
  await db.operations.delete(operation.seq);
  const draft = await db.drafts.get([person, assignment]);
  if (draft?.sent_as === operation.id) {
    await db.drafts.delete([person, assignment]);
    await photosUnqueue(context, operation);
    await photosForget(context, person, assignment);
  }
  const unit = await db.assignments.get([person, assignment]);
  const others = await openOperations(context, person, assignment);
  const isAbandoned = operation.type === "create" && unit?.local_only === true;
  if (isAbandoned && !others.some(({ state }) => state === "parked" || state === "sending")) {
    await unitDrop(context, person, [assignment]);
  } else {
    await unitMark(context, person, assignment);
  }
}

/** Return the questions whose answers differ, with their new value; null where there is none any more. */
export function changedQuestions(before: JsonObject | null, after: JsonObject): JsonObject {
  const changes: JsonObject = {};
  for (const [name, value] of Object.entries(after)) {
    if (!sameJson(before?.[name], value)) changes[name] = value;
  }
  for (const name of Object.keys(before ?? {})) {
    if (!Object.hasOwn(after, name)) changes[name] = null;
  }
  return changes;
}
