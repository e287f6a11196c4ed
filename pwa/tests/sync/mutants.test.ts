/** Each kind of fault that a sync could have is found by the stories: their invariants have teeth. */

import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";

import { faultsFound } from "./invariants";
import { MUTANTS } from "./mutants";
import { story } from "./story";
import { World } from "./world";

vi.setConfig({ testTimeout: 180_000 });
/** Stories told until the fault is found; the sync without one gets through all of them. */
const MOST = 150;
const STORIES = fc.sample(story, { numRuns: MOST, seed: 1729 });

async function wrongWith(broken: (typeof MUTANTS)[string], number: number): Promise<string[]> {
  const { seed, steps, faults } = STORIES[number] ?? { seed: 0, steps: [], faults: [] };
  const world = new World(seed, faults, { database: "memory", break: broken });
  try {
    await world.tell(steps);
    return await faultsFound(world);
  } catch (error) {
    return [String(error)]; // stuck, or refused by the store: a fault that shows itself
  }
}

describe("a sync that is wrong in one thing is found out", () => {
  test.each(Object.entries(MUTANTS))("%s", async (_name, broken) => {
    const found: string[] = [];
    for (let number = 0; found.length === 0 && number < MOST; number += 1) {
      const wrong = await wrongWith(broken, number);
      if (wrong.length > 0) found.push(`story ${number.toString()}: ${wrong.join("; ").slice(0, 200)}`);
    }
    expect(found).not.toEqual([]);
  });
});

test("the sync as it is gets through the first of the same stories", async () => {
  const asItIs = (store: Parameters<(typeof MUTANTS)[string]>[0]): typeof store => store;
  for (let number = 0; number < 25; number += 1) expect(await wrongWith(asItIs, number)).toEqual([]);
});
