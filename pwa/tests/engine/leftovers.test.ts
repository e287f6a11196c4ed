/** Answers of an earlier form whose type the newer form's question cannot have: none is lost by typing. */

import { expect, test } from "vitest";

import { editedQuestions } from "../../src/features/review/edited";
import {
  type JsonObject, type Leftovers, canonicalAnswers, createSurvey, formTree, leftOut, withLeftovers,
} from "../../src/engine/index";

const ID = "1d2a0c9e-6a7d-4f0e-9c39-1f0b8a2c7d11";
const ROW = "6f1c6f0e-2b07-4c55-9a53-0a1f5f9a2f10";
const FORM: JsonObject = {
  pages: [
    {
      name: "p",
      elements: [
        { type: "text", name: "nama" },
        { type: "text", name: "luas", inputType: "number", editableBy: ["PPL", "PML"] },
        { type: "checkbox", name: "fasilitas", choices: ["a", "b"] },
        {
          type: "paneldynamic", name: "anggota",
          templateElements: [{ type: "text", name: "umur", inputType: "number" }, { type: "text", name: "nama_art" }],
        },
        { type: "paneldynamic", name: "usaha", templateElements: [{ type: "text", name: "jenis" }] },
      ],
    },
  ],
};
const OLD: JsonObject = {
  nama: "Ali", luas: "dua hektar", fasilitas: "a", usaha: ["warung"],
  anggota: [{ _id: ROW, umur: "lima", nama_art: "Budi" }],
};
const tree = formTree(FORM);

function opened(role: string, answers: JsonObject = OLD): { survey: ReturnType<typeof createSurvey>; now: () => JsonObject } {
  const survey = createSurvey(FORM, { role, answers, prefilled: {}, assignmentId: ID, newId: () => crypto.randomUUID() });
  const left: Leftovers = leftOut(tree.scope, canonicalAnswers(tree, answers, ID));
  const now = (): JsonObject =>
    canonicalAnswers(tree, withLeftovers(tree.scope, JSON.parse(JSON.stringify(survey.data)) as JsonObject, left), ID);
  return { survey, now };
}

test("a keystroke elsewhere leaves them where they were, in rows too", () => {
  const { survey, now } = opened("PPL");
  survey.setValue("nama", "Aminah");
  expect(now()).toMatchObject({
    nama: "Aminah", luas: "dua hektar", fasilitas: "a", anggota: [{ _id: ROW, umur: "lima", nama_art: "Budi" }],
  });
  survey.dispose();
});

test("where a new answer is given the old one is set apart, and does not come back when that is emptied", () => {
  const { survey, now } = opened("PPL");
  survey.setValue("luas", 2);
  expect(now()).toMatchObject({ luas: 2, _archived: { luas: "dua hektar" } });
  survey.clearValue("luas");
  expect(now()).not.toHaveProperty("luas");
  expect(now()).toMatchObject({ _archived: { luas: "dua hektar" } });
  survey.dispose();
});

test("what was no row where rows are asked now is set apart", () => {
  const { survey, now } = opened("PPL");
  survey.setValue("nama", "Aminah");
  expect(now()["_archived"]).toMatchObject({ usaha: ["warung"] });
  survey.dispose();
});

test("what is set apart already under the same name stays beside it", () => {
  const { survey, now } = opened("PPL", { ...OLD, _archived: { luas: "tiga" } });
  survey.setValue("luas", 2);
  expect(now()["_archived"]).toMatchObject({ luas: "tiga", "luas (2)": "dua hektar" });
  survey.dispose();
});

test("an edit by a PML does not clear them", () => {
  const before = canonicalAnswers(tree, { nama: "Ali", luas: "dua hektar", anggota: OLD["anggota"] ?? null }, ID);
  const { survey, now } = opened("PML", before);
  expect(editedQuestions(FORM, before, now())).toEqual({});
  survey.setValue("luas", 2);
  expect(editedQuestions(FORM, before, now())).toEqual({ luas: 2 });
  survey.dispose();
});
