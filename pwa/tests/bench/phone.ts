/**
 * The app's own store within a page of the app, for bench/pwa.py: it fills the outbox as a day of
 * interviews would. Nothing of the app is changed; the page's database is the app's.
 */

import { createStore } from "@/store/create";
import { CerdasDatabase } from "@/store/database";
import type { JsonObject } from "@/store/types";

const store = createStore(new CerdasDatabase());

/** Fill in and send every unit of an activity that is still to be done; returns how many. */
async function submitAll(kegiatan: string, answers: JsonObject[]): Promise<number> {
  const person = await store.personCurrent();
  if (person === null) throw new Error("nobody is signed in");
  const units = await store.assignmentList({ person: person.id, kegiatan });
  const open = units.filter(({ status }) => status === "Assigned");
  for (const [index, unit] of open.entries()) {
    const key = { person: person.id, assignment: unit.id };
    const given = answers[index % answers.length] ?? {};
    await store.draftOpen({ ...key, role: "PPL", form_version: 1 });
    await store.draftSave({ ...key, answers: given });
    await store.draftSubmit({
      ...key, answers: given, form_version: 1, visit_outcome: "selesai dicacah", label: `Kiriman ${index.toString()}`,
    });
  }
  return open.length;
}

Object.assign(globalThis, { cerdasBench: { submitAll } });
