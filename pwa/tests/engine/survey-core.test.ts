/** What survey-core alone lets through, and that the engine does not. */

import { Model } from "survey-core";
import { expect, test } from "vitest";

import { type Json, type JsonObject, compile, evaluate, prepare } from "../../src/engine/index";

const ROWS: Json = Array.from({ length: 3 }, (_, n) => ({ _id: `0000000${n}-0000-4000-8000-000000000000` }));

const PASSED_OVER: [string, JsonObject, Json, string][] = [
  ["text in a number", { type: "text", inputType: "number" }, "abc", "wrong_type"],
  ["an object in a text", { type: "text" }, { a: 1 }, "wrong_type"],
  ["a text over its length", { type: "text", maxLength: 3 }, "empat", "text_length"],
  ["an unknown choice", { type: "radiogroup", choices: ["1"] }, "9", "unknown_choice"],
  ["an unknown choice of several", { type: "checkbox", choices: ["1"] }, ["1", "9"], "unknown_choice"],
  ["too many choices", { type: "checkbox", choices: ["1", "2"], maxSelectedChoices: 1 }, ["1", "2"], "answer_count"],
  ["neither yes nor no", { type: "boolean" }, "mungkin", "wrong_type"],
  ["off the scale", { type: "rating", rateMax: 5 }, 9, "unknown_choice"],
  ["too many rows", { type: "paneldynamic", maxPanelCount: 2, templateElements: [{ type: "text", name: "x" }] }, ROWS, "too_many_rows"],
  ["too few rows", { type: "paneldynamic", minPanelCount: 4, templateElements: [{ type: "text", name: "x" }] }, ROWS, "too_few_rows"],
  ["a text for rows", { type: "paneldynamic", templateElements: [{ type: "text", name: "x" }] }, "Budi", "wrong_type"],
  ["too many rows of a matrix", { type: "matrixdynamic", maxRowCount: 2, columns: [{ name: "x", cellType: "text" }] }, ROWS, "too_many_rows"],
];

test.each(PASSED_OVER)("%s", (_, question, answer, code) => {
  const form: JsonObject = { pages: [{ name: "p", elements: [{ ...question, name: "q" }] }] };
  const alone = new Model(prepare(form, { verdict: true }));
  alone.data = { q: answer };
  alone.getAllQuestions(true, true, true);
  alone.validate(true, false);
  expect(alone.getAllQuestions(true, true, true).flatMap((found) => found.errors)).toEqual([]);
  const { errors, answers } = evaluate(compile(form), { q: answer });
  expect(errors.map((error) => [error.path, error.code])).toEqual([["q", code]]);
  expect(answers["q"], "nothing is dropped").toEqual(answer);
});
