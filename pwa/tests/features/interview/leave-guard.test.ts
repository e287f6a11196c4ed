/** A form whose last words are not on the phone is not left without a question. */

import { beforeEach, expect, test, vi } from "vitest";
import { type Ref, ref } from "vue";

import type { SaveState } from "@/features/interview/saving";

let current: { id: string } | null = { id: "ani" };
vi.mock("@/ui/session", () => ({ currentPerson: () => current }));
vi.mock("@/ui/confirm", () => ({ confirm: vi.fn() }));
const { mayLeave } = await import("@/features/interview/leave-guard");

const ask = vi.fn<() => Promise<boolean>>();
const settle = vi.fn<() => Promise<void>>();
let saving: Ref<SaveState>;
let isFill = true;

beforeEach(() => {
  vi.clearAllMocks();
  current = { id: "ani" };
  isFill = true;
  saving = ref<SaveState>({ state: "saved" });
  settle.mockResolvedValue();
});

function leave(): Promise<boolean> {
  return mayLeave({ person: "ani", isFill: () => isFill, saving, settle }, ask);
}

test("what is typed is brought into the store first, and then nobody is asked", async () => {
  saving.value = { state: "pending" };
  settle.mockImplementation(() => {
    saving.value = { state: "saved" };
    return Promise.resolve();
  });
  expect(await leave()).toBe(true);
  expect(settle).toHaveBeenCalledOnce();
  expect(ask).not.toHaveBeenCalled();
});

test.each([true, false])("where it could not be written, the person decides (%s)", async (answer) => {
  settle.mockImplementation(() => {
    saving.value = { state: "failed", error: new Error("full") };
    return Promise.resolve();
  });
  ask.mockResolvedValue(answer);
  expect(await leave()).toBe(answer);
});

test("a form that is only read is left at once", async () => {
  isFill = false;
  saving.value = { state: "failed", error: new Error("full") };
  expect(await leave()).toBe(true);
  expect(settle).not.toHaveBeenCalled();
});

test("who has signed out, or is somebody else by now, is not held back", async () => {
  saving.value = { state: "failed", error: new Error("full") };
  for (const person of [null, { id: "beni" }]) {
    current = person;
    expect(await leave()).toBe(true);
  }
  expect(ask).not.toHaveBeenCalled();
});
