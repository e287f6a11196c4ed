/**
 * Nothing typed is lost, nothing arrives twice, nothing stays stuck: random stories with a network that
 * drops, delays, repeats and reorders, and browsers killed between any two steps.
 *
 * SYNC_RUNS=5000 runs more of them; SYNC_SEED repeats one.
 */

import fc from "fast-check";
import { expect, test } from "vitest";

import { type Step, World } from "./world";

const RUNS = Number(process.env["SYNC_RUNS"] ?? 150);
const SEED = process.env["SYNC_SEED"];
const MOST_MS = Number(process.env["SYNC_MS"] ?? 25_000);

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.nat({ max: 19 }),
  a: fc.nat({ max: 3 }),
  b: fc.nat({ max: 60 }),
});

test(
  "what the server holds in the end is what was typed, each operation once",
  async () => {
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.integer(),
        fc.array(step, { minLength: 5, maxLength: 40 }),
        fc.array(fc.nat({ max: 50 + 11 }), { minLength: 1, maxLength: 30 }),
        async (seed, steps, faults) => {
          const world = new World(seed, faults);
          await world.start();
          for (const phone of world.phones) await phone.run();
          for (const one of steps) await world.step(one);
          await world.calm(15);
          const wrong = await world.faultsFound();
          expect(wrong, world.log.join("\n")).toEqual([]);
          runs += 1;
        },
      ),
      {
        numRuns: RUNS,
        interruptAfterTimeLimit: MOST_MS,
        ...(SEED === undefined ? {} : { seed: Number(SEED) }),
      },
    );
    console.info(`${runs} stories`);
    expect(runs).toBeGreaterThan(0);
  },
  MOST_MS + 120_000,
);
