/** The running form follows the verdict: what does not count steers nothing, and nothing is lost. */

import { type Question, type SurveyModel } from "survey-core";
import { afterEach, describe, expect, test, vi } from "vitest";

import { type Json, type JsonObject, type Verdict, canonicalAnswers, compile, evaluate } from "@/engine";
import { Aside } from "@/ui/survey/aside";
import { formModel } from "@/ui/survey/model";
import { pathOf } from "@/ui/survey/places";

vi.mock("@/ui/survey/register", () => ({ FRAME: "frame", registerComponents: () => undefined }));

const ID = "11111111-1111-4111-8111-111111111111";
const ROW = "22222222-2222-4222-8222-222222222222";
const OTHER = "33333333-3333-4333-8333-333333333333";

const text = (name: string, visibleIf?: string, more: JsonObject = {}): JsonObject => ({
  type: "text", name, ...(visibleIf === undefined ? {} : { visibleIf }), ...more,
});
const number = (name: string, visibleIf?: string): JsonObject => text(name, visibleIf, { inputType: "number" });
const rows = (name: string, ...templateElements: JsonObject[]): JsonObject => ({ type: "paneldynamic", name, templateElements });
const form = (...elements: JsonObject[]): JsonObject => ({ pages: [{ name: "p", elements }] });

let survey: SurveyModel | undefined;
afterEach(() => survey?.dispose());

interface Interview {
  survey: SurveyModel;
  now: () => JsonObject;
  /** Judge the answers, and let the form follow. */
  judged: () => Verdict;
  shown: () => string[];
}

function open(schema: JsonObject, answers: JsonObject): Interview {
  const compiled = compile(schema);
  const model = formModel({
    form: schema, answers, prefilled: {}, role: "PPL", assignmentId: ID, locale: "id", isReadOnly: false,
    lookups: { search: () => Promise.resolve({ items: [], total: 0 }), texts: (_type, codes) => Promise.resolve(codes) },
  });
  survey = model;
  const aside = new Aside(compiled.tree.scope);
  const now = (): JsonObject =>
    canonicalAnswers(compiled.tree, aside.whole(JSON.parse(JSON.stringify(model.data)) as JsonObject), ID);
  return {
    survey: model,
    now,
    judged: () => {
      const verdict = evaluate(compiled, now(), {}, { assignmentId: ID });
      aside.follow(model, verdict.hidden);
      return verdict;
    },
    shown: () =>
      model
        .getAllQuestions(false, true, true)
        .filter((question: Question) => question.isVisible && question.isParentVisible)
        .map((question: Question) => pathOf(question, ID))
        .sort(),
  };
}

const SCHOOL = form(
  number("umur"), number("sekolah", "{umur} >= 5"), number("jenjang", "{sekolah} = 2"), number("kelas", "{jenjang} = 1"),
);

describe("a chain of questions", () => {
  test("goes with the first that hides, and is all there again when it comes back", () => {
    const held = { umur: 35, sekolah: 2, jenjang: 1, kelas: 3 };
    const { survey: model, now, judged, shown } = open(SCHOOL, held);
    expect(judged().hidden).toEqual([]);
    model.setValue("umur", 3);
    expect([...judged().visible].sort()).toEqual(shown());
    expect(shown()).toEqual(["umur"]);
    expect(now()).toEqual({ ...held, umur: 3 });
    model.setValue("umur", 35);
    expect(now()).toEqual(held);
    expect([...judged().visible].sort()).toEqual(shown());
    expect(shown()).toEqual(["jenjang", "kelas", "sekolah", "umur"]);
    expect(model.data).toEqual(held);
    expect(now()).toEqual(held);
  });

  test("may turn back and forth without a verdict between", () => {
    const held = { umur: 35, sekolah: 2, jenjang: 1, kelas: 3 };
    const { survey: model, now, judged } = open(SCHOOL, held);
    model.setValue("umur", 3);
    judged();
    for (const umur of [35, 3, 35, 3, 35]) model.setValue("umur", umur);
    judged();
    expect([model.data, now()]).toEqual([held, held]);
  });

  test("is answered anew before the verdict: the old answer is set apart", () => {
    const { survey: model, now, judged } = open(SCHOOL, { umur: 35, sekolah: 2, jenjang: 1, kelas: 3 });
    model.setValue("umur", 3);
    judged();
    model.setValue("umur", 35);
    model.setValue("sekolah", 1);
    const verdict = judged();
    expect(verdict.hidden).toEqual(["jenjang", "kelas"]);
    expect(now()).toEqual({ umur: 35, sekolah: 1, jenjang: 1, kelas: 3, _archived: { sekolah: 2 } });
    judged();
    expect(now()).toEqual({ umur: 35, sekolah: 1, jenjang: 1, kelas: 3, _archived: { sekolah: 2 } });
  });
});

test("what a stale answer hid on the screen only can be answered", () => {
  const schema = form(text("buka"), text("a", "{buka} = 'ya'"), text("b", "{a} <> 'ya'", { isRequired: true }));
  const { survey: model, judged, shown } = open(schema, { buka: "tidak", a: "ya" });
  expect(shown()).not.toContain("b");
  expect(judged().errors.map((error) => error.path)).toEqual(["b"]);
  expect(shown()).toEqual(["b", "buka"]);
  model.setValue("b", "x");
  expect(judged().errors).toEqual([]);
  model.setValue("buka", "ya");
  expect([judged().hidden, shown()]).toEqual([["b"], ["a", "buka"]]);
});

test("notes of a question go and come with it", () => {
  const schema = form(text("buka"), text("a", "{buka} = 'ya'", { showCommentArea: true }));
  const held = { buka: "ya", a: "1", "a-Comment": "kata tetangga" };
  const { survey: model, now, judged } = open(schema, held);
  model.setValue("buka", "tidak");
  judged();
  expect(model.data).toEqual({ buka: "tidak" });
  expect(now()).toEqual({ ...held, buka: "tidak" });
  model.setValue("buka", "ya");
  judged();
  expect([model.data, now()]).toEqual([held, held]);
  expect(model.getQuestionByName("a").comment).toBe("kata tetangga");
});

describe("in rows", () => {
  const schema = form(
    text("buka"),
    rows("anggota", number("umur"), text("kerja", "{panel.umur} > 9"), text("upah", "{panel.kerja} = 'ya'"), rows("anak", text("nama", "{buka} = 'ya'"))),
    { type: "matrixdynamic", name: "ternak", columns: [{ name: "jenis", cellType: "text" }, { name: "jumlah", cellType: "text", visibleIf: "{row.jenis} = 'sapi'" }] },
    rows("usaha", text("nama")),
  );
  (schema["pages"] as { elements: JsonObject[] }[])[0]?.elements.forEach((element) => {
    if (element["name"] === "usaha") element["visibleIf"] = "{buka} = 'ya'";
  });
  const held: JsonObject = {
    buka: "ya",
    anggota: [
      { _id: ROW, umur: 20, kerja: "ya", upah: "5", anak: [{ _id: ID, nama: "Ani" }] },
      { _id: OTHER, umur: 30, kerja: "ya", upah: "6" },
    ],
    ternak: [{ _id: ROW, jenis: "sapi", jumlah: "3" }],
    usaha: [{ _id: ROW, nama: "Warung" }],
  };
  const withRow = (change: JsonObject): Json => (held["anggota"] as JsonObject[]).map((row, at) => (at === 0 ? { ...row, ...change } : row));

  test.each([false, true])("each goes its own way, drawn: %s", (isDrawn) => {
    const { survey: model, now, judged, shown } = open(schema, held);
    if (isDrawn) model.pages[0]?.onFirstRendering();
    expect(judged().hidden).toEqual([]);
    model.setValue("anggota", withRow({ umur: 4 }));
    judged();
    expect((model.data as JsonObject)["anggota"]).toEqual([
      { _id: ROW, umur: 4, anak: [{ _id: ID, nama: "Ani" }] }, { _id: OTHER, umur: 30, kerja: "ya", upah: "6" },
    ]);
    expect(now()).toEqual({ ...held, anggota: withRow({ umur: 4 }) });
    model.setValue("buka", "tidak");
    model.setValue("ternak", [{ _id: ROW, jenis: "ayam", jumlah: "3" }]);
    const verdict = judged();
    expect(Object.keys(model.data as JsonObject).sort()).toEqual(["anggota", "buka", "ternak"]);
    expect(now()).toEqual({ ...held, buka: "tidak", anggota: withRow({ umur: 4 }), ternak: [{ _id: ROW, jenis: "ayam", jumlah: "3" }] });
    if (isDrawn) expect(shown()).toEqual([...verdict.visible].sort());
    model.setValue("buka", "ya");
    model.setValue("ternak", [{ _id: ROW, jenis: "sapi" }]);
    const rowsNow = (model.data as Record<string, JsonObject[]>)["anggota"] ?? [];
    model.setValue("anggota", rowsNow.map((row, at) => (at === 0 ? { ...row, umur: 20 } : row)));
    judged();
    expect([model.data, now()]).toEqual([held, held]);
  });

  test("a row that is taken out takes along what was kept of it", () => {
    const { survey: model, now, judged } = open(schema, held);
    model.setValue("anggota", withRow({ umur: 4 }));
    judged();
    model.setValue("anggota", (held["anggota"] as Json[]).slice(1));
    judged();
    expect(now()).toEqual({ ...held, anggota: (held["anggota"] as Json[]).slice(1) });
  });
});

test("whatever a form asks by, the screen shows what the verdict does, and the draft stays whole", () => {
  let seed = 7;
  const pick = (below: number): number => (seed = (seed * 48_271) % 2_147_483_647) % below;
  for (let round = 0; round < 15; round += 1) {
    // Questions ask by those before them: rings of questions that hide each other have no verdict to follow.
    const names = Array.from({ length: 6 }, (_, at) => `q${at}`);
    const schema = form(...names.map((name, at) => text(name, at === 0 || pick(4) === 0 ? undefined : `{q${pick(at)}} ${pick(2) === 0 ? "=" : "<>"} '${pick(2)}'`)));
    const held: JsonObject = Object.fromEntries(names.map((name) => [name, String(pick(2))]));
    const { survey: model, now, judged, shown } = open(schema, held);
    for (let step = 0; step < 3; step += 1) {
      const before = now();
      const verdict = judged();
      expect(shown()).toEqual([...verdict.visible].sort());
      expect(now()).toEqual(before);
      const name = verdict.visible[pick(verdict.visible.length)] ?? "q0";
      model.setValue(name, String(pick(2)));
    }
    model.dispose();
  }
}, 60_000);
