/** Random stories: what happens, in which order, and what the network does meanwhile. */

import fc from "fast-check";

import { FAULTS } from "./phone";
import type { Step } from "./world";

/** Evenly spread: fast-check otherwise prefers small numbers, with which little happens. */
const upTo = (max: number): fc.Arbitrary<number> => fc.noBias(fc.nat({ max }));

const step: fc.Arbitrary<Step> = fc.record({ kind: upTo(29), a: upTo(3), b: upTo(60) });

export interface Story {
  seed: number;
  steps: Step[];
  /** What becomes of each request, as an index of FAULTS; beyond them: it gets through. */
  faults: number[];
}

export const story: fc.Arbitrary<Story> = fc.record({
  seed: fc.noBias(fc.integer()),
  steps: fc.noBias(fc.array(step, { minLength: 15, maxLength: 60 })),
  // stories with a network that is nearly good, and such with one that is nearly useless
  faults: fc.integer({ min: 1, max: 4 }).chain((good) =>
    fc.noBias(fc.array(upTo(FAULTS.length * (1 + good) - 1), { minLength: 10, maxLength: 60 })),
  ),
});
