import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { TYPED_MS, createTyping } from "@/office/designer/typing";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test("what is typed is written a moment after the last key, once, or when it is asked for", () => {
  const typing = createTyping();
  const written: string[] = [];
  typing.later(() => written.push("a"));
  vi.advanceTimersByTime(TYPED_MS - 1);
  typing.later(() => written.push("ab"));
  vi.advanceTimersByTime(TYPED_MS - 1);
  expect(written).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(written).toEqual(["ab"]);
  typing.later(() => written.push("abc"));
  typing.now();
  typing.now();
  typing.later(() => written.push("lewat"));
  typing.drop();
  vi.advanceTimersByTime(10_000);
  expect(written).toEqual(["ab", "abc"]);
});
