import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { merged } from "@/office/designer/merging";

const BASE = ["{", '  "a": 1,', '  "b": 2,', '  "c": 3,', '  "d": 4,', '  "e": 5', "}"].join("\n");

describe("merging two texts that grew from one", () => {
  test("what only one side changed is taken by itself", () => {
    const mine = BASE.replace('"a": 1', '"a": 10');
    const theirs = BASE.replace('"d": 4,', '"d": 40,\n  "neu": true,');
    const result = merged(BASE, mine, theirs);
    expect(result.conflicts).toBe(0);
    expect(result.taken).toBe(2);
    expect(result.mine).toBe(result.theirs);
    expect(JSON.parse(result.mine)).toEqual({ a: 10, b: 2, c: 3, d: 40, neu: true, e: 5 });
  });

  test("what both changed at one place is left to choose", () => {
    const result = merged(BASE, BASE.replace("2", "22"), BASE.replace("2", "222").replace("5", "55"));
    expect(result.conflicts).toBe(1);
    expect(JSON.parse(result.mine)).toMatchObject({ b: 22, e: 55 });
    expect(JSON.parse(result.theirs)).toMatchObject({ b: 222, e: 55 });
  });

  test("changes of lines beside each other do not touch; insertions at one place do", () => {
    const result = merged(BASE, BASE.replace('"b": 2', '"b": 22'), BASE.replace('"c": 3', '"c": 33'));
    expect(result).toMatchObject({ conflicts: 0, taken: 2 });
    expect(JSON.parse(result.mine)).toMatchObject({ b: 22, c: 33 });
    const line = '  "d": 4,';
    expect(merged(BASE, BASE.replace(line, `${line}\n  "x": 1,`), BASE.replace(line, `${line}\n  "y": 1,`)).conflicts).toBe(1);
  });

  test("the same change of both is no conflict", () => {
    const same = BASE.replace("3", "33");
    expect(merged(BASE, same, same)).toEqual({ mine: same, theirs: same, conflicts: 0, taken: 1 });
  });

  test("without the text they began from, every difference is to choose", () => {
    expect(merged(null, "a", "b")).toEqual({ mine: "a", theirs: "b", conflicts: 1, taken: 0 });
    expect(merged(null, "a", "a").conflicts).toBe(0);
  });

  test("an empty text and changes at both ends", () => {
    expect(merged("", "a\nb", "").mine).toBe("a\nb");
    expect(merged("x", "x", "").mine).toBe("");
    expect(merged("x\ny", "x\ny\nz", "w\nx\ny").mine).toBe("w\nx\ny\nz");
  });

  test("whatever the texts: an unchanged side gives way wholly, and no text of mine is lost", () => {
    const text = fc.array(fc.constantFrom("{", "}", "a", "b", "c", ""), { maxLength: 12 }).map((lines) => lines.join("\n"));
    fc.assert(
      fc.property(text, text, text, (base, mine, theirs) => {
        expect(merged(base, base, theirs)).toMatchObject({ mine: theirs, theirs, conflicts: 0 });
        expect(merged(base, mine, base)).toMatchObject({ mine, theirs: mine, conflicts: 0 });
        const result = merged(base, mine, theirs);
        if (result.conflicts === 0) expect(result.mine).toBe(result.theirs);
      }),
      { numRuns: 1_000 },
    );
  });
});
