import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { type JsonObject, canonicalAnswers, formTree } from "@/engine";
import { clashesOf, firstChoice, merged } from "@/features/conflict/merging";

const ONE = "11111111-1111-4111-8111-111111111111";
const TWO = "22222222-2222-4222-8222-222222222222";
const UNIT = "99999999-9999-4999-8999-999999999999";
const form: JsonObject = {
  pages: [
    {
      name: "satu",
      elements: [
        { type: "text", name: "nama" },
        { type: "text", name: "alamat" },
        { type: "paneldynamic", name: "anggota", templateElements: [{ type: "text", name: "nama" }, { type: "text", name: "umur", inputType: "number" }] },
      ],
    },
  ],
};
const idOf = (row: JsonObject): string => (typeof row["_id"] === "string" ? row["_id"] : "");
const base: JsonObject = { nama: "Siti", alamat: "A", anggota: [{ _id: ONE, nama: "Siti", umur: 30 }] };

describe("two versions of a unit", () => {
  const mine: JsonObject = { nama: "Siti Aminah", alamat: "B", anggota: [{ _id: ONE, nama: "Siti", umur: 31 }, { _id: TWO, nama: "Budi" }] };
  const theirs: JsonObject = { nama: "Siti", alamat: "C", anggota: [{ _id: ONE, nama: "Sitti", umur: 30 }] };
  const clashes = clashesOf(form, { base, mine, theirs });
  const by = new Map(clashes.map((clash) => [clash.path, clash.changedBy]));

  test("say who changed each answer since both began", () => {
    expect(Object.fromEntries(by)).toEqual({
      nama: "mine", alamat: "both", [`anggota[${ONE}].nama`]: "theirs", [`anggota[${ONE}].umur`]: "mine", [`anggota[${TWO}]`]: "mine",
    });
  });

  test("join by the first choice so that no change of either is lost but where both changed", () => {
    const choice = new Map(clashes.map((clash) => [clash.path, firstChoice(clash)]));
    const { answers, lost } = merged(form, { mine, theirs }, clashes, (path) => choice.get(path) ?? "theirs", UNIT);
    expect(lost).toEqual([]);
    expect(answers).toEqual({
      nama: "Siti Aminah", alamat: "B", anggota: [{ _id: ONE, nama: "Sitti", umur: 31 }, { _id: TWO, nama: "Budi" }],
    });
  });

  test("an answer in a row that the other took away has no place, and is said", () => {
    const without: JsonObject = { nama: "Siti", alamat: "A", anggota: [] };
    const only = clashesOf(form, { base, mine, theirs: without }).filter(({ path }) => path.includes("umur"));
    const inside = [{ path: `anggota[${ONE}].umur`, page: "satu", mine: 31, theirs: null, changedBy: "mine" as const }];
    expect(only).toEqual([]);
    expect(merged(form, { mine, theirs: without }, inside, () => "mine", UNIT).lost).toEqual([`anggota[${ONE}].umur`]);
  });

  test("what either set apart stays set apart, whatever is chosen", () => {
    const [my, their] = [{ ...mine, _archived: { lama: "x", dua: 1 } }, { ...theirs, _archived: { dua: 2 } }];
    const { answers } = merged(form, { mine: my, theirs: their }, clashesOf(form, { base, mine: my, theirs: their }), () => "theirs", UNIT);
    expect(answers["_archived"]).toEqual({ lama: "x", dua: 2 });
  });

  test("also what was set apart in a row, which is no difference to choose about", () => {
    const apart = (answers: JsonObject, archived: JsonObject): JsonObject => ({
      ...answers, anggota: [{ ...((answers["anggota"] as JsonObject[])[0] ?? {}), _archived: archived }],
    });
    const [my, their] = [apart(base, { lama: "x", dua: 1 }), apart(base, { dua: 2 })];
    const found = clashesOf(form, { base, mine: my, theirs: their });
    expect(found).toEqual([]);
    const { answers } = merged(form, { mine: my, theirs: their }, found, () => "theirs", UNIT);
    expect(answers["anggota"]).toEqual([{ _id: ONE, nama: "Siti", umur: 30, _archived: { lama: "x", dua: 2 } }]);
  });

  test("all mine gives mine, all theirs gives theirs, whatever they hold", () => {
    const row = (id: string): fc.Arbitrary<JsonObject> =>
      fc.record({ _id: fc.constant(id), nama: fc.stringMatching(/^[a-z]{1,5}$/), umur: fc.integer({ min: 0, max: 99 }) });
    const version = fc.record({
      nama: fc.stringMatching(/^[a-z]{1,5}$/),
      anggota: fc.tuple(row(ONE), row(TWO), fc.boolean(), fc.boolean()).map(([a, b, hasA, hasB]) => [...(hasA ? [a] : []), ...(hasB ? [b] : [])]),
    });
    const tree = formTree(form);
    fc.assert(
      fc.property(version, version, (one, two) => {
        const [mineToo, theirsToo] = [canonicalAnswers(tree, one), canonicalAnswers(tree, two)];
        const found = clashesOf(form, { base: null, mine: mineToo, theirs: theirsToo });
        const sorted = (answers: JsonObject): JsonObject => ({
          ...answers,
          anggota: [...((answers["anggota"] ?? []) as JsonObject[])].sort((a, b) => idOf(a).localeCompare(idOf(b))),
        });
        expect(sorted(merged(form, { mine: mineToo, theirs: theirsToo }, found, () => "mine", UNIT).answers)).toEqual(sorted(mineToo));
        expect(merged(form, { mine: mineToo, theirs: theirsToo }, found, () => "theirs", UNIT).answers).toEqual(theirsToo);
      }),
      { numRuns: 300 },
    );
  });
});
