/** One window fills in a unit, by the rules of Web Locks. */

import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { UnitLock } from "@/features/interview/unit-lock";

/** As the browser's: one holder for each name, `ifAvailable` and `steal`. */
class Locks {
  private readonly held = new Map<string, (reason: Error) => void>();

  request(name: string, options: LockOptions, work: (lock: Lock | null) => unknown): Promise<unknown> {
    const before = this.held.get(name);
    if (before !== undefined && options.ifAvailable === true) return Promise.resolve(work(null));
    if (before !== undefined) before(new DOMException("stolen", "AbortError"));
    return new Promise((done, failed) => {
      this.held.set(name, failed);
      void Promise.resolve(work({ name, mode: "exclusive" })).then((value) => {
        if (this.held.get(name) === failed) this.held.delete(name);
        done(value);
      });
    });
  }
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function windows(): { one: UnitLock; two: UnitLock; lost: string[] } {
  const locks = new Locks() as unknown as LockManager;
  const lost: string[] = [];
  const name = UnitLock.nameOf("p", "u");
  return { one: new UnitLock(locks, name, () => lost.push("one")), two: new UnitLock(locks, name, () => lost.push("two")), lost };
}

async function taken(lock: UnitLock): Promise<boolean> {
  const answer = lock.take();
  await vi.advanceTimersByTimeAsync(1_000);
  return answer;
}

test("the second window is refused, until the first lets go", async () => {
  const { one, two, lost } = windows();
  expect(await taken(one)).toBe(true);
  expect(await taken(two)).toBe(false);
  one.release();
  expect(await taken(two)).toBe(true);
  expect(lost).toEqual([]);
});

test("a window that takes over tells the other one, which may take it back", async () => {
  const { one, two, lost } = windows();
  await taken(one);
  await two.steal();
  await vi.advanceTimersByTimeAsync(0);
  expect([one.isHeld, two.isHeld, lost]).toEqual([false, true, ["one"]]);
  expect(await taken(one)).toBe(false);
  await one.steal();
  await vi.advanceTimersByTimeAsync(0);
  expect([one.isHeld, two.isHeld, lost]).toEqual([true, false, ["one", "two"]]);
});

test("a page that is loaded anew waits for its own old lock to go", async () => {
  const { one, two } = windows();
  await taken(one);
  setTimeout(() => one.release(), 100);
  expect(await taken(two)).toBe(true);
});

test("without Web Locks every window may fill in", async () => {
  const lock = new UnitLock(undefined, "x", () => undefined);
  expect(await lock.take()).toBe(true);
});
