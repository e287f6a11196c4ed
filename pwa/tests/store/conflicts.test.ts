/** A decision between two versions holds for the versions that were shown. */

import { beforeEach, expect, test } from "vitest";

import type { Store } from "@/store/interface";
import type { JsonObject } from "@/store/types";

import { ANI, fill, next, openStore, taken, unitOf } from "./fresh";

const u1 = { person: ANI, assignment: "u1" };
const sent = { ...u1, form_version: 1, visit_outcome: "", label: "x" };
let store: Store;

function version(number: number, responses: JsonObject) {
  return { ...unitOf("u1", { status: "Rejected by PML", version: number, responses }), rev: `u1-${number}` };
}

beforeEach(async () => {
  ({ store } = openStore());
  await fill(store, [version(3, { a: 1 })]);
  await store.draftOpen({ ...u1, role: "PPL", form_version: 1 });
  await store.draftSave({ ...u1, answers: { a: "punyaku" } });
});

test.each(["send", "draft", "theirs"] as const)("%s on a version that was not shown is not done", async (choice) => {
  await next(store, [version(4, { a: 1, b: "keempat" })]);
  const on_version = (await store.conflictGet(u1))?.assignment.version;
  await next(store, [version(5, { a: 1, b: "kelima" })]);
  const answers = { a: "punyaku", b: "keempat" };
  const decided = store.conflictResolve({ choice, ...sent, answers, on_version });
  await expect(decided).rejects.toMatchObject({ fault: "wrong_state" });
  expect((await store.conflictGet(u1))?.mine).toEqual({ a: "punyaku" });
  expect(await store.operationList({ person: ANI })).toEqual([]);
  const shown = await store.conflictGet(u1);
  await store.conflictResolve({ choice, ...sent, answers, on_version: shown?.assignment.version });
  expect(await store.conflictGet(u1)).toBeNull();
});

test("a refused submit that is edited is compared first where others answered meanwhile", async () => {
  await store.draftSubmit({ ...sent, answers: { a: "punyaku" } });
  await taken(store, version(3, { a: 1 }), "refused");
  await next(store, [version(5, { a: 1, b: "mereka" })]);
  const [operation] = await store.operationList({ person: ANI });
  await store.operationToDraft({ person: ANI, id: operation?.id ?? "" });
  expect(await store.assignmentGet(u1)).toMatchObject({ local: "conflict" });
  expect(await store.conflictGet(u1)).toMatchObject({
    mine: { a: "punyaku" }, base: { a: 1 }, theirs: { a: 1, b: "mereka" },
  });
});

test("a refused submit goes on at once where the answers are the same", async () => {
  await store.draftSubmit({ ...sent, answers: { a: "punyaku" } });
  await taken(store, version(3, { a: 1 }), "refused");
  await next(store, [version(5, { a: 1 })]);
  const [operation] = await store.operationList({ person: ANI });
  await store.operationToDraft({ person: ANI, id: operation?.id ?? "" });
  expect(await store.draftGet(u1)).toMatchObject({ base_version: 5 });
  expect(await store.conflictGet(u1)).toBeNull();
});
