/** From what the server sends to rows of the phone, with care: a reply may lack or add fields. */

import type { Context } from "./context";
import type { ServerAssignment } from "./port";
import {
  type Answers,
  type Assignment,
  type Check,
  type FormVersion,
  type Json,
  type JsonObject,
  type ResponseStatus,
  STATUSES,
} from "./types";

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Return an object, or null for anything else. */
export function objectOrNull(value: unknown): JsonObject | null {
  return isObject(value) ? value : null;
}

/** Return a JSON value as text in which the order of keys does not matter. */
export function canonicalText(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    isObject(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner,
  );
}

/** Return whether two JSON values say the same; null is as good as nothing. */
export function sameJson(a: unknown, b: unknown): boolean {
  return canonicalText(a ?? null) === canonicalText(b ?? null);
}

const PREFIX = "responses.";

/** Return the keys of the table columns that show answers. */
export function answerColumns(form: FormVersion | undefined): string[] {
  const columns = form?.schema["assignment_table_columns"];
  if (!Array.isArray(columns)) return [];
  return columns
    .map((column) => (isObject(column) ? column["key"] : null))
    .filter((key): key is string => typeof key === "string" && key.startsWith(PREFIX));
}

/** Return {column key: answer} of the answers that a list shows. */
export function columnValues(keys: readonly string[], responses: JsonObject | null): Record<string, Json> {
  const values: Record<string, Json> = {};
  if (responses === null) return values;
  for (const key of keys) {
    const value = valueAt(responses, key.slice(PREFIX.length));
    if (value !== undefined) values[key] = value;
  }
  return values;
}

/** A name with dots may be one key, or a path into objects. */
function valueAt(object: JsonObject, path: string): Json | undefined {
  if (Object.hasOwn(object, path)) return object[path];
  let current: Json | undefined = object;
  for (const part of path.split(".")) {
    if (!isObject(current) || !Object.hasOwn(current, part)) return undefined;
    current = current[part];
  }
  return current;
}

function asStatus(text: string): ResponseStatus {
  return STATUSES.find((status) => status === text) ?? "Assigned";
}

function asCheck(check: ServerAssignment["response"]["check"]): Check {
  const states: readonly Check["state"][] = ["none", "pending", "passed", "failed"];
  return {
    state: states.find((state) => state === check.state) ?? "none",
    version: check.version,
    errors: check.errors as Json[],
    warnings: check.warnings as Json[],
  };
}

/** What the phone alone knows of a unit, kept over a new row of the server. */
export type LocalPart = Pick<Assignment, "local" | "local_action" | "local_label" | "gone" | "pass">;

/** Return the list row of a unit as the server gives it. */
export function assignmentRow(
  { now }: Context,
  person: string,
  unit: ServerAssignment,
  columns: readonly string[],
  local: LocalPart,
): Assignment {
  const { response } = unit;
  const check = asCheck(response.check);
  return {
    person,
    id: unit.id,
    kegiatan: unit.kegiatan,
    satker: unit.satker,
    rev: unit.rev,
    version: response.version,
    status: asStatus(response.status),
    label: unit.label,
    level_1_code: unit.level_1_code,
    level_2_code: unit.level_2_code,
    level_3_code: unit.level_3_code,
    level_4_code: unit.level_4_code,
    level_5_code: unit.level_5_code,
    level_6_code: unit.level_6_code,
    level_4_code_full: unit.level_4_code_full,
    level_6_code_full: unit.level_6_code_full,
    region_code: unit.region_code,
    prefilled_data: objectOrNull(unit.prefilled_data),
    ppl: unit.ppl,
    pml: unit.pml,
    form_version_used: response.form_version_used,
    visit_outcome: response.visit_outcome,
    notes: response.notes,
    comments: response.comments,
    check: {
      state: check.state,
      version: check.version,
      errors: check.errors.length,
      warnings: check.warnings.length,
    },
    missing_attachments: response.missing_attachments,
    submitted_by_ppl_at: response.submitted_by_ppl_at,
    reviewed_by_pml_at: response.reviewed_by_pml_at,
    reviewed_by_admin_at: response.reviewed_by_admin_at,
    columns: columnValues(columns, objectOrNull(response.responses)),
    local_only: false,
    changed_at: now(),
    ...local,
  };
}

/** Return the answers of a unit as the server gives it. */
export function answersRow(person: string, unit: ServerAssignment): Answers {
  const responses = objectOrNull(unit.response.responses);
  return {
    person,
    assignment: unit.id,
    kegiatan: unit.kegiatan,
    version: unit.response.version,
    form_version_used: responses === null ? 0 : unit.response.form_version_used,
    responses,
    check: asCheck(unit.response.check),
  };
}
