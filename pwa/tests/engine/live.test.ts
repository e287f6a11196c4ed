import type { QuestionDropdownModel, QuestionPanelDynamicModel, SurveyModel } from "survey-core";
import { expect, test } from "vitest";

import {
  type JsonObject,
  type LiveOptions,
  canonicalAnswers,
  compile,
  createSurvey,
  evaluate,
  formTree,
} from "../../src/engine/index";

const ONE = "6f1c6f0e-2b07-4c55-9a53-0a1f5f9a2f10";
const JOB = "3a3f2f0a-9d3c-4c29-8f5b-4f1f4b0f9e11";

const FORM: JsonObject = {
  form_name: "Uji",
  locale: "id",
  pages: [
    {
      name: "p",
      elements: [
        { type: "prefilled", name: "alamat" },
        { type: "text", name: "nama", isRequired: true },
        { type: "comment", name: "catatan_pml", editableBy: ["PML"] },
        {
          type: "radiogroup",
          name: "hasil",
          visitOutcome: true,
          choices: ["selesai", "menolak"],
        },
        {
          type: "paneldynamic",
          name: "anggota",
          copyDefaultValueFromLastEntry: true,
          templateElements: [
            { type: "text", name: "nama_art" },
            {
              type: "paneldynamic",
              name: "kerja",
              templateElements: [{ type: "dropdown", name: "kbli", master: "KBLI" }],
            },
          ],
        },
        {
          type: "paneldynamic",
          name: "sedikit",
          minPanelCount: 1,
          templateElements: [{ type: "text", name: "x" }],
        },
        {
          type: "matrixdynamic",
          name: "ternak",
          columns: [{ name: "jenis", cellType: "text" }],
        },
      ],
    },
  ],
};

function open(answers: JsonObject, more: Partial<LiveOptions> = {}): SurveyModel {
  let count = 0;
  return createSurvey(FORM, {
    role: "PPL",
    answers,
    prefilled: { alamat: "Jl. Mawar" },
    assignmentId: "11111111-2222-4333-8444-555555555555",
    newId: () => `00000000-0000-4000-8000-${String((count += 1)).padStart(12, "0")}`,
    ...more,
  });
}

function roster(survey: SurveyModel, name = "anggota"): QuestionPanelDynamicModel {
  return survey.getQuestionByName(name) as QuestionPanelDynamicModel;
}

function ids(value: unknown): string[] {
  const found: string[] = [];
  JSON.stringify(value, (key, item: unknown) => {
    if (key === "_id") found.push(item as string);
    return item;
  });
  return found;
}

test("rows keep the ids they have", () => {
  const survey = open({ anggota: [{ _id: ONE, nama_art: "Budi" }] });
  expect(ids(survey.data)).toEqual([ONE]);
});

test("rows keep their ids when the roster is drawn for the first time, jobs in them too", () => {
  const survey = open({ anggota: [{ _id: ONE, nama_art: "Budi", kerja: [{ _id: JOB, kbli: "01111" }] }] });
  const inner = roster(survey).panels[0]?.getQuestionByName("kerja") as QuestionPanelDynamicModel;
  expect(inner.panels).toHaveLength(1);
  expect(ids(survey.data)).toEqual([ONE, JOB]);
});

test("a new row gets an id, also where the row before it is copied with its jobs", () => {
  const survey = open({ anggota: [{ _id: ONE, nama_art: "Budi", kerja: [{ _id: JOB, kbli: "01111" }] }] });
  roster(survey).addPanel();
  const rows = (survey.data as { anggota: { nama_art: string }[] }).anggota;
  expect(rows.map((row) => row.nama_art)).toEqual(["Budi", "Budi"]);
  expect(new Set(ids(rows)).size).toBe(4);
  expect(ids(rows).slice(0, 2)).toEqual([ONE, JOB]);
});

test("a new row in a roster in a row gets an id", () => {
  const survey = open({ anggota: [{ _id: ONE, nama_art: "Budi" }] });
  const inner = roster(survey).panels[0]?.getQuestionByName("kerja") as QuestionPanelDynamicModel;
  inner.addPanel();
  expect(ids(survey.data)).toHaveLength(2);
});

test("a new row of a matrix gets an id", () => {
  const survey = open({});
  const matrix = survey.getQuestionByName("ternak") as unknown as { addRow(): void };
  matrix.addRow();
  matrix.addRow();
  expect(new Set(ids(survey.data)).size).toBe(2);
});

test("rows that the form makes by itself get ids that stay", () => {
  const survey = open({});
  const few = roster(survey, "sedikit");
  expect(few.panels).toHaveLength(1);
  const question = few.panels[0]?.getQuestionByName("x");
  if (question !== undefined) question.value = "2";
  const first = ids(survey.getValue("sedikit"));
  expect(first).toHaveLength(1);
  few.addPanel();
  if (question !== undefined) question.value = "3";
  expect(ids(survey.getValue("sedikit"))).toHaveLength(2);
  expect(ids(survey.getValue("sedikit"))[0]).toBe(first[0]);
});

test("answers kept apart come through an interview, of the unit and of rows", () => {
  const answers: JsonObject = {
    nama: "Budi",
    anggota: [{ _id: ONE, nama_art: "Siti", _archived: { lama: 2 } }],
    _archived: { tua: 1 },
  };
  const survey = open(answers);
  survey.setValue("nama", "Budiman");
  const kept = canonicalAnswers(formTree(FORM), survey.data as JsonObject);
  expect(kept).toEqual({ alamat: "Jl. Mawar", ...answers, nama: "Budiman" });
});

test("ids made while typing stay when the answers become canonical", () => {
  const survey = open({});
  roster(survey).addPanel();
  const data = survey.data as JsonObject;
  expect(ids(canonicalAnswers(formTree(FORM), data))).toEqual(ids(data));
});

test("what the role may not edit, and the prelist, are read-only", () => {
  const survey = open({});
  const locked = survey.getAllQuestions().filter((question) => question.isReadOnly);
  expect(locked.map((question) => question.name)).toEqual(["alamat", "catatan_pml"]);
  expect(survey.getValue("alamat")).toBe("Jl. Mawar");
});

test("an outcome that is not done disables the rest, rows too", () => {
  const survey = open({ hasil: "menolak", anggota: [{ _id: ONE }] });
  const open_ = survey.getAllQuestions().filter((question) => !question.isReadOnly);
  expect(open_.map((question) => question.name)).toEqual(["hasil"]);
  expect(roster(survey).canAddPanel).toBe(false);
});

test("the screen and the verdict name the same required questions", () => {
  const survey = open({});
  survey.validate(true, false);
  const onScreen = survey.getAllQuestions().filter((question) => question.errors.length > 0);
  const { errors } = evaluate(compile(FORM), {});
  expect(errors.map((error) => error.path)).toEqual(onScreen.map((question) => question.name));
});

test("choices of a data set come from the search, texts of codes from the look-up", async () => {
  const asked: unknown[] = [];
  const survey = open(
    { anggota: [{ _id: ONE, kerja: [{ _id: JOB, kbli: "01111" }] }] },
    {
      search: (...query) => {
        asked.push(query);
        return Promise.resolve({ items: [{ value: "47111", text: "Warung" }], total: 1 });
      },
      texts: (type, codes) => Promise.resolve(codes.map((code) => `${type} ${code}`)),
    },
  );
  const inner = roster(survey).panels[0]?.getQuestionByName("kerja") as QuestionPanelDynamicModel;
  const kbli = inner.panels[0]?.getQuestionByName("kbli") as QuestionDropdownModel;
  kbli.dropdownListModel.popupModel.show();
  await Promise.resolve();
  await Promise.resolve();
  expect(asked).toEqual([["KBLI", "", 0, kbli.choicesLazyLoadPageSize]]);
  expect(kbli.visibleChoices.map((choice) => choice.value as string)).toContain("47111");
});
