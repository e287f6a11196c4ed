/** What came from the office: activities, pages of changes, forms, data sets. */

import { type Context, HIGHEST, LOWEST, WORK_TABLES, reading, writing } from "./context";
import type { Needs, ServerKegiatan, ServerPage, SyncPort } from "./port";
import { answerColumns, columnValues } from "./rows";
import type { FormVersion, Kegiatan } from "./types";
import { unitsGone, unitsOfOtherPasses, unitsWrite } from "./work";

type Pull = Pick<
  SyncPort,
  "kegiatanApply" | "kegiatanPulled" | "pageApply" | "passRestart" | "needs" | "formSave" | "masterSave"
>;
const PULL_TABLES = [...WORK_TABLES, "kegiatans", "forms", "wilayah"] as const;

export function pull(context: Context): Pull {
  const { db } = context;
  return {
    kegiatanApply: (list) =>
      writing(context, [...PULL_TABLES, "persons"], () => kegiatanApply(context, list)),
    kegiatanPulled: (person) =>
      reading(context, ["kegiatans"], async () =>
        (await db.kegiatans.where("person").equals(person).toArray())
          .filter(isPulled)
          .map(({ id, name, cursor }) => ({ id, name, cursor })),
      ),
    pageApply: (page) => writing(context, PULL_TABLES, () => pageApply(context, page)),
    passRestart: ({ person, kegiatan }) =>
      writing(context, ["kegiatans"], async () => {
        const rows = await db.kegiatans.where("person").equals(person).toArray();
        const meant = rows.filter((row) => kegiatan === undefined || row.id === kegiatan);
        await db.kegiatans.bulkPut(meant.map((row) => ({ ...row, cursor: null })));
      }),
    needs: (person) => reading(context, ["kegiatans", "forms", "answers", "masters"], () => needs(context, person)),
    formSave: (form) => writing(context, ["kegiatans", "forms", "assignments", "answers"], () => formSave(context, form)),
    masterSave: (master) =>
      writing(context, ["masters"], async () => {
        await db.masters.put(master);
      }),
  };
}

function isPulled({ roles, gone }: Kegiatan): boolean {
  return !gone && (roles.includes("PPL") || roles.includes("PML"));
}

async function kegiatanApply(
  context: Context,
  { person, kegiatan }: { person: string; kegiatan: ServerKegiatan[] },
): Promise<void> {
  const { db } = context;
  if ((await db.persons.get(person)) === undefined) return; // forgotten while the reply was on its way
  const known = new Map((await db.kegiatans.where("person").equals(person).toArray()).map((row) => [row.id, row]));
  for (const given of kegiatan) {
    const before = known.get(given.id);
    known.delete(given.id);
    const row = kegiatanRow(person, given, before);
    await db.kegiatans.put(row);
    if (before !== undefined && isPulled(before) && !isPulled(row)) await unitsLeave(context, row);
  }
  for (const row of known.values()) {
    await unitsLeave(context, row);
    const left = await unitCount(context, row);
    if (left > 0) await db.kegiatans.put({ ...row, gone: true, cursor: null });
    else await kegiatanDrop(context, row);
  }
}

function kegiatanRow(person: string, given: ServerKegiatan, before: Kegiatan | undefined): Kegiatan {
  return {
    person,
    id: given.id,
    name: given.name,
    year: given.year,
    start_date: given.start_date,
    end_date: given.end_date,
    extended_end_date: given.extended_end_date,
    allow_new_assignments: given.allow_new_assignments,
    satker: given.satker ?? null,
    roles: given.roles,
    form_version: given.form_version,
    form_ready: before?.form_ready ?? null,
    masters: before?.masters ?? [],
    cursor: before?.cursor ?? null,
    pass: before?.pass ?? { number: 0, is_whole: false },
    last_sync_at: before?.last_sync_at ?? null,
    gone: false,
  };
}

async function unitIds({ db }: Context, { person, id }: Kegiatan): Promise<string[]> {
  const keys = await db.assignments
    .where("[person+kegiatan+status]")
    .between([person, id, LOWEST], [person, id, HIGHEST])
    .primaryKeys();
  return keys.map(([, assignment]) => assignment);
}

async function unitCount(context: Context, row: Kegiatan): Promise<number> {
  return (await unitIds(context, row)).length;
}

/** The role is gone: units without unsent work go, the others are kept and marked. */
async function unitsLeave(context: Context, row: Kegiatan): Promise<void> {
  await unitsGone(context, row.person, await unitIds(context, row));
}

async function kegiatanDrop({ db }: Context, { person, id }: Kegiatan): Promise<void> {
  await db.forms.where("[person+kegiatan+version]").between([person, id, LOWEST], [person, id, HIGHEST]).delete();
  await db.wilayah.where("[person+kegiatan+code]").between([person, id], [person, id, []]).delete();
  await db.operations.where("[person+kegiatan]").equals([person, id]).delete();
  await db.kegiatans.delete([person, id]);
}

interface Given {
  person: string;
  kegiatan: string;
  cursor: string | null;
  page: ServerPage;
  now: number;
}

async function pageApply(
  context: Context,
  { person, kegiatan, cursor, page, now }: Given,
): Promise<{ written: boolean; rows: number; removed: number }> {
  const { db } = context;
  const activity = await db.kegiatans.get([person, kegiatan]);
  if (activity?.cursor !== cursor) return { written: false, rows: 0, removed: 0 };
  const begins = page.reset || cursor === null;
  const pass = begins ? { number: activity.pass.number + 1, is_whole: true } : activity.pass;
  const form = await db.forms.get([person, kegiatan, activity.form_ready ?? -1]);
  const columns = answerColumns(form);
  const rows = await unitsWrite(context, { person, units: page.assignments, columns, pass: pass.number });
  let removed = await unitsGone(context, person, page.removed);
  await db.wilayah.bulkPut(
    Object.entries(page.wilayah).map(([code, name]) => ({ person, kegiatan, code, name })),
  );
  const ends = !page.more;
  if (ends && pass.is_whole) {
    const left = await unitsOfOtherPasses(context, person, kegiatan, pass.number);
    removed += await unitsGone(context, person, left);
  }
  await db.kegiatans.put({
    ...activity,
    cursor: page.cursor,
    pass: ends ? { ...pass, is_whole: false } : pass,
    form_version: page.form_version ?? activity.form_version,
    masters: page.masters,
    last_sync_at: ends ? now : activity.last_sync_at,
  });
  return { written: true, rows, removed };
}

async function needs(context: Context, person: string): Promise<Needs> {
  const { db } = context;
  const wanted: Needs = { forms: [], masters: [] };
  const masters = new Map<string, Needs["masters"][number]>();
  for (const activity of await db.kegiatans.where("person").equals(person).toArray()) {
    if (!isPulled(activity)) continue;
    const here = await db.forms
      .where("[person+kegiatan+version]")
      .between([person, activity.id, LOWEST], [person, activity.id, HIGHEST])
      .primaryKeys();
    const versions = new Set(here.map(([, , version]) => version));
    for (const version of await versionsUsed(context, activity)) {
      if (!versions.has(version)) wanted.forms.push({ kegiatan: activity.id, version });
    }
    for (const need of activity.masters) masters.set(`${need.type} ${need.version}`, need);
  }
  const ready = new Map<string, string>();
  for (const need of masters.values()) {
    const row = await db.masters.where("[type+version]").equals([need.type, need.version]).first();
    if (row !== undefined) ready.set(`${need.type} ${need.version}`, row.checksum);
  }
  wanted.masters = [...masters].flatMap(([key, need]) => (ready.get(key) === need.checksum ? [] : [need]));
  return wanted;
}

/** The newest form, and those that answers on this phone were given in. */
async function versionsUsed({ db }: Context, { person, id, form_version }: Kegiatan): Promise<Set<number>> {
  const keys = await db.answers
    .where("[person+kegiatan+form_version_used]")
    .between([person, id, 1], [person, id, HIGHEST])
    .uniqueKeys();
  return new Set([form_version, ...keys.map((key) => (key as unknown as [string, string, number])[2])]);
}

async function formSave(
  context: Context,
  { now, ...form }: Omit<FormVersion, "fetched_at"> & { now: number },
): Promise<void> {
  const { db } = context;
  const row: FormVersion = { ...form, fetched_at: now };
  const activity = await db.kegiatans.get([form.person, form.kegiatan]);
  if (activity === undefined) return; // dropped while the reply was on its way
  await db.forms.put(row);
  if (form.version < (activity.form_ready ?? 0)) return;
  await db.kegiatans.put({ ...activity, form_ready: form.version });
  await columnsAnew(context, row);
}

/** The newest form decides which answers a list shows. */
async function columnsAnew({ db }: Context, form: FormVersion): Promise<void> {
  const keys = answerColumns(form);
  const answers = await db.answers.where("[person+kegiatan]").equals([form.person, form.kegiatan]).toArray();
  if (answers.length === 0) return;
  const rows = await db.assignments.bulkGet(
    answers.map(({ assignment }): [string, string] => [form.person, assignment]),
  );
  await db.assignments.bulkPut(
    rows.flatMap((row, index) =>
      row === undefined ? [] : [{ ...row, columns: columnValues(keys, answers[index]?.responses ?? null) }],
    ),
  );
}
