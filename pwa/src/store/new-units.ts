/** Units found in the field, made on the phone. Source: docs/sync.md, `create`. */

import { type Context, WORK_TABLES, found, writing } from "./context";
import type { NewUnit, Store, UnitKey } from "./interface";
import { enqueue, plain } from "./queue";
import type { Assignment, JsonObject, Person } from "./types";
import { openOperations, unitDrop, unitMark } from "./work";

type NewUnits = Pick<Store, "unitCreate" | "unitDelete">;
const LEVELS = [1, 2, 3, 4, 5, 6] as const;
type LevelKey = `level_${(typeof LEVELS)[number]}_code`;
type Levels = Record<LevelKey, string | null>;

export function newUnits(context: Context): NewUnits {
  return {
    unitCreate: (unit) => {
      const given = plain(unit);
      return writing(context, [...WORK_TABLES, "persons", "kegiatans"], () => unitCreate(context, given));
    },
    unitDelete: (key) => writing(context, WORK_TABLES, () => unitDelete(context, key)),
  };
}

async function unitCreate(
  context: Context,
  unit: NewUnit & { form_version: number },
): Promise<string> {
  const { db, now, newId } = context;
  const finder = found(await db.persons.get(unit.person), "person");
  const kegiatan = found(await db.kegiatans.get([unit.person, unit.kegiatan]), "kegiatan");
  const near = await nearUnit(context, unit);
  const levels = near === null ? levelsOf(unit.levels as (string | null)[]) : pick(near);
  const row = localRow(unit, newId(), finder, levels, now());
  row.pass = kegiatan.pass.number;
  await db.assignments.put(row);
  const id = await enqueue(context, {
    person: unit.person,
    kegiatan: unit.kegiatan,
    assignment: row.id,
    type: "create",
    label: unit.label,
    data: { assignment: described(unit, row.id, levels, near) },
    base_version: null,
    after: null,
    base_answers: null,
  });
  await db.drafts.put({
    person: unit.person,
    assignment: row.id,
    kegiatan: unit.kegiatan,
    role: "PPL",
    answers: {},
    notes: {},
    place: null,
    form_version: unit.form_version,
    label: null,
    base_version: null,
    after: id,
    base_answers: null,
    sent_as: null,
    started_at: now(),
    updated_at: now(),
  });
  await unitMark(context, unit.person, row.id);
  return row.id;
}

async function nearUnit({ db }: Context, unit: NewUnit): Promise<Assignment | null> {
  if (Array.isArray(unit.levels)) return null;
  return found(await db.assignments.get([unit.person, unit.levels.near]), "unit");
}

/** Codes go along; `near` too where the server knows that unit: it lends the supervisor. */
function described(unit: NewUnit, id: string, levels: Levels, near: Assignment | null): JsonObject {
  return {
    id,
    label: unit.label,
    ...levels,
    ...(near === null || near.local_only ? {} : { near: near.id }),
    prefilled_data: unit.prefilled_data,
  };
}

function levelsOf(codes: (string | null)[]): Levels {
  return Object.fromEntries(LEVELS.map((n) => [`level_${n}_code`, codes[n - 1] ?? null])) as Levels;
}

function pick(unit: Assignment): Levels {
  return levelsOf(LEVELS.map((n) => unit[`level_${n}_code`]));
}

/** Return the codes joined as the server does it: as far as there is no gap. */
function joined(levels: Levels, last: number): string | null {
  const codes = LEVELS.map((n) => levels[`level_${n}_code`]).slice(0, last);
  return codes.includes(null) ? null : codes.join("");
}

function localRow(
  unit: NewUnit,
  id: string,
  finder: Person,
  levels: Levels,
  now: number,
): Assignment {
  const codes = LEVELS.map((n) => levels[`level_${n}_code`]);
  const gap = codes.indexOf(null);
  const depth = gap < 0 ? codes.length : gap;
  return {
    person: unit.person,
    id,
    kegiatan: unit.kegiatan,
    satker: finder.satker?.id ?? null,
    rev: null,
    version: 1,
    status: "Assigned",
    label: unit.label,
    ...levels,
    level_4_code_full: joined(levels, 4),
    level_6_code_full: joined(levels, 6),
    region_code: depth === 0 ? null : codes.slice(0, depth).join(""),
    prefilled_data: unit.prefilled_data,
    ppl: { id: finder.id, name: finder.name },
    pml: null,
    form_version_used: 0,
    visit_outcome: "",
    notes: "",
    comments: [],
    check: { state: "none", version: null, errors: 0, warnings: 0 },
    missing_attachments: [],
    submitted_by_ppl_at: null,
    reviewed_by_pml_at: null,
    reviewed_by_admin_at: null,
    columns: {},
    local: "none",
    local_action: null,
    local_label: null,
    local_only: true,
    gone: false,
    pass: 0,
    changed_at: now,
  };
}

async function unitDelete(context: Context, { person, assignment }: UnitKey): Promise<boolean> {
  const unit = await context.db.assignments.get([person, assignment]);
  if (unit === undefined) return true;
  const operations = await openOperations(context, person, assignment);
  const wasSent = operations.some(({ state, attempts }) => state !== "queued" || attempts > 0);
  if (!unit.local_only || operations.length === 0 || wasSent) return false;
  await unitDrop(context, person, [assignment]);
  return true;
}
