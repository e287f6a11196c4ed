/** Two tabs on one unit, and a draft that goes away under an open screen. */

import { beforeEach, describe, expect, test } from "vitest";

import type { Store } from "@/store/interface";
import type { Draft } from "@/store/types";

import { ANI, type Fresh, fill, next, openStore, taken, unitOf } from "./fresh";

const u1 = { person: ANI, assignment: "u1" };
const send = { ...u1, form_version: 1, visit_outcome: "", label: "x" };
let fresh: Fresh;
let store: Store;
let draft: Draft;

async function open(): Promise<Draft> {
  const opened = await store.draftOpen({ ...u1, role: "PPL", form_version: 1 });
  if (opened === null) throw new Error("no draft");
  return opened;
}

beforeEach(async () => {
  fresh = openStore();
  ({ store } = fresh);
  await fill(store, [unitOf("u1", { status: "Rejected by PML", version: 3, responses: { a: 1 } })]);
  draft = await open();
});

describe("two tabs", () => {
  test("the second to write learns that the draft is another one, and nothing is overwritten", async () => {
    const other = openStore(fresh.idb, fresh.time).store;
    const first = await store.draftSave({ ...u1, answers: { a: "satu" }, seen_at: draft.updated_at });
    const late = other.draftSave({ ...u1, answers: { b: "dua" }, seen_at: draft.updated_at });
    await expect(late).rejects.toMatchObject({ fault: "wrong_state" });
    const lateSend = other.draftSubmit({ ...send, answers: { b: "dua" }, seen_at: draft.updated_at });
    await expect(lateSend).rejects.toMatchObject({ fault: "wrong_state" });
    expect((await store.draftGet(u1))?.answers).toEqual({ a: "satu" });
    const second = await store.draftSave({ ...u1, answers: { a: "tiga" }, seen_at: first });
    expect(second).toBe((await store.draftGet(u1))?.updated_at);
    await store.draftSubmit({ ...send, answers: { a: "tiga" }, seen_at: second });
  });

  test("writes within a millisecond, or after the clock was set back, are told apart", async () => {
    const first = await store.draftSave({ ...u1, answers: { a: 2 } });
    const second = await store.draftSave({ ...u1, answers: { a: 3 } });
    fresh.time.now -= 100_000;
    const third = await store.draftSave({ ...u1, answers: { a: 4 } });
    expect(first < second && second < third).toBe(true);
  });

  test("a move to another question is no change of the draft", async () => {
    const seen_at = await store.draftSave({ ...u1, answers: { a: 2 } });
    const place = { page: "p", question: null, panel: [] };
    expect(await store.draftSave({ ...u1, place, seen_at })).toBe(seen_at);
  });

  test("a second send with other answers is not taken for the first", async () => {
    await store.draftSave({ ...u1, answers: { a: "satu" } });
    const id = await store.draftSubmit({ ...send, answers: { a: "satu" } });
    expect(await store.draftSubmit({ ...send, answers: { a: "satu" } })).toBe(id);
    await expect(store.draftSubmit({ ...send, answers: { b: "dua" } })).rejects.toMatchObject({ fault: "wrong_state" });
    expect((await store.operationList({ person: ANI })).map(({ data }) => data["responses"])).toEqual([{ a: "satu" }]);
  });

  test("the same for a limited edit", async () => {
    await next(store, [unitOf("u2", { status: "Submitted by PPL", version: 3, responses: { a: 1 } })]);
    const u2 = { person: ANI, assignment: "u2" };
    const begun = await store.draftOpen({ ...u2, role: "PML", form_version: 1 });
    await store.draftSave({ ...u2, answers: { a: 2 } });
    const stale = store.draftEdit({ ...u2, changes: { a: 3 }, seen_at: begun?.updated_at });
    await expect(stale).rejects.toMatchObject({ fault: "wrong_state" });
    const id = await store.draftEdit({ ...u2, changes: { a: 2 } });
    expect(await store.draftEdit({ ...u2, changes: { a: 2 } })).toBe(id);
    await expect(store.draftEdit({ ...u2, changes: { a: 3 } })).rejects.toMatchObject({ fault: "wrong_state" });
  });
});

describe("a draft that vanished under an open interview", () => {
  test("comes back with what is typed, as a comparison", async () => {
    const newer = { status: "Rejected by PML", version: 5, responses: { a: 2 } };
    await next(store, [{ ...unitOf("u1", newer), rev: "u1-5" }]);
    expect(await store.draftGet(u1)).toBeNull();
    const place = { page: "p", question: null, panel: [] };
    const moved = await store.draftSave({ ...u1, place, seen_at: draft.updated_at, base: draft });
    expect(await store.draftGet(u1)).toBeNull(); // nothing was typed
    const seen_at = await store.draftSave({ ...u1, answers: { a: 1, c: "baru" }, seen_at: moved, base: draft });
    expect(await store.draftGet(u1)).toMatchObject({ answers: { a: 1, c: "baru" }, base_version: 3, updated_at: seen_at });
    expect(await store.assignmentGet(u1)).toMatchObject({ local: "conflict" });
    expect(await store.conflictGet(u1)).toMatchObject({ mine: { a: 1, c: "baru" }, base: { a: 1 }, theirs: { a: 2 } });
  });

  test("also when it was begun with an `open` that is done by now", async () => {
    await next(store, [unitOf("u3")]);
    const u3 = { person: ANI, assignment: "u3" };
    const begun = await store.draftOpen({ ...u3, role: "PPL", form_version: 1 });
    if (begun === null) throw new Error("no draft");
    expect(begun).toMatchObject({ base_version: null });
    await taken(store, { ...unitOf("u3", { status: "Opened", version: 2 }), rev: "u3-2" });
    await next(store, [{ ...unitOf("u3", { status: "Rejected by PML", version: 4, responses: { a: 9 } }), rev: "u3-4" }]);
    expect(await store.draftGet(u3)).toBeNull();
    await store.draftSave({ ...u3, answers: { a: 1 }, base: begun });
    expect(await store.conflictGet(u3)).toMatchObject({ mine: { a: 1 }, theirs: { a: 9 } });
  });
});

test("a withdrawal gives back the answers of hidden questions", async () => {
  await store.draftSave({ ...u1, answers: { a: "tidak", tersembunyi: "ada" } });
  const id = await store.draftSubmit({ ...send, answers: { a: "tidak" } });
  expect((await store.operationList({ person: ANI }))[0]?.data["responses"]).toEqual({ a: "tidak" });
  await store.submitWithdraw({ person: ANI, id });
  expect((await store.draftGet(u1))?.answers).toEqual({ a: "tidak", tersembunyi: "ada" });
});
