/** The model on the phone: rows are built when they are shown, and are then as a small screen needs them. */

import type { QuestionMatrixDynamicModel, QuestionPanelDynamicModel } from "survey-core";
import { expect, test, vi } from "vitest";

import type { JsonObject } from "@/engine";
import { formModel } from "@/ui/survey/model";

vi.mock("@/ui/survey/register", () => ({ FRAME: "frame", registerComponents: () => undefined }));

const form: JsonObject = {
  pages: [
    { name: "satu", elements: [{ type: "boolean", name: "setuju" }] },
    {
      name: "dua",
      elements: [
        {
          type: "paneldynamic", name: "anggota",
          templateElements: [
            { type: "boolean", name: "sekolah", swapOrder: true },
            { type: "paneldynamic", name: "kerja", templateElements: [{ type: "boolean", name: "dibayar" }] },
          ],
        },
        { type: "paneldynamic", name: "usaha", displayMode: "carousel", templateElements: [{ type: "text", name: "nama" }] },
        { type: "matrixdynamic", name: "ternak", columns: [{ name: "sehat", cellType: "boolean" }] },
      ],
    },
  ],
};
const ID = "11111111-1111-4111-8111-111111111111";

const HELD: JsonObject = {
  anggota: [{ _id: ID, sekolah: true, kerja: [{ _id: ID, dibayar: false }] }],
  ternak: [{ _id: ID, sehat: true }],
};

function open(answers: JsonObject = HELD, schema: JsonObject = form): ReturnType<typeof formModel> {
  return formModel({
    form: schema, answers, prefilled: {}, role: "PPL", assignmentId: ID, locale: "id", isReadOnly: false,
    lookups: { search: () => Promise.resolve({ items: [], total: 0 }), texts: (_type, codes) => Promise.resolve(codes) },
  });
}

const roster = (survey: ReturnType<typeof open>, name: string) => survey.getQuestionByName(name) as QuestionPanelDynamicModel;

test("opening builds no rows; they come with their page, and keep what was answered", () => {
  const survey = open();
  let built = 0;
  survey.onDynamicPanelAdded.add(() => (built += 1));
  expect(built).toBe(0);
  expect(survey.data).toMatchObject({ anggota: [{ sekolah: true, kerja: [{ dibayar: false }] }] });
  survey.pages[1]?.onFirstRendering();
  expect(built).toBeGreaterThan(0);
  expect(survey.data).toMatchObject({ anggota: [{ sekolah: true, kerja: [{ dibayar: false }] }] });
});

test("rosters show one row at a time, switches are choices with yes first, in rows of rows and new rows too", () => {
  const survey = open();
  const members = roster(survey, "anggota");
  expect([members.displayMode, roster(survey, "usaha").displayMode]).toEqual(["tab", "carousel"]);
  expect(survey.getQuestionByName("setuju").renderAs).toBe("radio");
  members.addPanel();
  for (const panel of members.panels) {
    const jobs = panel.getQuestionByName("kerja") as QuestionPanelDynamicModel;
    expect(panel.getQuestionByName("sekolah").renderAs).toBe("radio");
    expect(jobs.displayMode).toBe("tab");
    if (jobs.panelCount === 0) jobs.addPanel();
    expect(jobs.panels.map((row) => row.getQuestionByName("dibayar").renderAs)).toEqual(["radio"]);
    expect(jobs.panels[0]?.getQuestionByName("dibayar").getPropertyValue("swapOrder")).toBe(true);
  }
  const animals = survey.getQuestionByName("ternak") as QuestionMatrixDynamicModel;
  animals.addRow();
  expect(animals.visibleRows.map((row) => row.cells[0]?.question.renderAs)).toEqual(["radio", "radio"]);
});

/** A form whose first page holds what its rosters, on a page never opened here, read or are read by. */
function apart(roster: JsonObject, outside: JsonObject): JsonObject {
  return { pages: [{ name: "satu", elements: [outside] }, { name: "dua", elements: [roster] }] };
}

const number = (name: string, more: JsonObject = {}): JsonObject => ({ type: "text", name, inputType: "number", ...more });
const TOTAL: JsonObject = { type: "expression", name: "total", expression: "{panel.harga} * 2" };
const asked = (visibleIf: string): JsonObject => ({ type: "text", name: "alasan", visibleIf, isRequired: true });

test.each<[string, JsonObject, JsonObject, string]>([
  ["rows", { type: "paneldynamic", name: "usaha", templateElements: [number("harga"), TOTAL] }, { usaha: [{ _id: ID, harga: 3 }] }, "sumInArray({usaha}, 'total') = 6"],
  [
    "rows of rows",
    { type: "paneldynamic", name: "rt", templateElements: [{ type: "paneldynamic", name: "usaha", templateElements: [number("harga"), TOTAL] }] },
    { rt: [{ _id: ID, usaha: [{ _id: ID, harga: 3 }] }] },
    "{rt[0].usaha[0].total} = 6",
  ],
  [
    "lines",
    { type: "matrixdynamic", name: "usaha", columns: [{ name: "harga", cellType: "text", inputType: "number" }, { name: "total", cellType: "expression", expression: "{row.harga} * 2" }] },
    { usaha: [{ _id: ID, harga: 3 }] },
    "sumInArray({usaha}, 'total') = 6",
  ],
  [
    "the part of a line that unfolds",
    { type: "matrixdynamic", name: "usaha", detailPanelMode: "underRow", columns: [{ name: "harga", cellType: "text", inputType: "number" }], detailElements: [{ type: "expression", name: "total", expression: "{row.harga} * 2" }] },
    { usaha: [{ _id: ID, harga: 3 }] },
    "sumInArray({usaha}, 'total') = 6",
  ],
  [
    "the total below lines",
    { type: "matrixdynamic", name: "usaha", columns: [{ name: "harga", cellType: "text", inputType: "number", totalType: "sum" }] },
    { usaha: [{ _id: ID, harga: 3 }, { _id: ID.replace("4", "5"), harga: 3 }] },
    "{usaha-total.harga} = 6",
  ],
])("what is computed in %s is there before its page is", (_what, rosterOf, answers, condition) => {
  const survey = open(answers, apart(rosterOf, asked(condition)));
  expect(survey.getQuestionByName("alasan").isVisible).toBe(true);
  survey.dispose();
});

test.each<[string, JsonObject, unknown]>([
  ["setValueExpression", { setValueExpression: "{luar} + 1" }, 6],
  ["setValueIf", { setValueIf: "{luar} = 5", setValueExpression: "{luar} * 10" }, 50],
  ["resetValueIf", { resetValueIf: "{luar} = 5" }, undefined],
])("a row's %s follows an answer outside although its page was never opened", (_rule, rule, then) => {
  const rosters: [JsonObject, string][] = [
    [{ type: "paneldynamic", name: "usaha", templateElements: [number("nilai", rule)] }, "usaha"],
    [{ type: "matrixdynamic", name: "ternak", columns: [{ name: "nilai", cellType: "text", inputType: "number", ...rule }] }, "ternak"],
  ];
  for (const [rosterOf, name] of rosters) {
    const survey = open({ luar: 1, [name]: [{ _id: ID, nilai: 2 }] }, apart(rosterOf, number("luar")));
    expect(survey.data).toMatchObject({ [name]: [{ _id: ID, nilai: 2 }] });
    survey.setValue("luar", 5);
    expect((survey.data as Record<string, { nilai?: unknown }[]>)[name]?.[0]?.nilai).toBe(then);
    survey.dispose();
  }
});

test("hiding a question takes nothing away, whatever the form says about clearing", () => {
  for (const clearIfInvisible of ["onHidden", "onHiddenContainer", "onComplete", "default", "none"]) {
    const schema: JsonObject = {
      pages: [
        {
          name: "satu",
          elements: [
            { type: "text", name: "punya" },
            { type: "text", name: "merek", visibleIf: "{punya} = 'ya'", clearIfInvisible },
            { type: "panel", name: "kotak", visibleIf: "{punya} = 'ya'", elements: [{ type: "text", name: "warna", clearIfInvisible }] },
            { type: "paneldynamic", name: "usaha", templateElements: [{ type: "text", name: "nama", visibleIf: "{punya} = 'ya'", clearIfInvisible }] },
          ],
        },
      ],
    };
    const held: JsonObject = { punya: "ya", merek: "Honda", warna: "biru", usaha: [{ _id: ID, nama: "Warung" }] };
    const survey = open(held, schema);
    survey.pages[0]?.onFirstRendering();
    survey.setValue("punya", "tidak");
    expect(survey.getQuestionByName("merek").isVisible).toBe(false);
    expect(survey.data).toEqual({ ...held, punya: "tidak" });
    survey.dispose();
  }
});
