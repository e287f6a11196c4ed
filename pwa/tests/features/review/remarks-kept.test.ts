/** Remarks of a PML stay until a reject that carries them is accepted. */

import { beforeEach, expect, test, vi } from "vitest";

import type { AssignmentFull } from "@/store/types";

const kept = new Map<string, unknown>();
const operations: { id: string; state: string }[] = [];
vi.mock("@/store", () => ({
  store: {
    metadataGet: ({ key }: { key: string }) => Promise.resolve(kept.get(key) ?? null),
    metadataSet: ({ key, value }: { key: string; value: unknown }) => Promise.resolve(void kept.set(key, value)),
    operationList: () => Promise.resolve(operations),
  },
}));
const { isOutdated, remarksGet, remarksKeep } = await import("@/features/review/reviewed");

const unit = (more: Partial<AssignmentFull> = {}): AssignmentFull =>
  ({ id: "u", person: "p", version: 3, status: "Submitted by PPL", submitted_by_ppl_at: "2026-11-20T01:00:00Z", ...more }) as AssignmentFull;
const remarks = new Map([["nama", { text: "Periksa lagi", answer: "Siti" }]]);

beforeEach(() => {
  kept.clear();
  operations.length = 0;
});

test("they stay when the version moves on, by their own edit or by a new submission", async () => {
  await remarksKeep(unit(), remarks);
  expect(await remarksGet(unit({ version: 4 }))).toEqual(remarks);
  expect(await remarksGet(unit({ version: 6, submitted_by_ppl_at: "2026-11-20T05:00:00Z" }))).toEqual(remarks);
});

test("they stay while their reject waits, or was turned back, and go once it is accepted", async () => {
  await remarksKeep(unit(), remarks, "op");
  for (const state of ["queued", "sending", "parked", "refused", "conflict"]) {
    operations.splice(0, 1, { id: "op", state });
    expect(await remarksGet(unit())).toEqual(remarks);
  }
  operations.splice(0, 1, { id: "op", state: "accepted" });
  expect((await remarksGet(unit())).size).toBe(0);
  operations.length = 0;
  expect((await remarksGet(unit())).size).toBe(0);
});

test("where the reject is not on the phone any more the unit tells whether it arrived", async () => {
  await remarksKeep(unit(), remarks, "op");
  expect(await remarksGet(unit())).toEqual(remarks); // given up by hand
  expect((await remarksGet(unit({ status: "Rejected by PML" }))).size).toBe(0);
});

test("one on an answer that changed since is marked", () => {
  const remark = { text: "Periksa lagi", answer: "Siti" };
  expect(isOutdated(remark, "nama", { nama: "Siti" })).toBe(false);
  expect(isOutdated(remark, "nama", { nama: "Sitti" })).toBe(true);
  expect(isOutdated({ ...remark, answer: null }, "nama", {})).toBe(false);
});
