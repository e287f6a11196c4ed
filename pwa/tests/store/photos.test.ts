/** Photos reach the office, whatever becomes of their unit and of later answers. */

import { beforeEach, describe, expect, test } from "vitest";

import type { Store } from "@/store/interface";
import type { UploadOutcome } from "@/store/port";
import type { JsonObject } from "@/store/types";

import { ANI, type Fresh, fill, next, openStore, taken, unitOf } from "./fresh";

const u1 = { person: ANI, assignment: "u1" };
let fresh: Fresh;
let store: Store;

beforeEach(async () => {
  fresh = openStore();
  ({ store } = fresh);
  await fill(store, [unitOf("u1", { status: "Rejected by PML", version: 3 })]);
});

function version(number: number, responses: JsonObject, missing: string[] = [], status = "Rejected by PML") {
  return {
    ...unitOf("u1", { status, version: number, responses, missing_attachments: missing }),
    rev: `u1-${number}`,
  };
}

async function send(answers: JsonObject, ...photos: string[]): Promise<void> {
  await store.draftOpen({ ...u1, role: "PPL", form_version: 1 });
  for (const id of photos) {
    await store.photoAdd({ ...u1, id, blob: new Blob([id], { type: "image/jpeg" }), thumb: null, name: id });
  }
  await store.draftSave({ ...u1, answers });
  await store.draftSubmit({ ...u1, answers, form_version: 1, visit_outcome: "", label: "x" });
}

async function upload(outcome: UploadOutcome): Promise<string> {
  const { now } = fresh.time;
  const photo = await store.port.uploadTake({ person: ANI, now, except: [] });
  if (photo === null) throw new Error("nothing to upload");
  await store.port.uploadSettle({ person: ANI, id: photo.id, now, ...outcome });
  return photo.id;
}

async function states(): Promise<string[]> {
  return (await store.photoList({ person: ANI })).map(({ id, state }) => `${id} ${state}`).sort();
}

describe("of a unit that was given to somebody else", () => {
  const failed: UploadOutcome = { as: "queued", next_attempt_at: 0, code: "offline", message: "" };
  const refused: UploadOutcome = { as: "refused", code: "too_large", message: "" };

  beforeEach(async () => {
    await send({ foto: ["p1", "p2"] }, "p1", "p2");
    await taken(store, version(4, { foto: ["p1", "p2"] }, ["p1", "p2"], "Submitted by PPL"));
  });

  test("the others stay when one of them settles, until the last is there", async () => {
    await next(store, [], ["u1"]);
    await upload(failed);
    expect(await states()).toEqual(["p1 queued", "p2 queued"]);
    expect(await (await store.photoBlob({ person: ANI, id: "p2" }))?.text()).toBe("p2");
    const first = await upload({ as: "uploaded" });
    expect(await states()).toHaveLength(2);
    const second = await upload({ as: "uploaded" });
    expect([first, second].sort()).toEqual(["p1", "p2"]);
    expect(await store.assignmentGet(u1)).toBeNull();
    expect(await states()).toEqual([]);
  });

  test("one that was refused stays until the person decides", async () => {
    const id = await upload(refused);
    await upload({ as: "uploaded" });
    await next(store, [], ["u1"]);
    expect(await store.assignmentGet(u1)).toMatchObject({ gone: true });
    expect(await states()).toContain(`${id} refused`);
    expect((await store.unsentCount({ person: ANI })).total).toBe(1);
    await store.photoDelete({ person: ANI, id });
    expect(await store.assignmentGet(u1)).toBeNull();
    expect(await states()).toEqual([]);
  });

  test("one that is refused after the unit left stays too", async () => {
    await next(store, [], ["u1"]);
    await upload(refused);
    await upload({ as: "uploaded" });
    expect((await states()).map((line) => line.split(" ")[1]).sort()).toEqual(["refused", "uploaded"]);
  });
});

describe("that accepted answers name", () => {
  beforeEach(async () => {
    await send({ foto: ["p1"] }, "p1");
    await taken(store, version(4, { foto: ["p1"] }, ["p1"], "Submitted by PPL"));
    await next(store, [version(5, { foto: ["p1"] }, ["p1"])]);
    await send({ foto: ["p1", "p2"], a: 1 }, "p2");
  });

  test("stay when the other version of a conflict is taken", async () => {
    await taken(store, version(6, { foto: ["p1"] }, ["p1"]), "conflict");
    await store.conflictResolve({ choice: "theirs", ...u1 });
    expect(await states()).toEqual(["p1 queued"]);
    expect(await (await store.photoBlob({ person: ANI, id: "p1" }))?.text()).toBe("p1");
  });

  test("stay when a refused submit is given up, and while one is mended", async () => {
    await taken(store, version(5, { foto: ["p1"] }, ["p1"]), "refused");
    const [operation] = await store.operationList({ person: ANI });
    const key = { person: ANI, id: operation?.id ?? "" };
    await store.operationToDraft(key);
    expect(await states()).toEqual(["p1 queued", "p2 draft"]);
    await store.draftSubmit({ ...u1, answers: { foto: ["p1", "p2"] }, form_version: 1, visit_outcome: "", label: "x" });
    await taken(store, version(5, { foto: ["p1"] }, ["p1"]), "refused");
    const [again] = await store.operationList({ person: ANI });
    await store.operationDiscard({ person: ANI, id: again?.id ?? "" });
    expect(await states()).toEqual(["p1 queued"]);
  });
});

test("a photo that was never sent is not tidied away", async () => {
  await send({ a: 1 }, "p1"); // its question is hidden
  await taken(store, version(4, { a: 1 }, [], "Submitted by PPL"));
  await store.port.tidy({ person: ANI, now: fresh.time.now + 30 * 86_400_000 });
  expect(await states()).toEqual(["p1 draft"]);
});
