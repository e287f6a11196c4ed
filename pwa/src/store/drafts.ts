/** Interviews and limited edits: what is typed, from the first look to the queue. */

import { type Context, WORK_TABLES, found, reading, writing } from "./context";
import type { Store, Submission, UnitKey } from "./interface";
import { AT_ONCE, baseFor, enqueue, operationOf, plain } from "./queue";
import { shared } from "./photos";
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

async function draftSave(context: Context, change: Parameters<Store["draftSave"]>[0]): Promise<void> {
  const { db, now } = context;
  const { person, assignment, ...parts } = change;
  const draft = found(await db.drafts.get([person, assignment]), "draft");
  if (draft.sent_as !== null) throw new StoreError("wrong_state", "The answers were sent already.");
  const { place, ...typed } = plain(parts);
  const isTyped = Object.keys(typed).length > 0;
  const next: Draft = {
    ...draft,
    ...typed,
    place: place === undefined ? draft.place : place,
    // later than the start by a millisecond at least: this is how a touched draft is known
    updated_at: isTyped ? Math.max(now(), draft.started_at + 1) : draft.updated_at,
  };
  await db.drafts.put(next);
  const isFirst = draft.updated_at === draft.started_at && isTyped;
  if (isFirst || next.label !== draft.label) await unitMark(context, person, assignment);
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

/** Delete photos of a unit that were taken and never queued. */
export async function photosForget({ db }: Context, person: string, assignment: string): Promise<void> {
  const photos = await db.attachments.where("[person+assignment]").equals([person, assignment]).toArray();
  const keys = photos
    .filter((photo) => photo.state === "draft")
    .map((photo): [string, string] => [person, photo.id]);
  await db.attachments.bulkDelete(keys);
  await db.files.bulkDelete(keys);
}

/** The answers name their photos by id, wherever in them. */
export async function photosQueue(
  { db }: Context,
  person: string,
  assignment: string,
  answers: JsonObject,
): Promise<void> {
  const text = JSON.stringify(answers);
  const photos = await db.attachments.where("[person+assignment]").equals([person, assignment]).toArray();
  for (const photo of photos) {
    if (photo.state === "draft" && text.includes(photo.id)) {
      await db.attachments.put({ ...photo, state: "queued", ...AT_ONCE });
    }
  }
}

/** Photos of answers that are a draft again wait for their next submit; those that are gone are gone. */
export async function photosUnqueue({ db }: Context, person: string, assignment: string): Promise<void> {
  const photos = await db.attachments.where("[person+assignment]").equals([person, assignment]).toArray();
  for (const photo of photos) {
    if (photo.state !== "queued") continue;
    await db.attachments.put({ ...shared(photo), state: "draft" });
  }
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

async function draftSubmit(context: Context, submission: Submission): Promise<string> {
  const { db, now } = context;
  const { person, assignment } = submission;
  const draft = found(await db.drafts.get([person, assignment]), "draft");
  if (draft.sent_as !== null) return draft.sent_as; // tapped twice
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
    ...draft,
    answers: submission.answers,
    label: submission.label,
    form_version: submission.form_version,
    sent_as: id,
    updated_at: Math.max(now(), draft.started_at + 1),
  });
  await photosQueue(context, person, assignment, submission.answers);
  await unitMark(context, person, assignment);
  return id;
}

async function draftEdit(
  context: Context,
  { person, assignment, changes }: UnitKey & { changes: JsonObject },
): Promise<string | null> {
  const { db } = context;
  const draft = found(await db.drafts.get([person, assignment]), "draft");
  if (draft.sent_as !== null) return draft.sent_as;
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
  const { db, now } = context;
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
    updated_at: Math.max(now(), draft.started_at + 1),
  });
  await photosUnqueue(context, person, assignment);
}

/** Forget an operation and what was typed in it. */
export async function operationForget(context: Context, operation: Operation): Promise<void> {
  const { db } = context;
  const { person, assignment } = operation;
  await db.operations.delete(operation.seq);
  const draft = await db.drafts.get([person, assignment]);
  if (draft?.sent_as === operation.id) {
    await db.drafts.delete([person, assignment]);
    await photosUnqueue(context, person, assignment);
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
