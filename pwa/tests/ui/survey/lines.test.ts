import { readFileSync } from "node:fs";

import { describe, expect, test, vi } from "vitest";

import { type JsonObject, compare, compile, evaluate, formTree } from "@/engine";
import { type Line, answerPages } from "@/ui/survey/lines";
import { summaryOf } from "@/ui/survey/progress";
import { type Words, answerText, pathWords, titleText } from "@/ui/survey/wording";

vi.setConfig({ testTimeout: 60_000 }); // verdicts of a large form, on a machine that may be busy

const form = JSON.parse(readFileSync("../cerdas/demo/data/household.json", "utf-8")) as JsonObject;
const tree = formTree(form);
const ONE = "11111111-1111-4111-8111-111111111111";
const TWO = "22222222-2222-4222-8222-222222222222";
const JOB = "33333333-3333-4333-8333-333333333333";
const words: Words = {
  locale: "id", yes: "Ya", no: "Tidak", none: "–", signed: "Sudah", note: "catatan",
  photos: (count) => `${count} foto`,
  masterText: (_, code) => (code === "01111" ? "Pertanian Jagung" : undefined),
};
const answers: JsonObject = {
  hasil_kunjungan: "selesai", tanggal_cacah: "2026-01-15", nama_krt: "Siti", "nama_krt-Comment": "ejaan dari KK",
  jumlah_art: 2, bersedia_dihubungi: true, foto_rumah: ["a", "b"],
  geotag_rumah: { lat: -3.31402, lon: 114.5921, accuracy_m: 8.4 },
  anggota: [
    { _id: ONE, nama: "Siti", umur: 30, bekerja: true, jaminan: ["pbi", "nonpbi"], pekerjaan: [{ _id: JOB, kbli: "01111", upah: 1500000 }] },
    { _id: TWO, nama: "Budi", umur: 3 },
  ],
};

const text = (path: string, value: JsonObject[string]): string => {
  const key = path.split(".").at(-1) ?? "";
  const scope = path.startsWith("anggota.pekerjaan") ? tree.scope.rosters.get("anggota")?.rosters.get("pekerjaan") : path.startsWith("anggota") ? tree.scope.rosters.get("anggota") : tree.scope;
  return answerText(tree, scope?.questions.get(key), value, words);
};

describe("answers in words", () => {
  test("are labels, dates, numbers and places as people write them", () => {
    expect(text("hasil_kunjungan", "selesai")).toBe("Selesai dicacah");
    expect(answerText(tree, tree.scope.questions.get("hasil_kunjungan"), "selesai", { ...words, locale: "en" })).toBe("Interview completed");
    expect(text("tanggal_cacah", "2026-01-15")).toBe("15-01-2026");
    expect(text("anggota.pekerjaan.upah", 1500000)).toBe("1.500.000");
    expect(text("anggota.pekerjaan.kbli", "01111")).toBe("01111 – Pertanian Jagung");
    expect(text("anggota.pekerjaan.kbli", "99999")).toBe("99999");
    expect(text("bersedia_dihubungi", false)).toBe("Tidak");
    expect(text("foto_rumah", ["a", "b"])).toBe("2 foto");
    expect(text("geotag_rumah", answers["geotag_rumah"] ?? null)).toBe("-3.31402, 114.59210 (±8 m)");
    expect(text("nama_krt", "")).toBe("–");
  });

  test("name the question and the rows around it", () => {
    expect(pathWords(tree, `anggota[${ONE}].pekerjaan[${JOB}].upah`, [answers], words)).toMatchObject({ rows: ["1. Siti", "1."] });
    expect(pathWords(tree, "nama_krt-Comment", [answers], words).title).toContain("(catatan)");
    expect(pathWords(tree, `anggota[${TWO}]`, [{}, answers], words).title).toContain("2. Budi");
  });

  test("a title in the language of the screen", () => {
    const question = tree.scope.questions.get("nama_krt");
    expect(question && titleText(question, "en")).toBe("201. Name of the head of the household");
  });
});

describe("the list of answers", () => {
  const now: JsonObject = { ...answers, nama_krt: "Siti Aminah", anggota: [(answers["anggota"] as JsonObject[])[1] ?? {}, { _id: JOB, nama: "Ani" }] };
  const pages = answerPages({
    tree, answers: now, prefilled: { nama_krt: "Siti" }, visible: undefined,
    differences: compare(form, answers, now), errors: [], warnings: [], words,
  });
  const lines: Line[] = pages.flatMap((page) => page.lines);

  test("shows what changed beside what it was, and rows that came and went", () => {
    const name = lines.find((line) => line.path === "nama_krt");
    expect(name).toMatchObject({ text: "Siti Aminah", change: { old: "Siti" }, prelist: "Siti", note: "ejaan dari KK" });
    const rows = lines.filter((line) => line.kind === "row").map(({ path, state }) => [path, state]);
    expect(rows).toContainEqual([`anggota[${TWO}]`, "same"]);
    expect(rows).toContainEqual([`anggota[${JOB}]`, "added"]);
    expect(rows).toContainEqual([`anggota[${ONE}]`, "removed"]);
  });

  test("leaves out what the form does not show", () => {
    const verdict = evaluate(compile(form), answers);
    const shown = answerPages({
      tree, answers: verdict.answers, prefilled: {}, visible: new Set(verdict.visible), differences: [],
      errors: verdict.errors, warnings: [], words,
    }).flatMap((page) => page.lines);
    expect(shown.some(({ path }) => path === "alasan_tidak_selesai")).toBe(false);
    expect(shown.filter((line) => line.kind === "answer").every(({ path }) => verdict.visible.includes(path))).toBe(true);
    expect(shown.find(({ path }) => path === "alamat")).toMatchObject({ isBlank: true, findings: [{ isError: true }] });
  });
});

describe("progress", () => {
  test("counts per page what this role may answer, and nothing that is disabled", () => {
    const whole = summaryOf(tree, evaluate(compile(form), answers), "PPL", "id");
    const first = whole.pages[0];
    expect(first).toMatchObject({ name: "kunjungan", answered: 2, total: 3, wrong: 0, missing: 1 });
    expect(whole.blanks).not.toContain("catatan_pengawas");
    const refused = summaryOf(tree, evaluate(compile(form), { hasil_kunjungan: "menolak", tanggal_cacah: "2026-01-15", jumlah_kunjungan: 1, alasan_tidak_selesai: "tidak mau" }), "PPL", "id");
    expect([...refused.wrong, ...refused.missing]).toEqual([]);
    expect(refused.answered).toBe(4);
    expect(refused.total).toBe(4 + refused.blanks.length);
    expect(refused.blanks.length).toBeLessThan(3);
  });
});
