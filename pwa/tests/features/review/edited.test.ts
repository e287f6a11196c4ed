import { expect, test } from "vitest";

import type { JsonObject } from "@/engine";
import { editedQuestions } from "@/features/review/edited";

const ONE = "11111111-1111-4111-8111-111111111111";
const form: JsonObject = {
  pages: [
    {
      name: "satu",
      elements: [
        { type: "text", name: "nama" },
        { type: "text", name: "catatan", editableBy: ["PPL", "PML"] },
        {
          type: "paneldynamic", name: "anggota", editableBy: ["PPL", "PML"],
          templateElements: [{ type: "text", name: "nama", editableBy: ["PPL"] }, { type: "text", name: "umur", editableBy: ["PPL", "PML"] }],
        },
      ],
    },
  ],
};
const before: JsonObject = {
  nama: "Siti", catatan: "lama", _archived: { dulu: 1 },
  anggota: [{ _id: ONE, nama: "Budi", umur: "3", _archived: { hobi: "catur" } }],
};

test("only what a PML may change goes, and what is emptied is cleared", () => {
  expect(editedQuestions(form, before, { ...before, nama: "Lain", catatan: "baru" })).toEqual({ catatan: "baru" });
  const without = Object.fromEntries(Object.entries(before).filter(([key]) => key !== "catatan"));
  expect(editedQuestions(form, before, without)).toEqual({ catatan: null });
});

test("a roster goes whole, with what its rows have set apart as it was", () => {
  const typed = [{ _id: ONE, nama: "Lain", umur: "4", _archived: { hobi: "dam", baru: 1 } }];
  expect(editedQuestions(form, before, { ...before, anggota: typed })).toEqual({
    anggota: [{ _id: ONE, nama: "Budi", umur: "4", _archived: { hobi: "catur" } }],
  });
});

test("what a row has set apart is no change by itself", () => {
  const typed = [{ _id: ONE, nama: "Budi", umur: "3" }];
  expect(editedQuestions(form, before, { ...before, anggota: typed, _archived: {} })).toEqual({});
});
