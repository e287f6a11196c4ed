import { describe, expect, test } from "vitest";

import { deedsOf, groupsOf, needsReason, urgencyOf } from "@/features/review/standing";
import { editedQuestions } from "@/features/review/edited";
import type { Assignment } from "@/store/types";

const PML = "p";
let number = 0;

function unit(fields: Partial<Assignment>): Assignment {
  number += 1;
  return {
    id: `u${number}`, label: `Unit ${number}`, status: "Submitted by PPL", version: 3, local: "none", gone: false,
    ppl: { id: "a", name: "Sari" }, pml: { id: PML, name: "Hendra" }, comments: [], reviewed_by_pml_at: null,
    submitted_by_ppl_at: `2026-01-01T00:00:${String(number).padStart(2, "0")}Z`,
    check: { state: "passed", version: 3, errors: 0, warnings: 0 },
    ...fields,
  } as Assignment;
}

describe("what a PML may do", () => {
  test("follows the table of the life of a response", () => {
    expect(deedsOf(unit({}), [])).toEqual(["approve", "reject", "edit"]);
    expect(deedsOf(unit({ status: "Approved by PML" }), [])).toEqual(["revert_approval"]);
    for (const status of ["Assigned", "Opened", "Rejected by PML", "Rejected by Admin", "Approved by Admin"] as const) {
      expect(deedsOf(unit({ status }), [])).toEqual([]);
    }
  });

  test("is nothing while a decision waits for the server, or once the unit is somebody else's", () => {
    for (const state of ["queued", "sending", "refused", "conflict"] as const) {
      expect(deedsOf(unit({}), [{ state }])).toEqual([]);
    }
    expect(deedsOf(unit({}), [{ state: "accepted" }])).toHaveLength(3);
    expect(deedsOf(unit({ gone: true }), [])).toEqual([]);
  });

  test("is only what the server allows when it was asked", () => {
    expect(deedsOf(unit({}), [], ["approve"])).toEqual(["approve"]);
    expect(deedsOf(unit({}), [], [])).toEqual([]);
  });

  test("needs words when these very answers did not pass", () => {
    const failed = { state: "failed", version: 3, errors: 2, warnings: 0 } as const;
    expect(needsReason(unit({ check: failed }))).toBe(true);
    expect(needsReason(unit({ check: { ...failed, version: 2 } }))).toBe(false);
    expect(needsReason(unit({}))).toBe(false);
  });
});

describe("the list of a PML", () => {
  const failed = unit({ check: { state: "failed", version: 3, errors: 1, warnings: 0 } });
  const ready = unit({});
  const again = unit({ comments: [{ path: "nama", text: "cek", by: "Hendra", at: "2026-01-01T00:00:00Z" }] });
  const queued = unit({ local: "queued" });
  const stuck = unit({ local: "conflict" });
  const field = unit({ status: "Assigned", submitted_by_ppl_at: null });
  const done = unit({ status: "Approved by PML" });
  const units = [done, field, queued, ready, again, failed, stuck];

  test("puts what needs a decision first", () => {
    const [group] = groupsOf(units, PML);
    expect(group?.units.map(({ unit: one }) => one.id)).toEqual(
      [stuck, failed, again, ready, queued, field, done].map((one) => one.id),
    );
    expect(group).toMatchObject({ total: 7, open: 4, approved: 1, sent: 6 });
  });

  test("puts the PPL with most to look at first, and leaves other PMLs' units out", () => {
    const other = unit({ ppl: { id: "b", name: "Ani" } });
    const foreign = unit({ pml: { id: "q", name: "Lain" } });
    const gone = unit({ gone: true });
    const groups = groupsOf([other, ...units, foreign, gone], PML);
    expect(groups.map(({ id, open }) => [id, open])).toEqual([["a", 4], ["b", 1]]);
  });

  test("calls a first submit ready, and one after a rejection mended", () => {
    expect(urgencyOf(ready)).toBe("ready");
    expect(urgencyOf(again)).toBe("again");
    expect(urgencyOf(unit({ check: { state: "pending", version: null, errors: 0, warnings: 0 } }))).toBe("checking");
  });
});

describe("a limited edit", () => {
  const form = {
    pages: [{ name: "satu", elements: [
      { type: "text", name: "nama", editableBy: ["PPL", "PML"] },
      { type: "text", name: "tanggal" },
      { type: "text", name: "catatan", editableBy: ["PML"] },
    ] }],
  };

  test("sends only questions that changed and that a PML may change; null clears", () => {
    const before = { nama: "Siti", tanggal: "2026-01-01", catatan: "lama" };
    const after = { nama: "Siti Aminah", tanggal: "2026-02-02" };
    expect(editedQuestions(form, before, after)).toEqual({ nama: "Siti Aminah", catatan: null });
    expect(editedQuestions(form, before, before)).toEqual({});
  });
});
