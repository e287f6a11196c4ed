import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { Autosaver, RETRY_MS, SAVE_MS, type SaveState } from "@/features/interview/saving";
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
    await vi.advanceTimersByTimeAsync(0); // the first write has begun
    saver.change({ answers: "second" });
    const two = saver.flush();
    release();
    await Promise.all([one, two]);
    expect(writes).toEqual(["first", "second"]);
  });

  test("what came while a write failed wins over what that write held", async () => {
    const writes: Partial<Change>[] = [];
    let fails = 1;
    let release = (): void => undefined;
    const slow = new Promise<void>((done) => (release = done));
    const saver = new Autosaver<Change>(async (change) => {
      if (fails > 0) {
        fails -= 1;
        await slow;
        throw new Error("blocked");
      }
      writes.push(change);
    }, () => undefined);
    saver.change({ answers: "old", place: "p" });
    const one = saver.flush();
    await vi.advanceTimersByTimeAsync(0); // the first write has begun
    saver.change({ answers: "new" });
    const two = saver.flush();
    release();
    await Promise.all([one, two]);
    expect(writes).toEqual([{ answers: "new", place: "p" }]);
  });

  test("a failed write is tried again by itself, later and later, until it succeeds", async () => {
    const tries: number[] = [];
    const states: SaveState["state"][] = [];
    const begun = Date.now();
    const saver = new Autosaver<Change>(() => {
      tries.push(Date.now() - begun);
      return tries.length < 4 ? Promise.reject(new Error("full")) : Promise.resolve();
    }, ({ state }) => states.push(state));
    saver.change({ answers: "a" });
    await saver.flush();
    await vi.advanceTimersByTimeAsync(60_000);
    const [one, two, three] = RETRY_MS;
    expect(tries).toEqual([0, one, one + two, one + two + three]);
    expect(states.at(-1)).toBe("saved");
  });

  test("what is dropped is not written any more", async () => {
    const writes: Partial<Change>[] = [];
    const saver = new Autosaver<Change>((change) => Promise.resolve(void writes.push(change)), () => undefined);
    saver.change({ answers: "a" });
    saver.drop();
    await vi.advanceTimersByTimeAsync(60_000);
    await saver.flush();
    expect(writes).toEqual([]);
  });
});
