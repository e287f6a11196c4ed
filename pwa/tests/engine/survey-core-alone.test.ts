/**
 * What survey-core, without the engine, takes for a good answer.
 *
 * tests/kegiatan/test_what_survey_core_lets_through.py holds the shape check and the engine's
 * verdict to the same table: they refuse every row. Nothing of the engine is imported here.
 */

import { readFileSync } from "node:fs";

import { Model } from "survey-core";
import { describe, expect, test } from "vitest";

interface Row {
  name: string;
  question: Record<string, unknown>;
  value: unknown;
}

const rows = JSON.parse(
  readFileSync(new URL("../../../tests/let_through.json", import.meta.url), "utf8"),
) as Row[];

describe("survey-core alone", () => {
  test.each(rows)("$name", ({ question, value }) => {
    const survey = new Model({ pages: [{ name: "p", elements: [{ ...question, name: "q" }] }] });
    try {
      survey.data = { q: value };
      const asked = survey.getAllQuestions(true, true, true);
      expect(survey.validate(true, false)).toBe(true);
      expect(asked.flatMap((item) => item.errors.map((error) => error.text))).toEqual([]);
      expect(survey.tryComplete()).toBe(true);
    } finally {
      survey.dispose();
    }
  });
});
