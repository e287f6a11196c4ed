/** Answers of a tester outlive changes of the form. */

import { describe, expect, test } from "vitest";

import { type JsonObject, formTree } from "@/engine";
import { answersFor, knownAfter } from "@/office/preview/keeping";

const A = "11111111-1111-4111-8111-111111111111";
const B = "22222222-2222-4222-8222-222222222222";

function tree(...elements: JsonObject[]): ReturnType<typeof formTree> {
  return formTree({ pages: [{ name: "satu", elements }] });
}

const NAMA = { type: "text", name: "nama" };
const UMUR = { type: "text", name: "umur", inputType: "number" };
const ANGGOTA = (...templateElements: JsonObject[]): JsonObject => ({ type: "paneldynamic", name: "anggota", templateElements });

describe("a form gets the answers that its questions can hold", () => {
  test("those without a question stay away, and come back with it", () => {
    const known = { nama: "Siti", umur: 40 };
    expect(answersFor(tree(NAMA), known)).toEqual({ nama: "Siti" });
    const after = knownAfter(tree(NAMA), known, { nama: "Budi" });
    expect(after).toEqual({ nama: "Budi", umur: 40 });
    expect(answersFor(tree(NAMA, UMUR), after)).toEqual({ nama: "Budi", umur: 40 });
  });

  test("an answer that was taken away stays away", () => {
    expect(knownAfter(tree(NAMA, UMUR), { nama: "Siti", umur: 40 }, { nama: "Siti" })).toEqual({ nama: "Siti" });
  });

  test("a question of another type does not get what it cannot hold, and does not lose it", () => {
    const asList = tree({ type: "checkbox", name: "nama", choices: ["a"] });
    expect(answersFor(asList, { nama: "Siti" })).toEqual({});
    expect(answersFor(tree({ ...NAMA, inputType: "number" }), { nama: "Siti" })).toEqual({});
    expect(answersFor(tree({ type: "comment", name: "nama" }), { nama: "Siti" })).toEqual({ nama: "Siti" });
    expect(knownAfter(asList, { nama: "Siti" }, {})).toEqual({ nama: "Siti" });
    expect(knownAfter(asList, { nama: "Siti" }, { nama: ["a"] })).toEqual({ nama: ["a"] });
  });

  test("a choice that the form offers no more is not chosen, until it is offered again", () => {
    const one = (...choices: number[]): ReturnType<typeof tree> => tree({ type: "radiogroup", name: "kerja", choices });
    expect(answersFor(one(1, 2), { kerja: 3 })).toEqual({});
    expect(answersFor(one(1, 2, 3), knownAfter(one(1, 2), { kerja: 3 }, {}))).toEqual({ kerja: 3 });
    const several = tree({ type: "checkbox", name: "kerja", choices: ["a", "b"], showNoneItem: true });
    expect(answersFor(several, { kerja: ["a", "c", "none"] })).toEqual({ kerja: ["a", "none"] });
  });

  test("codes of a data set are open", () => {
    expect(answersFor(tree({ type: "dropdown", name: "kbli", master: "KBLI" }), { kbli: "01111" })).toEqual({ kbli: "01111" });
  });

  test("rows keep theirs by _id, also what the form asks no more", () => {
    const known = { anggota: [{ _id: A, nama: "Siti", umur: 40 }, { _id: B, nama: "Budi", umur: 9 }] };
    const narrow = tree(ANGGOTA(NAMA));
    expect(answersFor(narrow, known)).toEqual({ anggota: [{ _id: A, nama: "Siti" }, { _id: B, nama: "Budi" }] });
    const after = knownAfter(narrow, known, { anggota: [{ _id: B, nama: "Budi S" }] });
    expect(answersFor(tree(ANGGOTA(NAMA, UMUR)), after)).toEqual({ anggota: [{ _id: B, nama: "Budi S", umur: 9 }] });
  });

  test("notes go with their question; what the form works out by itself is made anew", () => {
    const known = { nama: "Siti", "nama-Comment": "ragu", jumlah: 2, lain: 1 };
    const form = tree(NAMA, { type: "expression", name: "jumlah", expression: "1 + 1" });
    expect(answersFor(form, known)).toEqual({ nama: "Siti", "nama-Comment": "ragu" });
    expect(knownAfter(form, known, { nama: "Siti", jumlah: 2 })).toEqual({ nama: "Siti", lain: 1 });
  });
});
