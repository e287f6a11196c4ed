import { describe, expect, test } from "vitest";

import { type JsonObject, formTree } from "@/engine";
import { commentsByPath, rejectionOf, remarksOf } from "@/features/rejection/remarks";
import type { Words } from "@/ui/survey/wording";

const ONE = "11111111-1111-4111-8111-111111111111";
const form: JsonObject = {
  pages: [
    {
      name: "satu",
      elements: [
        { type: "text", name: "nama", title: "Nama" },
        { type: "paneldynamic", name: "anggota", title: "Anggota", templateElements: [{ type: "text", name: "nama", title: "Nama anggota" }] },
      ],
    },
  ],
};
const words: Words = { locale: "id", yes: "Ya", no: "Tidak", none: "–", signed: "", note: "catatan", photos: String };
const at = "2026-01-02T03:04:05Z";
const comments = [
  { path: `anggota[${ONE}].nama`, text: "Cek ejaan", by: "Hendra", at },
  { path: "nama", text: "Sesuai KK?", by: "Hendra", at },
];
const unit = {
  status: "Rejected by PML" as const, notes: "Periksa lagi", comments, pml: { id: "p", name: "Hendra" },
  reviewed_by_pml_at: at, reviewed_by_admin_at: null,
};

describe("a rejection", () => {
  test("says who, when and why, by the PML or by the office", () => {
    expect(rejectionOf(unit)).toEqual({ by: "PML", name: "Hendra", at, reason: "Periksa lagi" });
    const office = { ...unit, status: "Rejected by Admin" as const, comments: [], reviewed_by_admin_at: at };
    expect(rejectionOf(office)).toMatchObject({ by: "Admin", name: null, at });
  });

  test("is none in any other status, whatever reason is left from before", () => {
    for (const status of ["Assigned", "Opened", "Submitted by PPL", "Approved by PML"] as const) {
      expect(rejectionOf({ ...unit, status })).toBeUndefined();
    }
  });

  test("lists its remarks in the order of the form, with the member they are about", () => {
    const answers = { nama: "Siti", anggota: [{ _id: ONE, nama: "Budi" }] };
    expect(remarksOf(formTree(form), comments, answers, words)).toMatchObject([
      { path: "nama", title: "Nama", rows: [], text: "Sesuai KK?" },
      { title: "Nama anggota", rows: ["1. Budi"], text: "Cek ejaan" },
    ]);
    expect(commentsByPath(comments).get("nama")).toHaveLength(1);
  });

  test("keeps a remark on a question or member that is gone", () => {
    const gone = [{ path: `anggota[${ONE}].nama`, text: "Cek", by: "H", at }, { path: "tidak_ada", text: "Lama", by: "H", at }];
    expect(remarksOf(formTree(form), gone, {}, words).map(({ text }) => text).sort()).toEqual(["Cek", "Lama"]);
  });
});
