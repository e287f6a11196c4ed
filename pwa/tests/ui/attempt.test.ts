/** What a person is told when the phone's own database fails. */

import { beforeEach, describe, expect, test, vi } from "vitest";

import { StoreError } from "@/store/errors";
import messages from "@/ui/attempt.i18n.json";

const tell = vi.fn<(words: string, tone: string) => void>();
let shown: "id" | "en" = "id";
vi.mock("@/ui/confirm", () => ({ tell }));
vi.mock("@/ui/words", () => ({ language: () => shown }));
const { attempt, faultWords } = await import("@/ui/attempt");

beforeEach(() => {
  vi.clearAllMocks();
  shown = "id";
});

describe("a write that failed", () => {
  test.each([
    ["a full disk, as the browser says it", new DOMException("x", "QuotaExceededError"), "full"],
    ["a full disk inside an aborted transaction", Object.assign(new Error("abort"), { inner: new DOMException("x", "QuotaExceededError") }), "full"],
    ["a draft that another window changed", new StoreError("wrong_state", "x"), "wrong_state"],
    ["something that is not there any more", new StoreError("missing", "x"), "missing"],
    ["a database that does not open", new DOMException("x", "InvalidStateError"), "failed"],
    ["anything else", new Error("x"), "failed"],
  ] as const)("has its own words: %s", (_, error, key) => {
    for (shown of ["id", "en"] as const) expect(faultWords(error)).toBe(messages[shown][key]);
  });

  test("is told, and the work is known not to be done", async () => {
    expect(await attempt(() => Promise.reject(new StoreError("full", "x")))).toBe(false);
    expect(tell).toHaveBeenCalledExactlyOnceWith(messages.id.full, "bad");
  });

  test("is not told when there was none", async () => {
    expect(await attempt(() => Promise.resolve())).toBe(true);
    expect(tell).not.toHaveBeenCalled();
  });
});
