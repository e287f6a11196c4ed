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

function open(): ReturnType<typeof formModel> {
  return formModel({
    form, prefilled: {}, role: "PPL", assignmentId: ID, locale: "id", isReadOnly: false,
    answers: {
      anggota: [{ _id: ID, sekolah: true, kerja: [{ _id: ID, dibayar: false }] }],
      ternak: [{ _id: ID, sehat: true }],
    },
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
