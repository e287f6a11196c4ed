/** The PML's limited edit between its form, its draft and another window. */

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type EffectScope, effectScope } from "vue";

import type { JsonObject } from "@/engine";
import { StoreError } from "@/store/errors";
import type { AssignmentFull, FormVersion } from "@/store/types";

const FORM = { pages: [{ name: "p", elements: [{ type: "text", name: "nama", editableBy: ["PPL", "PML"] }] }] };
const unit = { id: "u", person: "p", responses: { nama: "Siti" } } as unknown as AssignmentFull;
const version = { version: 1, schema: FORM } as unknown as FormVersion;
const draft = { answers: { nama: "Siti" } as JsonObject, updated_at: 5, form_version: 1, base_version: 3, base_answers: null, after: null, role: "PML" };
const store = {
  draftOpen: vi.fn<() => Promise<typeof draft | null>>(),
  draftSave: vi.fn<(change: JsonObject) => Promise<number>>(),
  draftEdit: vi.fn<(edit: JsonObject) => Promise<string | null>>(),
  draftDiscard: vi.fn<() => Promise<void>>(),
};
vi.mock("@/store", () => ({ store }));
const { useEdit } = await import("@/features/review/use-edit");

let scope: EffectScope;
const form = { flush: vi.fn(), quiet: vi.fn(() => Promise.resolve(true)) };
const turned = vi.fn();
let isFree = true;

beforeEach(() => {
  vi.useFakeTimers();
  vi.clearAllMocks();
  isFree = true;
  Object.assign(draft, { answers: { nama: "Siti" }, updated_at: 5 });
  store.draftOpen.mockImplementation(() => Promise.resolve({ ...draft }));
  store.draftSave.mockResolvedValue(6);
  store.draftEdit.mockResolvedValue("op");
  store.draftDiscard.mockResolvedValue();
  vi.stubGlobal("navigator", {
    locks: {
      request: (_name: string, options: LockOptions, work: (lock: unknown) => unknown) =>
        Promise.resolve(work(isFree || options.steal === true ? {} : null)),
    },
  });
  const events = { addEventListener: () => undefined, removeEventListener: () => undefined };
  vi.stubGlobal("document", events);
  vi.stubGlobal("addEventListener", events.addEventListener);
  vi.stubGlobal("removeEventListener", events.removeEventListener);
  scope = effectScope();
});
afterEach(() => {
  scope.stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function opened(): Promise<ReturnType<typeof useEdit>> {
  const edit = scope.run(() => useEdit(unit, version, () => form, turned));
  if (edit === undefined) throw new Error("no scope");
  await vi.advanceTimersByTimeAsync(1_000);
  return edit;
}

describe("an edit", () => {
  test("is written on the draft that was seen, and sent on what was written", async () => {
    const edit = await opened();
    edit.changed({ nama: "Siti Aminah" });
    expect(edit.count.value).toBe(1);
    expect(await edit.send()).toBe(true);
    expect(store.draftSave).toHaveBeenCalledWith(expect.objectContaining({ answers: { nama: "Siti Aminah" }, seen_at: 5 }));
    expect(store.draftEdit).toHaveBeenCalledWith({ person: "p", assignment: "u", changes: { nama: "Siti Aminah" }, seen_at: 6 });
  });

  test("says that there was nothing to send", async () => {
    store.draftEdit.mockResolvedValue(null);
    expect(await (await opened()).send()).toBe(false);
  });

  test("that another window changed meanwhile is read anew, not sent", async () => {
    const edit = await opened();
    edit.changed({ nama: "Siti Aminah" });
    store.draftEdit.mockRejectedValueOnce(new StoreError("wrong_state", "changed"));
    draft.answers = { nama: "Budi" };
    expect(await edit.send()).toBeUndefined();
    expect(turned).toHaveBeenCalledOnce();
    expect(edit.opened.value).toMatchObject({ state: "fill", draft: { answers: { nama: "Budi" } }, round: 2 });
  });

  test("whose last words could not be written is not sent, and says why", async () => {
    const edit = await opened();
    store.draftSave.mockRejectedValue(new StoreError("full", "quota"));
    edit.changed({ nama: "Siti Aminah" });
    await expect(edit.send()).rejects.toMatchObject({ fault: "full" });
    expect(store.draftEdit).not.toHaveBeenCalled();
  });

  test("is given up as a whole", async () => {
    const edit = await opened();
    edit.changed({ nama: "Siti Aminah" });
    expect(await edit.discard()).toBe(true);
    expect(store.draftDiscard).toHaveBeenCalledOnce();
  });

  test("of a unit that was decided on meanwhile is closed", async () => {
    store.draftOpen.mockResolvedValue(null);
    const edit = await opened();
    expect(edit.opened.value.state).toBe("closed");
    expect(await edit.send()).toBeUndefined();
    expect(await edit.discard()).toBe(false);
  });
});

test("a second window looks on, writes and discards nothing, until it takes over", async () => {
  isFree = false;
  const edit = await opened();
  expect(edit.opened.value.state).toBe("elsewhere");
  edit.changed({ nama: "x" });
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await edit.discard()).toBe(false);
  expect([store.draftSave.mock.calls.length, store.draftDiscard.mock.calls.length]).toEqual([0, 0]);
  const over = edit.takeOver();
  await vi.advanceTimersByTimeAsync(2_000);
  await over;
  expect(edit.opened.value.state).toBe("fill");
});
