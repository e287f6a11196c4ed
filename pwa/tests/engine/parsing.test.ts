/** Expressions are parsed once, and share nothing but that. */

import { ConditionsParser } from "survey-core";
import { expect, test } from "vitest";

import { type JsonObject, createSurvey } from "@/engine";

const UNIT = "99999999-9999-4999-8999-999999999999";

test("the same expression is the same; a wrong one says where it is wrong each time", () => {
  const parser = new ConditionsParser();
  expect(parser.parseExpression("{a} > 1 and {b} = 'x'")).toBe(new ConditionsParser().parseExpression("{a} > 1 and {b} = 'x'"));
  for (let time = 0; time < 2; time += 1) {
    const wrong = new ConditionsParser();
    expect(wrong.parseExpression("{a} >")).toBeUndefined();
    expect(wrong.error?.at).toBe(5);
  }
});

test("rows and forms with the same expression each have their own answer to it", () => {
  const form: JsonObject = {
    pages: [{
      name: "p",
      elements: [{
        type: "paneldynamic", name: "anggota",
        templateElements: [
          { type: "text", name: "umur", inputType: "number" },
          { type: "text", name: "kerja", visibleIf: "{panel.umur} >= 10" },
        ],
      }],
    }],
  };
  const open = (ages: number[]) =>
    createSurvey(form, {
      role: "PPL", prefilled: {}, assignmentId: UNIT, newId: () => crypto.randomUUID(),
      answers: { anggota: ages.map((umur, at) => ({ _id: `${at}1111111-1111-4111-8111-111111111111`, umur })) },
    });
  const shown = (survey: ReturnType<typeof open>): boolean[] => {
    survey.pages[0]?.onFirstRendering();
    return survey.getAllQuestions(false, false, true).filter(({ name }) => name === "kerja").map(({ isVisible }) => isVisible);
  };
  const [one, other] = [open([30, 5, 12]), open([3, 40])];
  expect(shown(one)).toEqual([true, false, true]);
  expect(shown(other)).toEqual([false, true]);
  expect(shown(one)).toEqual([true, false, true]);
});
