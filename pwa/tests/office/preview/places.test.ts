/** From a tapped question to its place in the JSON, and from the editor's place to the question. */

import type { QuestionPanelDynamicModel, SurveyModel } from "survey-core";
import { describe, expect, test } from "vitest";

import { type JsonObject, NO_ASSIGNMENT, createSurvey } from "@/engine";
import { placeOfNames, stepsOf, targetAt } from "@/office/preview/json-places";
import { namesOf, questionFor, reach, stand, standing } from "@/office/preview/model-places";

const ONE = "11111111-1111-4111-8111-111111111111";
const TWO = "22222222-2222-4222-8222-222222222222";
const FORM: JsonObject = {
  form_name: "Uji",
  pages: [
    { name: "satu", elements: [{ type: "panel", name: "blok", elements: [{ type: "text", name: "nama" }, { type: "html", name: "salam", html: "<p>Halo</p>" }] }] },
    {
      name: "dua",
      elements: [
        {
          type: "paneldynamic", name: "anggota",
          templateElements: [
            { type: "text", name: "nama" },
            { type: "panel", name: "kerja", elements: [{ type: "radiogroup", name: "status", choices: [{ value: 1, text: "Ya" }] }] },
            { type: "paneldynamic", name: "usaha", templateElements: [{ type: "text", name: "kbli" }] },
          ],
        },
        { type: "matrixdynamic", name: "ternak", minRowCount: 1, columns: [{ name: "jenis", cellType: "text" }, { name: "ekor", cellType: "text" }] },
        { type: "text", name: "rahasia", visibleIf: "{nama} = 'x'" },
      ],
    },
  ],
};

function opened(answers: JsonObject = {}): SurveyModel {
  return createSurvey(FORM, { role: "PPL", answers, prefilled: {}, assignmentId: NO_ASSIGNMENT, newId: () => crypto.randomUUID() });
}

const ROWS = { anggota: [{ _id: ONE, nama: "Siti" }, { _id: TWO, nama: "Budi", usaha: [{ _id: ONE, kbli: "01" }] }] };

describe("a question's place in the JSON", () => {
  test.each([
    [["nama"], "pages[0].elements[0].elements[0]"],
    [["salam"], "pages[0].elements[0].elements[1]"],
    [["anggota", "nama"], "pages[1].elements[0].templateElements[0]"],
    [["anggota", "status"], "pages[1].elements[0].templateElements[1].elements[0]"],
    [["anggota", "usaha", "kbli"], "pages[1].elements[0].templateElements[2].templateElements[0]"],
    [["ternak", "ekor"], "pages[1].elements[1].columns[1]"],
    [["ternak", "tiada"], "pages[1].elements[1]"],
  ])("%j is %s", (names, place) => {
    expect(placeOfNames(FORM, names)).toBe(place);
  });

  test("an unknown name has none", () => {
    expect(placeOfNames(FORM, ["tiada"])).toBeUndefined();
    expect(placeOfNames({}, ["nama"])).toBeUndefined();
  });

  test("is told by the running question, also in rows of rows", () => {
    const survey = opened(ROWS);
    const found = questionFor(survey, ["anggota", "nama"]);
    expect(found && namesOf(found.question)).toEqual(["anggota", "nama"]);
    const roster = survey.getQuestionByName("anggota") as QuestionPanelDynamicModel;
    const inner = (roster.panels[1]?.getQuestionByName("usaha") as QuestionPanelDynamicModel).panels[0]?.questions[0];
    expect(inner && placeOfNames(FORM, namesOf(inner))).toBe("pages[1].elements[0].templateElements[2].templateElements[0]");
  });
});

describe("what stands at a place", () => {
  test.each([
    ["pages[0]", { kind: "page", page: "satu" }],
    ["pages[0].elements[0]", { kind: "panel", page: "satu", name: "blok" }],
    ["pages[0].elements[0].elements[0]", { kind: "question", page: "satu", names: ["nama"] }],
    ["pages[1].elements[0].templateElements[1]", { kind: "panel", page: "dua", name: "kerja" }],
    ["pages[1].elements[0].templateElements[1].elements[0].choices[0].text", { kind: "question", page: "dua", names: ["anggota", "status"] }],
    ["/pages/1/elements/1/columns/0", { kind: "question", page: "dua", names: ["ternak", "jenis"] }],
    ["pages[1].elements[9]", { kind: "page", page: "dua" }],
  ])("%s", (place, target) => {
    expect(targetAt(FORM, place)).toEqual(target);
  });

  test("outside of the pages is nothing to show", () => {
    expect(targetAt(FORM, "calculatedValues[0]")).toBeUndefined();
    expect(targetAt(FORM, "pages[7]")).toBeUndefined();
    expect(targetAt(FORM, "")).toBeUndefined();
    expect(stepsOf("pages[0].elements[12]")).toEqual(["pages", 0, "elements", 12]);
  });
});

describe("reaching it in the running form", () => {
  test("opens the page, and takes the row that is open", () => {
    const survey = opened(ROWS);
    const roster = survey.getQuestionByName("anggota") as QuestionPanelDynamicModel;
    roster.displayMode = "tab";
    roster.currentIndex = 1;
    const reached = reach(survey, { kind: "question", page: "dua", names: ["anggota", "nama"] }, true);
    expect(reached).toEqual({ state: "shown", id: roster.panels[1]?.questions[0]?.id });
    expect(survey.currentPageNo).toBe(1);
  });

  test("without being opened, another page is elsewhere", () => {
    const survey = opened();
    expect(reach(survey, { kind: "question", page: "dua", names: ["ternak"] }, false)).toEqual({ state: "elsewhere" });
    expect(survey.currentPageNo).toBe(0);
  });

  test("a condition that does not hold hides it; a roster without rows stands for its questions", () => {
    const survey = opened();
    expect(reach(survey, { kind: "question", page: "dua", names: ["rahasia"] }, true)).toEqual({ state: "hidden" });
    expect(reach(survey, { kind: "question", page: "dua", names: ["tiada"] }, true)).toEqual({ state: "absent" });
    const roster = survey.getQuestionByName("anggota");
    expect(reach(survey, { kind: "question", page: "dua", names: ["anggota", "nama"] }, true)).toEqual({ state: "shown", id: roster.id });
  });

  test("page and rows that were open are open in the model of the changed form", () => {
    const before = opened(ROWS);
    const roster = before.getQuestionByName("anggota") as QuestionPanelDynamicModel;
    roster.displayMode = "tab";
    before.currentPageNo = 1;
    roster.currentIndex = 1;
    const after = opened(ROWS);
    const same = after.getQuestionByName("anggota") as QuestionPanelDynamicModel;
    same.displayMode = "tab";
    stand(after, standing(before, NO_ASSIGNMENT), NO_ASSIGNMENT);
    expect([after.currentPageNo, same.currentIndex]).toEqual([1, 1]);
    stand(after, { page: "tiada", rows: ["anggota[x]"] }, NO_ASSIGNMENT);
    expect([after.currentPageNo, same.currentIndex]).toEqual([1, 1]);
  });
});
