/** Interviews on the phone: what is typed stays, whatever is done with it. */

import { beforeEach, expect, test } from "vitest";

import { StoreError } from "@/store/errors";
import type { Store } from "@/store/interface";

import { ANI, type Fresh, K, fill, openStore, typed, unitOf } from "./fresh";

let fresh: Fresh;
let store: Store;
const u1 = { person: ANI, assignment: "u1" };

beforeEach(async () => {
  fresh = openStore();
  ({ store } = fresh);
  await fill(store, [
    unitOf("u1"),
    unitOf("u2", { status: "Rejected by PML", version: 4, responses: { n: "lama" } }),
    unitOf("u3", { status: "Submitted by PPL", version: 3, responses: { n: "terkirim" } }),
  ]);
});

test("answers, place and notes are there again in a new browser", async () => {
  await typed(store, "u1", { n: "Siti", anggota: [{ _id: "r1", nama: "Budi" }] });
  await store.draftSave({ ...u1, place: { page: "p2", question: "anggota", panel: ["r1"] } });
  await store.draftSave({ ...u1, notes: { n: "nama panggilan" }, label: "Siti" });
  fresh.db.close();
  const again = openStore(fresh.idb).store;
  expect(await again.draftGet(u1)).toMatchObject({
    answers: { n: "Siti", anggota: [{ _id: "r1", nama: "Budi" }] },
    place: { page: "p2", question: "anggota", panel: ["r1"] },
    notes: { n: "nama panggilan" },
  });
  expect(await again.assignmentGet(u1)).toMatchObject({ local: "draft", local_label: "Siti", label: "Keluarga u1" });
});

test("a look alone is no work", async () => {
  await store.draftOpen({ person: ANI, assignment: "u2", role: "PPL", form_version: 1 });
  expect((await store.unsentCount({ person: ANI })).total).toBe(0);
  await store.draftOpen({ ...u1, role: "PPL", form_version: 1 });
  expect(await store.unsentCount({ person: ANI })).toMatchObject({ drafts: 0, operations: 1 }); // the `open`
});

test("rejected work begins with the answers that were rejected", async () => {
  const draft = await store.draftOpen({ person: ANI, assignment: "u2", role: "PPL", form_version: 2 });
  expect(draft).toMatchObject({ answers: { n: "lama" }, base_version: 4, after: null, form_version: 2 });
  expect(await store.operationList({ person: ANI })).toEqual([]);
});

test("a status that the role cannot write gives no draft", async () => {
  expect(await store.draftOpen({ person: ANI, assignment: "u3", role: "PPL", form_version: 1 })).toBeNull();
  expect(await store.draftOpen({ person: ANI, assignment: "u3", role: "PML", form_version: 1 })).not.toBeNull();
  expect(await store.draftOpen({ person: ANI, assignment: "u2", role: "PML", form_version: 1 })).toBeNull();
});

test("a proxy or undefined in what is saved does no harm", async () => {
  await store.draftOpen({ ...u1, role: "PPL", form_version: 1 });
  const answers = new Proxy({ n: "a", kosong: undefined } as never, {});
  await store.draftSave({ ...u1, answers });
  expect((await store.draftGet(u1))?.answers).toEqual({ n: "a" });
});

test("what was sent is locked", async () => {
  await typed(store, "u1", { n: "a" });
  await store.draftSubmit({ ...u1, answers: { n: "a" }, form_version: 1, visit_outcome: "", label: "a" });
  await expect(store.draftSave({ ...u1, answers: { n: "b" } })).rejects.toMatchObject({ fault: "wrong_state" });
  expect(await store.draftOpen({ ...u1, role: "PPL", form_version: 1 })).toBeNull();
  expect(await store.draftGet(u1)).toBeNull();
});

test("a draft that is not there is said to be missing", async () => {
  await expect(store.draftSave({ ...u1, answers: {} })).rejects.toThrow(StoreError);
  await expect(store.draftSave({ ...u1, answers: {} })).rejects.toMatchObject({ fault: "missing" });
});

test("discarding a draft takes its photos along and nothing else", async () => {
  await typed(store, "u1", { n: "a" });
  const photo = { blob: new Blob(["x"], { type: "image/jpeg" }), thumb: new Blob(["t"]), name: "f.jpg" };
  await store.photoAdd({ ...u1, ...photo, id: "p1" });
  await store.photoAdd({ person: ANI, assignment: "u2", ...photo, id: "p2" });
  await store.draftDiscard(u1);
  expect(await store.draftGet(u1)).toBeNull();
  expect((await store.photoList({ person: ANI })).map(({ id }) => id)).toEqual(["p2"]);
  expect(await store.photoBlob({ person: ANI, id: "p1" })).toBeNull();
  expect(await (await store.photoBlob({ person: ANI, id: "p2" }))?.text()).toBe("x");
});

test("photos that the answers name are queued with them, others stay", async () => {
  await typed(store, "u1", {});
  const photo = { ...u1, blob: new Blob(["x"], { type: "image/jpeg" }), thumb: null, name: "f.jpg" };
  for (const id of ["p1", "p2"]) await store.photoAdd({ ...photo, id });
  const answers = { anggota: [{ _id: "r", foto: ["p1"] }] };
  await store.draftSubmit({ ...u1, answers, form_version: 1, visit_outcome: "", label: "a" });
  expect((await store.photoList({ person: ANI })).map(({ id, state }) => `${id} ${state}`).sort()).toEqual([
    "p1 queued", "p2 draft",
  ]);
});

test("a failed transaction leaves nothing behind", async () => {
  await typed(store, "u1", { n: "a" });
  fresh.db.assignments.hook("updating", () => {
    throw new DOMException("full", "QuotaExceededError");
  });
  const submission = { ...u1, answers: { n: "a" }, form_version: 1, visit_outcome: "", label: "a" };
  await expect(store.draftSubmit(submission)).rejects.toMatchObject({ fault: "full" });
  expect((await store.operationList({ person: ANI })).map(({ type }) => type)).toEqual(["open"]);
  expect((await store.draftGet(u1))?.answers).toEqual({ n: "a" });
});

test("counts come from the indexes", async () => {
  await typed(store, "u1", { n: "a" });
  const counts = await store.assignmentCounts({ person: ANI, kegiatan: K });
  expect(counts).toMatchObject({ total: 3, status: { Assigned: 1, "Rejected by PML": 1 }, local: { draft: 1, queued: 0, none: 2 } });
  expect((await store.unsentCount({ person: ANI, kegiatan: "other" })).total).toBe(0);
});

test("the choice of columns is remembered for one activity", async () => {
  await store.preferencesSave({ person: ANI, kegiatan: K, sort: { key: "status", descending: true } });
  await store.preferencesSave({ person: ANI, kegiatan: K, search: "budi" });
  expect(await store.preferencesGet({ person: ANI, kegiatan: K })).toEqual({
    columns: null, sort: { key: "status", descending: true }, filters: {}, search: "budi",
  });
  expect((await store.preferencesGet({ person: ANI, kegiatan: "k2" })).sort).toBeNull();
});
