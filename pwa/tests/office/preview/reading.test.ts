/** What the preview reads: languages and prelist of a form, messages, config, typed positions, two verdicts. */

import { describe, expect, test } from "vitest";

import { type JsonObject, compile, evaluate } from "@/engine";
import { disagreements, verdictIn } from "@/office/preview/agreeing";
import { bothSaid, saidBy } from "@/office/preview/editor-channel";
import { languageName, languagesOf, phoneLanguage } from "@/office/preview/languages";
import { configOf } from "@/office/preview/office";
import { positionTyped } from "@/office/preview/positions";
import { prelistTyped, samplePrelist } from "@/office/preview/prelist";

const FORM: JsonObject = {
  form_name: "Uji", locale: "id", assignment_label_template: "{nama} (No. {prefilled.nomor_urut})",
  level_definitions: { level_1_code: "Provinsi" },
  pages: [{ name: "satu", elements: [
    { type: "prefilled", name: "alamat", title: { default: "101. Alamat (listing)", en: "101. Address" }, dataKey: "rumah.alamat" },
    { type: "text", name: "nama", title: { default: "Nama", en: "Name", jv: "Jeneng" }, isRequired: true },
    { type: "text", name: "umur", inputType: "number", visibleIf: "{prefilled.jenis} = 1",
      validators: [{ type: "expression", expression: "{umur} < 90", notificationType: "warning", text: "Benar?" }] },
  ] }],
};

describe("languages", () => {
  test("the form's own first, then those of its texts; the phone's others are marked", () => {
    expect(languagesOf(FORM)).toEqual([
      { code: "id", isOfForm: true, isOfPhone: true },
      { code: "en", isOfForm: true, isOfPhone: true },
      { code: "jv", isOfForm: true, isOfPhone: false },
    ]);
    expect(languagesOf({ pages: [{ elements: [{ title: "Nama" }] }] }).map(({ code, isOfForm }) => [code, isOfForm])).toEqual([["id", true], ["en", false]]);
  });

  test("objects that are no texts name no language", () => {
    expect(languagesOf({ level_definitions: { aa: "x", bb: "y" }, prefilled: { no: "1" } }).map(({ code }) => code)).toEqual(["id", "en"]);
  });

  test("the phone's own words stay Indonesian where it has not the language", () => {
    expect(phoneLanguage("jv")).toBe("id");
    expect(languageName("en", "en")).toBe("English");
    expect(["id_ID!", "x"].map((code) => languageName(code, "id"))).toEqual(["Id_ID!", "X"]);
  });
});

describe("a made-up prelist", () => {
  test("has what questions, conditions and label read", () => {
    expect(samplePrelist(FORM)).toEqual({ nomor_urut: 12, rumah: { alamat: "Contoh alamat" }, jenis: "Contoh jenis" });
  });

  test("is an object when typed", () => {
    expect(prelistTyped('{"a": 1}')).toEqual({ a: 1 });
    expect(prelistTyped(" ")).toEqual({});
    expect(["[1]", "{", "3"].map(prelistTyped)).toEqual([undefined, undefined, undefined]);
  });
});

describe("messages and config", () => {
  test("only a form message is the editor's", () => {
    expect(saidBy({ type: "form", form: FORM, selected: "pages[0]" })).toEqual({ form: FORM, selected: "pages[0]", theme: undefined });
    expect(saidBy({ type: "form", form: "{", theme: "dark" })).toEqual({ form: undefined, selected: undefined, theme: "dark" });
    expect([saidBy({ type: "select" }), saidBy("form"), saidBy(null)]).toEqual([undefined, undefined, undefined]);
  });

  test("messages that wait are taken together", () => {
    const first = { form: FORM, selected: "pages[0]", theme: "dark" as const };
    expect(bothSaid(undefined, first)).toEqual(first);
    expect(bothSaid(first, { form: undefined, selected: "", theme: undefined })).toEqual({ form: FORM, selected: "", theme: "dark" });
  });

  test("a config without some of its keys is a config", () => {
    expect(configOf("")).toEqual({ locale: "id", mastersUrl: "", checkUrl: "", csrf: "", person: "", form: undefined });
    expect(configOf('{"locale": "en-gb", "check_url": "/c/", "form": {"pages": []}}')).toMatchObject({ locale: "en", checkUrl: "/c/", form: { pages: [] } });
  });
});

test("a typed position has commas or points, and stays on the globe", () => {
  expect(positionTyped("-3,314", " 114.59 ", "5", 0)).toEqual({ lat: -3.314, lon: 114.59, accuracy_m: 5, at: "1970-01-01T00:00:00.000Z" });
  expect([positionTyped("", "1", "5", 0), positionTyped("91", "1", "5", 0), positionTyped("1", "x", "5", 0), positionTyped("1", "1", "-1", 0)])
    .toEqual([undefined, undefined, undefined, undefined]);
});

describe("two verdicts", () => {
  const phone = evaluate(compile(FORM), { umur: 95 }, { jenis: 1 });
  const told = (): JsonObject => JSON.parse(JSON.stringify(phone)) as JsonObject;

  function differing(reply: JsonObject): ReturnType<typeof disagreements> {
    const server = verdictIn(reply);
    if (server === undefined) throw new Error("no verdict");
    return disagreements(phone, server);
  }

  test("of the same engine agree, whatever language the messages have", () => {
    expect(phone.errors.map(({ path, code }) => [path, code])).toEqual([["nama", "required"]]);
    const reply = told();
    for (const error of reply["errors"] as JsonObject[]) error["message"] = "Answer this";
    expect(differing(reply)).toEqual([]);
    expect(differing({ verdict: reply })).toEqual([]);
    expect(differing({ errors: reply["errors"] ?? [], warnings: reply["warnings"] ?? [] })).toEqual([]);
  });

  test("that differ are told part by part", () => {
    const reply: JsonObject = { ...told(), errors: [], label: "lain", answers: { umur: 96 }, blanks: ["nama"] };
    expect(differing(reply)).toEqual([
      { part: "errors", onlyPhone: ["nama (required)"], onlyServer: [] },
      { part: "blanks", onlyPhone: [], onlyServer: ["nama"] },
      { part: "label", onlyPhone: [""], onlyServer: ["lain"] },
      { part: "answers", onlyPhone: ["umur: 95"], onlyServer: ["umur: 96"] },
    ]);
  });

  test("a reply without findings is none; a refused shape is told", () => {
    expect(verdictIn({ code: "busy" })).toBeUndefined();
    expect(verdictIn({ state: "refused", errors: [{ path: "umur", code: "type" }], warnings: [] })).toMatchObject({ isRefused: true });
  });
});
