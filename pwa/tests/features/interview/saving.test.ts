import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { Autosaver, SAVE_MS, type SaveState } from "@/features/interview/saving";
import { TYPING_MS } from "@/ui/survey/typing";

interface Change {
  answers: string;
  place: string;
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("autosave", () => {
  test("writes within 300 ms of the last key", () => {
    expect(TYPING_MS + SAVE_MS).toBeLessThan(300);
  });

  test("joins changes to one write, the newest of each part, and does not wait for the typing to end", async () => {
    const writes: Partial<Change>[] = [];
    const saver = new Autosaver<Change>((change) => Promise.resolve(void writes.push(change)), () => undefined);
    for (let n = 0; n < 10; n += 1) {
      saver.change({ answers: String(n) });
      saver.change({ place: `p${n}` });
      await vi.advanceTimersByTimeAsync(50);
    }
    await vi.advanceTimersByTimeAsync(SAVE_MS);
    expect(writes.length).toBeGreaterThan(2);
    expect(writes.at(-1)).toMatchObject({ answers: "9", place: "p9" });
  });

  test("a flush writes at once and only once", async () => {
    const writes: Partial<Change>[] = [];
    const saver = new Autosaver<Change>((change) => Promise.resolve(void writes.push(change)), () => undefined);
    saver.change({ answers: "a" });
    await saver.flush();
    await vi.advanceTimersByTimeAsync(1000);
    expect(writes).toEqual([{ answers: "a" }]);
  });

  test("what could not be written is told, kept, and written with the next change", async () => {
    const states: SaveState["state"][] = [];
    const writes: Partial<Change>[] = [];
    let isFull = true;
    const saver = new Autosaver<Change>(
      (change) => (isFull ? Promise.reject(new Error("full")) : Promise.resolve(void writes.push(change))),
      ({ state }) => states.push(state),
    );
    saver.change({ answers: "a", place: "p" });
    await saver.flush();
    expect(states.at(-1)).toBe("failed");
    isFull = false;
    saver.change({ answers: "b" });
    await saver.flush();
    expect(writes).toEqual([{ answers: "b", place: "p" }]);
    expect(states.at(-1)).toBe("saved");
  });

  test("writes stand in the order of the changes, though the first is slow", async () => {
    const writes: string[] = [];
    let release = (): void => undefined;
    const slow = new Promise<void>((done) => (release = done));
    const saver = new Autosaver<Change>(async ({ answers }) => {
      if (answers === "first") await slow;
      writes.push(answers ?? "");
    }, () => undefined);
    saver.change({ answers: "first" });
    const one = saver.flush();
    saver.change({ answers: "second" });
    const two = saver.flush();
    release();
    await Promise.all([one, two]);
    expect(writes).toEqual(["first", "second"]);
  });
});
