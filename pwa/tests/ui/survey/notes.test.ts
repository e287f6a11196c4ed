import { describe, expect, test } from "vitest";

import { createSurvey } from "@/engine";
import { noteRead } from "@/ui/survey/notes";

const ONE = "11111111-1111-4111-8111-111111111111";
const UNIT = "99999999-9999-4999-8999-999999999999";
const form = {
  pages: [
    {
      name: "p",
      elements: [
        { type: "text", name: "nama" },
        { type: "paneldynamic", name: "anggota", templateElements: [{ type: "text", name: "umur" }] },
      ],
    },
  ],
};
const answers = { nama: "Siti", "nama-Comment": "di sawah", anggota: [{ _id: ONE, umur: "3", "umur-Comment": "kata ibunya" }] };

function opened(): ReturnType<typeof createSurvey> {
  return createSurvey(form, { role: "PPL", answers, prefilled: {}, assignmentId: UNIT, newId: () => ONE, locale: "id" });
}

describe("a note that was written before", () => {
  test("is the question's again, also in a row", () => {
    const survey = opened();
    const roster = survey.getQuestionByName("anggota") as unknown as { panels: { questions: ReturnType<typeof survey.getAllQuestions> }[] };
    const inner = roster.panels[0]?.questions[0];
    const name = survey.getQuestionByName("nama");
    if (inner === undefined || name === null) throw new Error("no question");
    noteRead(name);
    noteRead(inner);
    expect([name.comment, inner.comment]).toEqual(["di sawah", "kata ibunya"]);
    expect(survey.data).toMatchObject(answers);
  });

  test("can be taken away", () => {
    const survey = opened();
    const name = survey.getQuestionByName("nama");
    if (name === null) throw new Error("no question");
    noteRead(name);
    name.comment = "";
    expect(survey.data).not.toHaveProperty("nama-Comment");
  });
});
