/** Changes from the office: activities, pages, forms, data sets. Each page is kept as it comes. */

import type { MasterNeed } from "../store/types";
import type { JsonObject } from "../store/types";
import { LIMITS } from "./environment";
import type { Run } from "./run";
import { Stopped } from "./stopped";

/** Fetch everything that changed. Raises Stopped. */
export async function pull(run: Run): Promise<void> {
  await run.check();
  const answer = await run.api.kegiatanList();
  // a person without an office has no activities; what they still hold is sent all the same
  if (answer.kind === "refused" && answer.status === 403) return;
  const { results } = run.value(answer);
  await run.port.kegiatanApply({
    person: run.person.id,
    kegiatan: results.map(({ extended_end_date, satker, ...row }) => ({
      ...row,
      extended_end_date: extended_end_date ?? null,
      satker: satker ?? null,
    })),
  });
  await fetchNeeds(run); // lists show answers by the newest form
  for (const kegiatan of await run.port.kegiatanPulled(run.person.id)) await pullOne(run, kegiatan);
  await fetchNeeds(run); // older forms of answers that came, and data sets
}

async function pullOne(
  run: Run,
  kegiatan: { id: string; name: string; cursor: string | null },
): Promise<void> {
  let { cursor } = kegiatan;
  let done = 0;
  let isAnew = false;
  for (;;) {
    await run.check();
    run.show({ phase: "pulling", kegiatan: kegiatan.name, done });
    const answer = await run.api.changes(kegiatan.id, cursor, LIMITS.page);
    if (answer.kind === "refused") {
      // a cursor that the server does not know any more; anything else is this activity's alone
      if (answer.code !== "invalid" || cursor === null || isAnew) {
        await run.journal("fault", { kegiatan: kegiatan.id, code: answer.code });
        return;
      }
      isAnew = true;
      cursor = null;
      await run.port.passRestart({ person: run.person.id, kegiatan: kegiatan.id });
      continue;
    }
    const page = run.value(answer);
    await run.clock(page.server_time);
    const kept = await run.port.pageApply({
      person: run.person.id,
      kegiatan: kegiatan.id,
      cursor,
      page,
      now: run.now(),
    });
    if (!kept.written) return; // begun anew meanwhile: the next sync goes on from there
    run.counts.pulled += kept.rows + kept.removed;
    done += page.assignments.length + page.removed.length;
    await pageJournal(run, kegiatan.id, page.reset, kept);
    if (!page.more) return;
    if (page.cursor === cursor) throw new Stopped("fault", "the cursor stands still");
    cursor = page.cursor;
  }
}

async function pageJournal(
  run: Run,
  kegiatan: string,
  reset: boolean,
  kept: { rows: number; removed: number },
): Promise<void> {
  if (reset) await run.journal("reset", { kegiatan });
  if (kept.rows > 0) await run.journal("pulled", { kegiatan, rows: kept.rows });
  if (kept.removed > 0) await run.journal("removed", { kegiatan, rows: kept.removed });
}

/** Fetch forms and data sets that this phone lacks; published versions never change. */
async function fetchNeeds(run: Run): Promise<void> {
  const needs = await run.port.needs(run.person.id);
  for (const { kegiatan, version } of needs.forms) await formGet(run, kegiatan, version);
  for (const need of needs.masters) await masterGet(run, need);
}

/** Get a form; one that the server does not give is noted and does not hold up the rest. */
export async function formGet(run: Run, kegiatan: string, version: number): Promise<void> {
  await run.check();
  run.show({ phase: "fetching", what: "form", name: String(version), size_bytes: null });
  const answer = await run.api.form(kegiatan, version);
  if (answer.kind === "refused") {
    await run.journal("fault", { kegiatan, form: version, code: answer.code });
    return;
  }
  const form = run.value(answer);
  await run.port.formSave({
    person: run.person.id,
    kegiatan,
    version,
    schema: form.schema as JsonObject,
    checksum: form.checksum,
    engine: form.engine,
    now: run.now(),
  });
  await run.journal("form", { kegiatan, version });
}

async function masterGet(run: Run, { type, version, checksum, size_bytes }: MasterNeed): Promise<void> {
  await run.check();
  run.show({ phase: "fetching", what: "master", name: type, size_bytes });
  const answer = await run.api.master(type, version);
  if (answer.kind === "refused") {
    await run.journal("fault", { master: type, version, code: answer.code });
    return;
  }
  await run.port.masterSave({ type, version, checksum, text: run.value(answer) });
  await run.journal("master", { type, version, size_bytes });
}
