/** A story ends the same in memory and on IndexedDB: what the office received, and what the phones hold. */

import fc from "fast-check";
import { expect, test, vi } from "vitest";

import type { PhoneOptions } from "./phone";
import { story } from "./story";
import { K, type Step, World } from "./world";

vi.setConfig({ testTimeout: 120_000 });
const KILLED_SYNCS = [1, 24, 25]; // of World.step: databases count their steps differently

async function end(seed: number, steps: Step[], faults: number[], database: NonNullable<PhoneOptions["database"]>): Promise<unknown> {
  const world = new World(seed, faults, { database });
  await world.tell(steps);
  const phones = await Promise.all(
    world.phones.map(async ({ store, person }) => ({
      units: await store.assignmentList({ person, kegiatan: K }),
      operations: await store.operationList({ person }),
      journal: await store.journalList({ person, limit: 1_000 }),
    })),
  );
  return { log: world.log, requests: world.server.requests, submits: world.server.submits, arrivals: world.server.arrivals, phones };
}

test("both databases tell the same story", async () => {
  const stories = fc.sample(story, { numRuns: 12, seed: 6104 });
  for (const { seed, steps, faults } of stories) {
    const told = steps.filter(({ kind }) => !KILLED_SYNCS.includes(kind));
    expect(await end(seed, told, faults, "memory")).toEqual(await end(seed, told, faults, "real"));
  }
});

test("a transaction that fails leaves nothing, and a row that was read cannot be changed", async () => {
  const world = new World(1, [0], { database: "memory" });
  await world.start();
  await world.phones[0]?.run();
  const phone = world.phones[0];
  if (phone === undefined) throw new Error("no phone");
  const list = (): ReturnType<typeof phone.store.assignmentList> => phone.store.assignmentList({ person: "ani", kegiatan: K });
  const [first] = await list();
  expect(() => { if (first !== undefined) first.label = "x"; }).toThrow(TypeError);

  const key = { person: "ani", assignment: first?.id ?? "" };
  await phone.store.draftOpen({ ...key, role: "PPL", form_version: 1 });
  for (const steps of [0, 1, 2, 3]) {
    phone.crashAfter = steps;
    const answers = { n: "tidak jadi" };
    await expect(
      phone.store.draftSubmit({ ...key, answers, form_version: 1, visit_outcome: "", label: "x" }),
    ).rejects.toThrow("killed");
    phone.reboot();
    expect((await phone.store.operationList({ person: "ani" })).map(({ type }) => type)).toEqual(["open"]);
  }
});
