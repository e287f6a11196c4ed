import { expect, test } from "vitest";

import { type JsonObject, inspect } from "../../src/engine/index";

const FORM: JsonObject = {
  form_name: "Uji",
  assignment_label_template: "{nama}",
  calculatedValues: [{ name: "besar", expression: "{luas} > 100" }],
  triggers: [
    { type: "runexpression", expression: "{nama} = 'x'", runExpression: "{luas} + 1", setToName: "t" },
  ],
  pages: [
    {
      name: "p",
      visibleIf: "{nama} notempty",
      elements: [
        {
          type: "text",
          name: "nama",
          title: { default: "Nama {prefilled.nama}", en: "Name {alias}" },
          visibelIf: "{a} = 1",
          validators: [{ type: "expression", expression: "tidakAda({nama})" }],
        },
        { type: "text", name: "luas", isRequired: true, visibleIf: "{tidak_ada} = 1" },
        { type: "text", name: "lain", visibleIf: "{luas} >" },
        { type: "text", name: "terisi", visibleIf: "{prefilled.alamat} notempty" },
        {
          type: "paneldynamic",
          name: "anggota",
          templateElements: [
            { type: "dropdown", name: "kbli", master: "KBLI", editableBy: ["PML", "PPL"] },
            { type: "text", name: "upah", visibleIf: "{panel.kbli} notempty and {panel.hilang} = 1" },
            { type: "geotag", name: "titik", minAccuracy: 5 },
          ],
        },
        { type: "radiogroup", name: "status", choices: [{ value: 1, visibleIf: "{luas} > 5" }] },
        { type: "kotak", name: "salah" },
      ],
    },
  ],
};

const found = inspect(FORM);

test("what SurveyJS does not know is told with its place", () => {
  expect(found.jsonErrors.map(({ place, type, property }) => [place, type, property])).toEqual([
    ["pages[0].elements[0]", "unknownproperty", "visibelIf"],
    ["pages[0].elements[6]", "incorrecttypeproperty", "elements"],
  ]);
  expect(found.jsonErrors[0]?.message).toContain("visibelIf");
});

test("faults of expressions are told with place, kind and name", () => {
  const told = found.expressionErrors.map(({ place, property, code, name }) => [place, property, code, name]);
  expect(told).toHaveLength(4);
  expect(told).toEqual(
    expect.arrayContaining([
      ["pages[0].elements[0].validators[0]", "expression", "unknown_function", "tidakAda"],
      ["pages[0].elements[1]", "visibleIf", "unknown_name", "tidak_ada"],
      ["pages[0].elements[2]", "visibleIf", "syntax_error", ""],
      ["pages[0].elements[4].templateElements[1]", "visibleIf", "unknown_name", "panel.hilang"],
    ]),
  );
});

test("questions are listed with path, place, editors and data set", () => {
  expect(found.questions.map((question) => [question.path, question.place])).toEqual([
    ["nama", "pages[0].elements[0]"],
    ["luas", "pages[0].elements[1]"],
    ["lain", "pages[0].elements[2]"],
    ["terisi", "pages[0].elements[3]"],
    ["anggota", "pages[0].elements[4]"],
    ["anggota[].kbli", "pages[0].elements[4].templateElements[0]"],
    ["anggota[].upah", "pages[0].elements[4].templateElements[1]"],
    ["anggota[].titik", "pages[0].elements[4].templateElements[2]"],
    ["status", "pages[0].elements[5]"],
    ["salah", "pages[0].elements[6]"],
  ]);
  const [kbli] = found.questions.filter((question) => question.name === "kbli");
  expect(kbli).toMatchObject({ master: "KBLI", editable_by: ["PML", "PPL"], required: false });
});

test("the names that expressions and texts read are listed where they stand", () => {
  const uses = [...found.questions.flatMap((question) => question.uses), ...found.uses];
  const read = Object.fromEntries(uses.map((use) => [`${use.place} ${use.property}`, use.names]));
  expect(read).toMatchObject({
    "calculatedValues[0] expression": ["luas"],
    "triggers[0] expression": ["nama"],
    "triggers[0] runExpression": ["luas"],
    "pages[0] visibleIf": ["nama"],
    "pages[0].elements[0] title": ["alias"],
    "pages[0].elements[0].validators[0] expression": ["nama"],
    "pages[0].elements[4].templateElements[1] visibleIf": ["panel.kbli", "panel.hilang"],
    "pages[0].elements[5].choices[0] visibleIf": ["luas"],
  });
});
