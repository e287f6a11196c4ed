import { describe, expect, test } from "vitest";

import { type JsonObject, formTree } from "@/engine";
import { answerAt, joinPath, questionOf, rootKey, splitPath, withAnswer } from "@/ui/survey/paths";

const ONE = "11111111-1111-4111-8111-111111111111";
const TWO = "22222222-2222-4222-8222-222222222222";
const JOB = "33333333-3333-4333-8333-333333333333";
const form: JsonObject = {
  pages: [
    {
      name: "satu",
      elements: [
        { type: "text", name: "usaha.nama" },
        {
          type: "paneldynamic",
          name: "anggota",
          templateElements: [
            { type: "text", name: "nama" },
            { type: "paneldynamic", name: "kerja", templateElements: [{ type: "text", name: "kbli" }] },
          ],
        },
      ],
    },
  ],
};
const answers: JsonObject = {
  "usaha.nama": "Warung",
  anggota: [
    { _id: ONE, nama: "Siti", kerja: [{ _id: JOB, kbli: "01111" }] },
    { _id: TWO, nama: "Budi" },
  ],
};

describe("paths", () => {
  test("a path goes apart and together again, names with dots too", () => {
    for (const path of ["usaha.nama", `anggota[${ONE}].nama`, `anggota[${ONE}].kerja[${JOB}].kbli`, `anggota[${ONE}]`]) {
      const split = splitPath(path);
      expect(split && joinPath(split)).toBe(path);
    }
    expect(splitPath(`anggota[${ONE}].`)).toBeUndefined();
    expect(splitPath("anggota[")).toBeUndefined();
    expect(rootKey(`anggota[${ONE}].kerja[${JOB}].kbli`)).toBe("anggota");
    expect(rootKey("usaha.nama")).toBe("usaha.nama");
  });

  test("an answer is found in a row of a row, and nothing where a row is gone", () => {
    expect(answerAt(answers, `anggota[${ONE}].kerja[${JOB}].kbli`)).toBe("01111");
    expect(answerAt(answers, `anggota[${TWO}]`)).toEqual({ _id: TWO, nama: "Budi" });
    expect(answerAt(answers, `anggota[${JOB}].nama`)).toBeUndefined();
  });

  test("a question is found by the path of an answer, its note and its row", () => {
    const { scope } = formTree(form);
    expect(questionOf(scope, `anggota[${ONE}].kerja[${JOB}].kbli`)?.path).toBe("anggota[].kerja[].kbli");
    expect(questionOf(scope, "usaha.nama-Comment")?.key).toBe("usaha.nama");
    expect(questionOf(scope, `anggota[${ONE}]`)?.key).toBe("anggota");
    expect(questionOf(scope, "tidak_ada")).toBeUndefined();
  });

  test("an answer is put into a row of a row, taken away, and never into a row that is gone", () => {
    const changed = withAnswer(answers, `anggota[${ONE}].kerja[${JOB}].kbli`, "47111");
    expect(changed && answerAt(changed, `anggota[${ONE}].kerja[${JOB}].kbli`)).toBe("47111");
    expect(answerAt(answers, `anggota[${ONE}].kerja[${JOB}].kbli`)).toBe("01111");
    const without = withAnswer(answers, `anggota[${TWO}]`, null);
    expect(without?.["anggota"]).toHaveLength(1);
    const added = withAnswer(answers, `anggota[${JOB}]`, { _id: JOB, nama: "Ani" });
    expect(added?.["anggota"]).toHaveLength(3);
    expect(withAnswer(answers, `anggota[${JOB}].nama`, "Ani")).toBeUndefined();
  });
});
