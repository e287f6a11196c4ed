/** Answers on their way: what is waited for, and a photo that comes after its form has closed. */

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { Busy } from "@/ui/survey/busy";
import { withPhoto } from "@/ui/survey/late-photo";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("what a form is busy with", () => {
  test("is over when each has ended, once each however often it is said", async () => {
    const busy = new Busy();
    const [one, two] = [busy.begin(), busy.begin()];
    const ended: boolean[] = [];
    void busy.quiet(1_000).then((isQuiet) => ended.push(isQuiet));
    one();
    one();
    await vi.advanceTimersByTimeAsync(0);
    expect([busy.count.value, ended]).toEqual([1, []]);
    two();
    await vi.advanceTimersByTimeAsync(0);
    expect([busy.count.value, ended]).toEqual([0, [true]]);
  });

  test("is not waited for without end", async () => {
    const busy = new Busy();
    busy.begin();
    const waited = busy.quiet(1_000);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await waited).toBe(false);
  });

  test("nothing is quiet at once", async () => {
    expect(await new Busy().quiet(1_000)).toBe(true);
  });
});

describe("a photo that was ready after its form had closed", () => {
  const ROW = "6f1c6f0e-2b07-4c55-9a53-0a1f5f9a2f10";

  test("is named beside those that are there, in its row, and only once", () => {
    const answers = { anggota: [{ _id: ROW, foto: ["a"] }] };
    const named = withPhoto(answers, `anggota[${ROW}].foto`, "b");
    expect(named).toEqual({ anggota: [{ _id: ROW, foto: ["a", "b"] }] });
    expect(withPhoto(named ?? {}, `anggota[${ROW}].foto`, "b")).toEqual(named);
    expect(withPhoto({}, "rumah", "b")).toEqual({ rumah: ["b"] });
  });

  test("has no place when its row is gone", () => {
    expect(withPhoto({ anggota: [] }, `anggota[${ROW}].foto`, "b")).toBeUndefined();
  });
});
