/**
 * What is still to be done with a unit: its mark in lists, its end when it has left, its new rows.
 *
 * All of these run inside a transaction over WORK_TABLES.
 */

import type { Table } from "dexie";

import { type Context, HIGHEST, LOWEST } from "./context";
import type { AttachmentRow } from "./database";
import type { ServerAssignment } from "./port";
import { answersRow, assignmentRow, sameJson } from "./rows";
import {
  type Assignment,
  type Draft,
  FILLABLE,
  LOCAL_MARKS,
  type LocalMark,
  type Operation,
  type OperationState,
  type ResponseStatus,
} from "./types";

/** The mark that each state gives its unit. */
const MARK_OF: Record<OperationState, LocalMark> = {
  queued: "queued",
  sending: "sending",
  accepted: "none",
  parked: "parked",
  refused: "refused",
  conflict: "conflict",
};

/** Operations of a unit that have not ended, in the order queued. */
export async function openOperations(
  { db }: Context,
  person: string,
  assignment: string,
): Promise<Operation[]> {
  const rows = await db.operations.where("[person+assignment]").equals([person, assignment]).toArray();
  return rows.filter((row) => row.state !== "accepted").sort((a, b) => a.seq - b.seq);
}

/** Whether a person has typed in it; a unit that was only looked at is no work. */
export function isTouched(draft: Draft): boolean {
  return draft.updated_at > draft.started_at;
}

/** Whether a role may write answers in a status. */
export function isWritable(status: ResponseStatus, role: Draft["role"]): boolean {
  return role === "PPL" ? FILLABLE.includes(status) : status === "Submitted by PPL";
}

/** Whether the server's version has gone past what a draft was begun from. */
export function isOutrun(draft: Draft, unit: Assignment): boolean {
  if (draft.sent_as !== null || draft.after !== null || unit.local_only) return false;
  return draft.base_version !== null && draft.base_version !== unit.version;
}

/** Whether a photo is still to reach the office, or to be decided about. */
export function isUnsent({ state }: Pick<AttachmentRow, "state">): boolean {
  return state === "queued" || state === "sending" || state === "refused";
}

/** Write a unit's mark anew; drop the unit when it has left and nothing of it waits. */
export async function unitMark(context: Context, person: string, assignment: string): Promise<void> {
  const { db } = context;
  const unit = await db.assignments.get([person, assignment]);
  if (unit === undefined) return;
  const operations = await openOperations(context, person, assignment);
  const draft = await db.drafts.get([person, assignment]);
  const mark = worst(operations, draft, unit);
  const holds = mark !== "none" || draft?.sent_as != null || (draft !== undefined && isTouched(draft));
  const photos = unit.gone && !holds ? await photosOf(context, person, assignment) : [];
  if (unit.gone && !holds && !photos.some(isUnsent)) {
    await unitDrop(context, person, [assignment]);
    return;
  }
  const action = operations.at(-1)?.type ?? null;
  const label = draft !== undefined && draft.label !== unit.label ? draft.label : null;
  if (unit.local === mark && unit.local_action === action && unit.local_label === label) return;
  await db.assignments.put({
    ...unit,
    local: mark,
    local_action: action,
    local_label: label,
    changed_at: context.now(),
  });
}

function worst(operations: Operation[], draft: Draft | undefined, unit: Assignment): LocalMark {
  const marks = operations
    .filter((operation) => operation.type !== "open")
    .map((operation) => MARK_OF[operation.state]);
  if (draft?.sent_as === null && isTouched(draft)) marks.push(isOutrun(draft, unit) ? "conflict" : "draft");
  // an `open` alone is worth a mark only while nothing else is
  if (marks.length === 0 && operations.length > 0) return "queued";
  return marks.reduce<LocalMark>(
    (most, mark) => (LOCAL_MARKS.indexOf(mark) > LOCAL_MARKS.indexOf(most) ? mark : most),
    "none",
  );
}

/** Every operation or photo of a person. */
function allOf<Row, Key, New>(table: Table<Row, Key, New>, person: string): PromiseLike<Row[]> {
  return table.where("[person+state]").between([person], [person, []]).toArray();
}

/** Photos of a unit, in whatever state. */
export function photosOf({ db }: Context, person: string, assignment: string): PromiseLike<AttachmentRow[]> {
  return db.attachments.where("[person+assignment]").equals([person, assignment]).toArray();
}

/** Delete units with all that belongs to them. */
export async function unitDrop({ db }: Context, person: string, ids: string[]): Promise<void> {
  const keys = ids.map((id): [string, string] => [person, id]);
  const dropped = new Set(ids);
  // few operations and photos, maybe many units: read those instead of asking for each unit
  const isOf = (row: { assignment: string }): boolean => dropped.has(row.assignment);
  const operations = (await allOf(db.operations, person)).filter(isOf);
  const files = (await allOf(db.attachments, person)).filter(isOf).map(({ id }): [string, string] => [person, id]);
  await Promise.all([
    db.assignments.bulkDelete(keys),
    db.answers.bulkDelete(keys),
    db.drafts.bulkDelete(keys),
    db.operations.bulkDelete(operations.map(({ seq }) => seq)),
    db.attachments.bulkDelete(files),
    db.files.bulkDelete(files),
  ]);
}

/** Units that left the person's hands: those with unsent work are kept and marked, the others go. */
export async function unitsGone(context: Context, person: string, ids: string[]): Promise<number> {
  const { db } = context;
  if (ids.length === 0) return 0;
  const keys = ids.map((id): [string, string] => [person, id]);
  const units = (await db.assignments.bulkGet(keys)).filter((unit) => unit !== undefined);
  const working = new Set([
    ...(await allOf(db.operations, person))
      .filter((operation) => operation.state !== "accepted")
      .map((operation) => operation.assignment),
    ...(await db.drafts.bulkGet(keys)).filter((draft) => draft !== undefined && isTouched(draft)).map(ofDraft),
    ...(await allOf(db.attachments, person)).filter(isUnsent).map((photo) => photo.assignment),
  ]);
  const kept = units.filter((unit) => working.has(unit.id) && !unit.gone);
  await db.assignments.bulkPut(kept.map((unit) => ({ ...unit, gone: true, changed_at: context.now() })));
  const dropped = units.filter((unit) => !working.has(unit.id)).map((unit) => unit.id);
  if (dropped.length > 0) await unitDrop(context, person, dropped);
  return units.length;
}

function ofDraft(draft: Draft | undefined): string {
  return draft?.assignment ?? "";
}

/** A row of the server on its way into the store. */
interface Incoming {
  person: string;
  units: ServerAssignment[];
  columns: readonly string[];
  pass: number;
}

/** Write rows of the server over those here; what the phone alone knows stays. Returns how many differ. */
export async function unitsWrite(context: Context, incoming: Incoming): Promise<number> {
  const { db } = context;
  const { person } = incoming;
  const known = await db.assignments.bulkGet(incoming.units.map((unit): [string, string] => [person, unit.id]));
  const changed: ServerAssignment[] = [];
  const rows = incoming.units.flatMap((unit, index) => {
    const before = known[index];
    const isSame = before !== undefined && before.rev !== null && before.rev === unit.rev;
    if (isSame && !before.gone) return before.pass === incoming.pass ? [] : [{ ...before, pass: incoming.pass }];
    changed.push(unit);
    const local = {
      local: before?.local ?? ("none" as const),
      local_action: before?.local_action ?? null,
      local_label: before?.local_label ?? null,
      gone: false,
      pass: incoming.pass,
    };
    return [assignmentRow(context, person, unit, incoming.columns, local)];
  });
  await db.assignments.bulkPut(rows);
  await db.answers.bulkPut(changed.map((unit) => answersRow(person, unit)));
  await lookAgain(context, person, changed);
  return changed.length;
}

/** Work of this phone on units that changed: drafts that go on, photos that the server lacks, marks. */
async function lookAgain(context: Context, person: string, units: ServerAssignment[]): Promise<void> {
  const { db } = context;
  const byId = new Map(units.map((unit) => [unit.id, unit]));
  const keys = units.map((unit): [string, string] => [person, unit.id]);
  const drafts = (await db.drafts.bulkGet(keys)).filter((draft) => draft !== undefined);
  for (const draft of drafts) {
    const unit = byId.get(draft.assignment);
    if (unit !== undefined) await draftFollow(context, draft, unit);
  }
  const missing = units.filter((unit) => unit.response.missing_attachments.length > 0);
  for (const unit of missing) await photosAgain(context, person, unit);
  const marked = new Set(drafts.map((draft) => draft.assignment));
  for (const operation of await allOf(db.operations, person)) {
    if (byId.has(operation.assignment)) marked.add(operation.assignment);
  }
  for (const id of marked) await unitMark(context, person, id);
}

/**
 * A newer version under a draft. Where nobody's answers changed and the status still lets this role
 * write, there is nothing to compare: the draft goes on from the newer version.
 */
async function draftFollow({ db }: Context, draft: Draft, unit: ServerAssignment): Promise<void> {
  const version = unit.response.version;
  if (draft.sent_as !== null || draft.after !== null || draft.base_version === version) return;
  const isHarmless =
    sameJson(draft.base_answers, unit.response.responses) &&
    isWritable(unit.response.status as ResponseStatus, draft.role);
  if (isHarmless) await db.drafts.put({ ...draft, base_version: version });
  else if (!isTouched(draft)) await db.drafts.delete([draft.person, draft.assignment]);
}

/** The answers name photos that the server lacks: send again those that are here. */
async function photosAgain({ db }: Context, person: string, unit: ServerAssignment): Promise<void> {
  const keys = unit.response.missing_attachments.map((id): [string, string] => [person, id]);
  for (const photo of await db.attachments.bulkGet(keys)) {
    if (photo?.is_here !== true) continue;
    if (photo.state !== "uploaded" && photo.state !== "draft") continue;
    await db.attachments.put({ ...photo, state: "queued", next_attempt_at: 0, code: null, message: null });
  }
}

/** Ids of an activity's units that a pass did not bring; those made here are none of its matter. */
export async function unitsOfOtherPasses(
  { db }: Context,
  person: string,
  kegiatan: string,
  pass: number,
): Promise<string[]> {
  const range = db.assignments
    .where("[person+kegiatan+status]")
    .between([person, kegiatan, LOWEST], [person, kegiatan, HIGHEST]);
  const ids: string[] = [];
  await range.each((unit) => {
    if (unit.pass !== pass && !unit.local_only) ids.push(unit.id);
  });
  return ids;
}
