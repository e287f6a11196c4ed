/** Comments and "other" reach the model while they are typed. */

import type { QuestionRadiogroupModel } from "survey-core";
import { expect, test } from "vitest";

import { createSurvey } from "@/engine";
import { takeOver, typedQuestion } from "@/ui/survey/typing";

const survey = createSurvey(
  {
    pages: [{
      name: "p",
      elements: [{ type: "radiogroup", name: "air", choices: ["sumur"], showOtherItem: true }, { type: "checkbox", name: "alat", choices: ["a"], showCommentArea: true }],
    }],
  },
  { role: "PPL", answers: {}, prefilled: {}, assignmentId: "1d2a0c9e-6a7d-4f0e-9c39-1f0b8a2c7d11", newId: () => crypto.randomUUID() },
);
const air = survey.getQuestionByName("air") as QuestionRadiogroupModel;
const alat = survey.getQuestionByName("alat");

/** A field of the page, as far as it is asked. */
const field = (questionId: string, id: string): Element => ({ id, closest: () => ({ id: questionId }) }) as unknown as Element;

test("what other is written as", () => {
  air.value = "other";
  expect(typedQuestion(survey, field(air.id, air.otherId))).toBe(air);
  takeOver(air, { id: air.otherId, value: "mata air" });
  expect(survey.data).toMatchObject({ air: "other", "air-Comment": "mata air" });
});

test("a comment, but not a space that is still followed by a word", () => {
  expect(typedQuestion(survey, field(alat.id, alat.commentId))).toBe(alat);
  takeOver(alat, { id: alat.commentId, value: "rusak" });
  takeOver(alat, { id: alat.commentId, value: "rusak " });
  expect(survey.data).toMatchObject({ "alat-Comment": "rusak" });
  takeOver(alat, { id: alat.commentId, value: "rusak satu" });
  expect(survey.data).toMatchObject({ "alat-Comment": "rusak satu" });
});

test("a choice itself is none", () => {
  expect(typedQuestion(survey, field(air.id, "anything"))).toBeUndefined();
});
