/**
 * Nothing typed is lost, nothing arrives twice, nothing stays stuck: random stories with a network that
 * drops, delays, repeats and reorders, and browsers killed between any two steps.
 *
 * One story in ten runs on Dexie and fake-indexeddb, the others in memory (memory-database.ts).
 * SYNC_RUNS=5000 SYNC_MS=3600000 runs more of them; SYNC_SEED repeats one.
 */

import fc from "fast-check";
import { expect, test } from "vitest";

import { faultsFound } from "./invariants";
import { story } from "./story";
import { World } from "./world";

const RUNS = Number(process.env["SYNC_RUNS"] ?? 300);
const SEED = process.env["SYNC_SEED"];
const MOST_MS = Number(process.env["SYNC_MS"] ?? 25_000);
const REAL_EVERY = 10;

test(
  "what the server holds in the end is what was typed, each operation once",
  async () => {
    const runs = { memory: 0, real: 0 };
    let told = 0;
    const began = performance.now();
    await fc.assert(
      fc.asyncProperty(story, async ({ seed, steps, faults }) => {
        const database = (told += 1) % REAL_EVERY === 0 ? "real" : "memory";
        const world = new World(seed, faults, { database });
        await world.tell(steps);
        expect(await faultsFound(world), world.log.join("\n")).toEqual([]);
        runs[database] += 1;
      }),
      {
        numRuns: RUNS,
        interruptAfterTimeLimit: MOST_MS,
        ...(SEED === undefined ? {} : { seed: Number(SEED) }),
      },
    );
    const seconds = Math.round((performance.now() - began) / 1000);
    console.info(`${runs.memory} stories in memory, ${runs.real} on IndexedDB, ${seconds} s`);
    expect(runs.memory + runs.real).toBeGreaterThan(0);
  },
  MOST_MS + 120_000,
);
