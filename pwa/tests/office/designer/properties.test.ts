import { type Node, getNodeValue } from "jsonc-parser";
import { describe, expect, test } from "vitest";

import { KINDS } from "@/office/designer/kinds";
import kindWords from "@/office/designer/kinds.i18n.json";
import { referencesRenamed, referencesTo, renamed } from "@/office/designer/names";
import { lineAt, propertyOf, readJson, readOutline } from "@/office/designer/outline";
import { choiceLines, choicesFrom, fieldsOf, numberFrom, wordsOf } from "@/office/designer/properties";

function json(value: unknown): Node {
  const { root } = readJson(JSON.stringify(value));
  if (root === undefined) throw new Error("no JSON");
  return root;
}

describe("choices as lines", () => {
  const choices = json([
    { value: 1, text: { id: "Laki-laki", en: "Male" }, visibleIf: "{a} = 1" },
    { value: "2", text: "Perempuan" },
    "lain",
  ]);

  test("one line a choice: code = text", () => {
    expect(choiceLines(choices, "id")).toBe("1 = Laki-laki\n2 = Perempuan\nlain");
    expect(choiceLines(choices, "en")).toBe("1 = Male\n2 = Perempuan\nlain");
    expect(choiceLines(undefined, "id")).toBe("");
  });

  test("lines that are not changed change nothing: numbers, other languages, conditions stay", () => {
    expect(choicesFrom(choiceLines(choices, "id"), choices, "id")).toEqual(getNodeValue(choices));
  });

  test("a changed text is that of the language shown; new codes are texts", () => {
    expect(choicesFrom("1 = Pria\n\n 3 = Lain = lagi \nlain", choices, "id")).toEqual([
      { value: 1, text: { id: "Pria", en: "Male" }, visibleIf: "{a} = 1" },
      { value: "3", text: "Lain = lagi" },
      "lain",
    ]);
    expect(choicesFrom("2", choices, "id")).toEqual([{ value: "2", text: undefined }]);
  });
});

describe("fields", () => {
  const field = (element: object): string[] => {
    const text = JSON.stringify({ pages: [{ elements: [element] }] });
    const { pages, root } = readOutline(text);
    const line = lineAt(pages, "pages[0].elements[0]");
    if (line === undefined || root === undefined) throw new Error("no element");
    return fieldsOf(line, json(element)).map((one) => one.key);
  };

  test("are those of the kind", () => {
    expect(field({ type: "text", inputType: "number" })).toContain("max");
    expect(field({ type: "text" })).toContain("maxLength");
    expect(field({ type: "dropdown" })).toContain("choices");
    expect(field({ type: "dropdown", master: "KBLI" })).toContain("master");
    expect(field({ type: "dropdown", master: "KBLI" })).not.toContain("choices");
    expect(field({ type: "prefilled" })).not.toContain("isRequired");
    expect(field({ type: "html" })).toContain("html");
  });

  test("a text has a field per language", () => {
    expect(wordsOf(json({ id: "Umur", en: "Age" }))).toEqual([{ language: "id", text: "Umur" }, { language: "en", text: "Age" }]);
    expect(wordsOf(undefined)).toEqual([{ language: "", text: "" }]);
  });

  test("a number is a number, with a comma too; what is none is left to the linter", () => {
    expect(["12", "1,5", "", "x"].map(numberFrom)).toEqual([12, 1.5, undefined, "x"]);
  });
});

describe("names", () => {
  test("a new name goes into everything that reads the answer, and nothing else", () => {
    const text = '"visibleIf": "{umur} > 3 and {panel.umur} < 9", "title": "Pada umur {umur} {umuran} {art[0].umur}", "name": "umur"';
    const made = referencesRenamed(text, new Map([["umur", "usia"]]));
    expect(made).toBe('"visibleIf": "{usia} > 3 and {panel.usia} < 9", "title": "Pada umur {usia} {umuran} {art[0].umur}", "name": "umur"');
    expect(referencesTo(text, "umur")).toBe(3);
  });

  test("a copied roster keeps the names of its rows", () => {
    const roster = '{"type": "paneldynamic", "name": "art_3", "templateElements": [{"type": "text", "name": "umur"}]}';
    const made = readJson(renamed(roster, new Set(["art_1", "art_3", "umur"]))).root;
    expect(propertyOf(made, "name")?.value).toBe("art_2");
    expect(JSON.stringify(made && getNodeValue(made))).toContain('"name":"umur"');
  });
});

test("every kind has words in both languages and is made of JSON", () => {
  for (const language of ["id", "en"] as const) {
    for (const kind of KINDS) {
      expect(kindWords[language].kinds[kind.key], kind.key).toBeTruthy();
      const made = kind.make(kindWords[language].texts, ["KBLI"]);
      expect(JSON.parse(JSON.stringify(made)), kind.key).toBeTypeOf("object");
    }
  }
  expect(new Set(KINDS.map((kind) => kind.key)).size).toBe(KINDS.length);
});
