import { describe, expect, test } from "vitest";

import { proposalsAt } from "@/office/designer/completion";
import { type Schema, formSchema } from "@/office/designer/schema";
import { surveySchema } from "@/office/designer/survey-schema";

// As the office gives it, shortened.
const ENVELOPE: Schema = {
  type: "object",
  required: ["form_name", "pages"],
  properties: {
    form_name: { type: "string" },
    level_definitions: { type: "object", patternProperties: { "^level_[1-6]_code$": { type: "string" } } },
    level_sources: { type: "object", patternProperties: { "^level_[1-6]_code$": { enum: ["master", "free"] } } },
    assignment_table_columns: {
      type: "array",
      items: { type: "object", properties: { key: { type: "string" }, type: { enum: ["string", "number"] }, default: { type: "boolean" } } },
    },
    masters_used: { type: "array", items: { type: "object", properties: { type: { type: "string" } } } },
    pages: { type: "array", items: { type: "object", properties: { name: { type: "string" }, elements: { type: "array" } } } },
  },
};
const SCHEMA = formSchema(ENVELOPE, surveySchema());

/** `|` marks the cursor. */
function at(marked: string): string[] {
  const offset = marked.indexOf("|");
  const text = marked.replace("|", "");
  return (proposalsAt(text, offset, SCHEMA)?.options ?? []).map((option) => option.label);
}

function taken(marked: string, label: string): string {
  const offset = marked.indexOf("|");
  const text = marked.replace("|", "");
  const found = proposalsAt(text, offset, SCHEMA);
  const option = found?.options.find((one) => one.label === label);
  if (found === undefined || option === undefined) throw new Error(`no ${label}`);
  const made = text.slice(0, found.from) + option.apply + text.slice(found.to);
  const cursor = found.from + option.cursor;
  return `${made.slice(0, cursor)}|${made.slice(cursor)}`;
}

describe("keys", () => {
  test("of the envelope, without those that are there", () => {
    const keys = at('{"form_name": "X", "|"}');
    expect(keys).toContain("pages");
    expect(keys).toContain("level_definitions");
    expect(keys).not.toContain("form_name");
  });

  test("of an element by its type, ours included", () => {
    const keys = (type: string): string[] => at(`{"pages": [{"elements": [{"type": "${type}", "|"}]}]}`);
    expect(keys("geotag")).toContain("minAccuracy");
    expect(keys("radiogroup")).toContain("choices");
    expect(keys("radiogroup")).toContain("editableBy");
    expect(keys("text")).toContain("inputType");
    expect(keys("text")).not.toContain("choices");
    expect(keys("paneldynamic")).toContain("templateElements");
  });

  test("of choices, rules and elements of a roster", () => {
    expect(at('{"pages": [{"elements": [{"type": "radiogroup", "choices": [{"|"}]}]}]}')).toContain("visibleIf");
    expect(at('{"pages": [{"elements": [{"type": "text", "validators": [{"type": "numeric", "|"}]}]}]}')).toContain("minValue");
    expect(at('{"pages": [{"elements": [{"type": "paneldynamic", "templateElements": [{"type": "photo", "|"}]}]}]}')).toContain("maxCount");
  });

  test("levels are written out", () => {
    expect(at('{"level_definitions": {"|"}}')).toEqual([1, 2, 3, 4, 5, 6].map((n) => `level_${n}_code`));
  });

  test("a key is written with a value to go on from", () => {
    expect(taken('{"form_name": "X", "pa|"}', "pages")).toBe('{"form_name": "X", "pages": [|]}');
    expect(taken('{"form|": "X"}', "form_name")).toBe('{"form_name"|: "X"}');
    expect(taken('{"pages": [{"elements": [{"type": "text", |}]}]}', "isRequired")).toContain('"isRequired": true|}');
    expect(taken('{\n  |\n  "pages": []\n}', "form_name")).toBe('{\n  "form_name": "|",\n  "pages": []\n}');
  });
});

describe("values", () => {
  test("types of elements, of rules, of columns", () => {
    const types = at('{"pages": [{"elements": [{"type": "|"}]}]}');
    for (const type of ["text", "geotag", "photo", "barcode", "signature", "prefilled", "paneldynamic"]) {
      expect(types, type).toContain(type);
    }
    expect(at('{"pages": [{"elements": [{"type": "text", "validators": [{"type": "|"}]}]}]}')).toContain("numeric");
    expect(at('{"assignment_table_columns": [{"type": "|"}]}')).toEqual(["string", "number"]);
  });

  test("enumerations and truth values", () => {
    expect(at('{"pages": [{"elements": [{"type": "text", "inputType": "|"}]}]}')).toContain("date");
    expect(at('{"pages": [{"elements": [{"type": "text", "isRequired": |}]}]}')).toEqual(["true", "false"]);
    expect(at('{"level_sources": {"level_1_code": "|"}}')).toEqual(["master", "free"]);
  });

  test("what the form itself names: data sets, roles, levels, columns", () => {
    expect(at('{"masters_used": [{"type": "KBLI"}], "pages": [{"elements": [{"type": "dropdown", "master": "|"}]}]}')).toEqual(["KBLI"]);
    expect(at('{"pages": [{"elements": [{"type": "text", "editableBy": ["|"]}]}]}')).toEqual(["PPL", "PML", "admin"]);
    expect(at('{"pages": [{"elements": [{"type": "text", "name": "umur"}]}], "assignment_table_columns": [{"key": "|"}]}')).toContain("responses.umur");
    expect(at('{"level_definitions": {"level_1_code": "P"}, "assignment_table_grouping_levels": ["|"]}')).toEqual(["level_1_code"]);
  });

  test("names of questions in conditions and texts, those of the row inside a roster", () => {
    const form = (expression: string): string =>
      `{"pages": [{"elements": [{"type": "text", "name": "umur", "title": "Umur"}, {"type": "text", "name": "b", "visibleIf": "${expression}"},
        {"type": "paneldynamic", "name": "art", "templateElements": [{"type": "text", "name": "upah"}]}]}]}`;
    expect(at(form("{|"))).toEqual(["umur", "b", "art"]);
    expect(taken(form("{um|} > 3"), "umur")).toContain('"{umur}|} > 3"'.replace("}|}", "|}"));
    expect(taken(form("{um|"), "umur")).toContain('"{umur}|"');
    const row = '{"pages": [{"elements": [{"type": "paneldynamic", "name": "art", "templateElements": [{"type": "text", "name": "x", "visibleIf": "{|"}]}]}]}';
    expect(at(row)).toContain("panel.x");
  });

  test("nothing where nothing is known", () => {
    expect(at('{"pages": [{"elements": [{"type": "text", "name": "|"}]}]}')).toEqual([]);
    expect(at("|")).toEqual([]);
  });
});
