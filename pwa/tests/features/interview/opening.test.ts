import { describe, expect, test } from "vitest";

import { type JsonObject, canonicalAnswers, formTree } from "@/engine";
import { broughtBack, formChanges, isOvertaken, versionToOpen } from "@/features/interview/opening";

const page = (...elements: JsonObject[]): JsonObject => ({ pages: [{ name: "satu", elements }] });
const first = formTree(page({ type: "text", name: "nama", title: "Nama" }, { type: "text", name: "lama", title: "Yang lama" }));
const second = formTree(page({ type: "text", name: "nama", title: "Nama" }, { type: "text", name: "baru", title: "Yang baru" }));

describe("the version that a unit is opened with", () => {
  const unit = { status: "Assigned", usedVersion: 1, hasAnswers: false, draftVersion: null, newest: 3 } as const;

  test("is the newest for new work, without a word about it", () => {
    expect(versionToOpen(unit)).toEqual({ version: 3, previous: null, newer: null });
  });

  test("is the newest for rejected work, and the person is told", () => {
    for (const status of ["Rejected by PML", "Rejected by Admin"] as const) {
      expect(versionToOpen({ ...unit, status, hasAnswers: true })).toEqual({ version: 3, previous: 1, newer: null });
    }
  });

  test("stays the one begun with until the person takes the newer one", () => {
    expect(versionToOpen({ ...unit, draftVersion: 2 })).toEqual({ version: 2, previous: null, newer: 3 });
    expect(versionToOpen({ ...unit, status: "Rejected by PML", hasAnswers: true, draftVersion: 1 })).toEqual({ version: 1, previous: null, newer: 3 });
  });

  test("is exactly its own for what is locked", () => {
    expect(versionToOpen({ ...unit, status: "Submitted by PPL", hasAnswers: true })).toEqual({ version: 1, previous: null, newer: null });
  });
});

test("a unit is overtaken by another status or version, not by its own opening or when it is gone", () => {
  const was = { status: "Rejected by PML", version: 3 } as const;
  expect(isOvertaken(was, { ...was, gone: false })).toBe(false);
  expect(isOvertaken(was, { ...was, version: 4, gone: false })).toBe(true);
  expect(isOvertaken(was, { status: "Approved by PML", version: 3, gone: false })).toBe(true);
  expect(isOvertaken(was, { ...was, version: 4, gone: true })).toBe(false);
  expect(isOvertaken({ status: "Assigned", version: 1 }, { status: "Opened", version: 2, gone: false })).toBe(false);
});

test("what came and went between two versions is told by titles", () => {
  expect(formChanges(first, second, "id")).toEqual({ added: ["Yang baru"], removed: ["Yang lama"] });
});

test("answers go to a newer version and back again and lose nothing", () => {
  const given = { nama: "Siti", lama: "isi lama" };
  const there = canonicalAnswers(second, broughtBack(second.scope, given));
  expect(there).toEqual({ nama: "Siti", _archived: { lama: "isi lama" } });
  const back = canonicalAnswers(first, broughtBack(first.scope, { ...there, baru: "isi baru" }));
  expect(back).toEqual({ nama: "Siti", lama: "isi lama", _archived: { baru: "isi baru" } });
});

test("an answer given since wins over the one that was set apart", () => {
  const back = broughtBack(first.scope, { lama: "baru diisi", _archived: { lama: "dulu" } });
  expect(back["lama"]).toBe("baru diisi");
});
