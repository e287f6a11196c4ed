/** From questions of the running model to paths and back; the model without a screen. */

import type { QuestionPanelDynamicModel, SurveyModel } from "survey-core";
import { describe, expect, test } from "vitest";

import { type JsonObject, createSurvey } from "@/engine";
import { openRow, openRows, pathOf, placeOf, questionAt, rowPath } from "@/ui/survey/places";

const UNIT = "99999999-9999-4999-8999-999999999999";
const ONE = "11111111-1111-4111-8111-111111111111";
const TWO = "22222222-2222-4222-8222-222222222222";
const JOB = "33333333-3333-4333-8333-333333333333";
const form: JsonObject = {
  pages: [
    { name: "satu", elements: [{ type: "text", name: "nama" }] },
    {
      name: "dua",
      elements: [
        {
          type: "paneldynamic", name: "anggota", displayMode: "tab", minPanelCount: 1,
          templateElements: [
            { type: "text", name: "nama" },
            { type: "text", name: "umur", inputType: "number" },
            { type: "paneldynamic", name: "kerja", visibleIf: "{panel.umur} >= 10", templateElements: [{ type: "text", name: "kbli" }] },
          ],
        },
        { type: "matrixdynamic", name: "ternak", columns: [{ name: "jenis", cellType: "text" }] },
      ],
    },
  ],
};

function opened(answers: JsonObject): SurveyModel {
  let count = 0;
  const survey = createSurvey(form, {
    role: "PPL", answers, prefilled: {}, assignmentId: UNIT,
    newId: () => `44444444-4444-4444-8444-${String((count += 1)).padStart(12, "0")}`,
  });
  return survey;
}

const answers: JsonObject = {
  nama: "Siti",
  anggota: [
    { _id: ONE, nama: "Siti", umur: 30 },
    { _id: TWO, nama: "Budi", umur: 17, kerja: [{ _id: JOB, kbli: "01111" }] },
  ],
  ternak: [{ _id: ONE, jenis: "sapi" }, { _id: TWO, jenis: "ayam" }],
};

describe("a question of the model", () => {
  const survey = opened(answers);
  const paths = ["nama", `anggota[${TWO}].umur`, `anggota[${TWO}].kerja[${JOB}].kbli`, `ternak[${TWO}].jenis`];

  test.each(paths)("is found by its path, and gives it back: %s", (path) => {
    const found = questionAt(survey, path, UNIT);
    expect(found && pathOf(found.question, UNIT)).toBe(path);
  });

  test("is not found where its row is gone; the row around it is tried next", () => {
    expect(questionAt(survey, `anggota[${JOB}].umur`, UNIT)).toBeUndefined();
    expect(rowPath(`anggota[${ONE}].kerja[${JOB}].kbli`)).toBe(`anggota[${ONE}].kerja[${JOB}]`);
    expect(rowPath(`anggota[${ONE}].kerja[${JOB}]`)).toBe(`anggota[${ONE}].kerja`);
    expect(rowPath("nama")).toBeUndefined();
  });

  test("is shown by opening the rows around it", () => {
    const found = questionAt(survey, `anggota[${TWO}].kerja[${JOB}].kbli`, UNIT);
    if (found === undefined) throw new Error("not found");
    openRows(found);
    const roster = survey.getQuestionByName("anggota") as QuestionPanelDynamicModel;
    expect(roster.currentIndex).toBe(1);
    expect(openRow(roster, UNIT)).toBe(TWO);
    expect(placeOf(found.question, UNIT)).toEqual({
      page: "dua", question: `anggota[${TWO}].kerja[${JOB}].kbli`, panel: [TWO, JOB],
    });
  });
});

test("a row that the form shows by itself has the path that the verdict gives it", () => {
  const survey = opened({});
  const roster = survey.getQuestionByName("anggota") as QuestionPanelDynamicModel;
  const inner = roster.panels[0]?.questions[0];
  if (inner === undefined) throw new Error("no row");
  const path = pathOf(inner, UNIT);
  expect(path).toMatch(/^anggota\[[0-9a-f-]{36}\]\.nama$/);
  expect(questionAt(survey, path, UNIT)?.question).toBe(inner);
});
