/** Two versions of one unit: both are kept until the person has chosen. Source: docs/sync.md. */

import { type Context, WORK_TABLES, found, reading, writing } from "./context";
import {
  changedQuestions,
  draftAgain,
  ofUnit,
  operationForget,
  submitData,
} from "./drafts";
import { photosForget, photosQueue } from "./draft-photos";
import { StoreError } from "./errors";
import type { Resolution, Store, Submission, UnitKey } from "./interface";
import { baseFor, enqueue, plain } from "./queue";
import { isObject, objectOrNull } from "./rows";
import type { Assignment, Conflict, Draft, JsonObject, Operation } from "./types";
import { isOutrun, isTouched, openOperations, unitMark } from "./work";

type Conflicts = Pick<Store, "conflictGet" | "conflictResolve">;

export function conflicts(context: Context): Conflicts {
  return {
    conflictGet: (key) => reading(context, WORK_TABLES, () => conflictGet(context, key)),
    conflictResolve: (resolution) => {
      const given = plain(resolution);
      return writing(context, WORK_TABLES, () => conflictResolve(context, given));
    },
  };
}

/** Answers in conflict: the last submit or edit that was turned back, else a draft that was outrun. */
async function inConflict(
  context: Context,
  { person, assignment }: UnitKey,
): Promise<{ unit: Assignment; operation: Operation | null; draft: Draft | undefined } | null> {
  const { db } = context;
  const unit = await db.assignments.get([person, assignment]);
  if (unit === undefined) return null;
  const operation =
    (await openOperations(context, person, assignment))
      .filter(({ state, type }) => state === "conflict" && (type === "submit" || type === "edit"))
      .at(-1) ?? null;
  const draft = await db.drafts.get([person, assignment]);
  const isDraft = draft !== undefined && isTouched(draft) && isOutrun(draft, unit);
  return operation === null && !isDraft ? null : { unit, operation, draft };
}

async function conflictGet(context: Context, key: UnitKey): Promise<Conflict | null> {
  const conflict = await inConflict(context, key);
  if (conflict === null) return null;
  const { unit, operation, draft } = conflict;
  const answers = await context.db.answers.get([key.person, key.assignment]);
  const theirs = answers?.responses ?? null;
  const assignment = {
    ...unit,
    responses: theirs,
    check_errors: answers?.check.errors ?? [],
    check_warnings: answers?.check.warnings ?? [],
  };
  const shared = { assignment, theirs, theirs_form_version: unit.form_version_used };
  if (operation !== null) {
    const version = operation.data["form_version_used"];
    return {
      ...shared,
      source: "operation",
      operation: operation.id,
      type: operation.type,
      mine: answersOfOperation(operation),
      base: operation.base_answers,
      mine_form_version: typeof version === "number" ? version : (draft?.form_version ?? unit.form_version_used),
    };
  }
  if (draft === undefined) return null;
  return {
    ...shared,
    source: "draft",
    operation: null,
    type: draft.role === "PML" ? "edit" : "submit",
    mine: draft.answers,
    base: draft.base_answers,
    mine_form_version: draft.form_version,
  };
}

/** An edit carries only what changed; null there means cleared. */
function answersOfOperation(operation: Operation): JsonObject {
  const given = objectOrNull(operation.data["responses"]) ?? {};
  if (operation.type === "submit") return given;
  const answers = { ...(operation.base_answers ?? {}) };
  for (const [name, value] of Object.entries(given)) {
    if (value === null) delete answers[name];
    else answers[name] = value;
  }
  return answers;
}

async function conflictResolve(context: Context, resolution: Resolution): Promise<void> {
  const { db } = context;
  const { person, assignment } = resolution;
  const { unit, operation, draft } = found((await inConflict(context, resolution)) ?? undefined, "conflict");
  const { on_version } = resolution;
  if (on_version !== undefined && on_version !== unit.version) {
    throw new StoreError("wrong_state", "A newer version has come.");
  }
  const theirs = (await db.answers.get([person, assignment]))?.responses ?? null;
  const role = operation === null ? draft?.role : operation.type === "edit" ? "PML" : "PPL";
  if (resolution.choice === "theirs") {
    await mineForget(context, unit, operation);
    await db.drafts.delete([person, assignment]);
    await photosForget(context, person, assignment);
    await unitMark(context, person, assignment);
    return;
  }
  if (operation !== null) await draftAgain(context, operation, unit.version);
  await mineForget(context, unit, null);
  const id = resolution.choice === "send" ? await sendAgain(context, unit, resolution, theirs, role) : null;
  await db.drafts.put(draftOnTop(context, unit, resolution.answers, { theirs, role, draft, id }));
  await unitMark(context, person, assignment);
}

/** Drop what was in conflict; other actions that followed it are to be decided anew. */
async function mineForget(context: Context, unit: Assignment, typed: Operation | null): Promise<void> {
  if (typed !== null) await operationForget(context, typed);
  for (const other of await openOperations(context, unit.person, unit.id)) {
    const keepsWords = other.type === "reject";
    if (other.state === "conflict" && !keepsWords) await context.db.operations.delete(other.seq);
  }
}

async function sendAgain(
  context: Context,
  unit: Assignment,
  resolution: Extract<Resolution, { choice: "send" }>,
  theirs: JsonObject | null,
  role: Draft["role"] | undefined,
): Promise<string> {
  const submission: Submission = resolution;
  const seen = { base_version: unit.version, after: null };
  const base = await baseFor(context, unit.person, unit.id, seen);
  const isEdit = role === "PML";
  const id = await enqueue(context, {
    ...ofUnit(unit),
    type: isEdit ? "edit" : "submit",
    data: isEdit
      ? { responses: changedQuestions(theirs, submission.answers) }
      : submitData(submission),
    ...base,
    base_answers: theirs,
  });
  await photosQueue(context, unit.person, unit.id, submission.answers);
  return id;
}

function draftOnTop(
  { now }: Context,
  unit: Assignment,
  answers: JsonObject,
  known: { theirs: JsonObject | null; role: Draft["role"] | undefined; draft: Draft | undefined; id: string | null },
): Draft {
  const { draft } = known;
  return {
    person: unit.person,
    assignment: unit.id,
    kegiatan: unit.kegiatan,
    role: known.role ?? "PPL",
    answers: isObject(answers) ? answers : {},
    notes: draft?.notes ?? {},
    place: draft?.place ?? null,
    form_version: draft?.form_version ?? unit.form_version_used,
    label: draft?.label ?? null,
    base_version: unit.version,
    after: null,
    base_answers: known.theirs,
    sent_as: known.id,
    started_at: now() - 1,
    updated_at: now(),
  };
}
