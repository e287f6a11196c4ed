/** One sender at a time, with Web Locks and without. */

import { IDBFactory } from "fake-indexeddb";
import { expect, test } from "vitest";

import { leaseLock } from "@/sync/locks";

import { openStore } from "../store/fresh";
import { Clock } from "./phone";

async function turns(): Promise<void> {
  for (let n = 0; n < 30; n += 1) await new Promise((resolve) => setImmediate(resolve));
}

test("a second tab waits for the lease, and takes it over from a tab that was killed", async () => {
  const clock = new Clock();
  const idb = new IDBFactory();
  const one = leaseLock(openStore(idb).store.port, clock, "one");
  const two = leaseLock(openStore(idb).store.port, clock, "two");
  const log: string[] = [];
  let finish: () => void = () => undefined;

  const first = one(async (isHeld) => {
    log.push(`one ${String(isHeld())}`);
    await new Promise<void>((resolve) => (finish = resolve));
    log.push(`one still ${String(isHeld())}`);
  });
  await turns();
  const second = two(() => {
    log.push("two");
    return Promise.resolve();
  });
  await turns();
  for (let n = 0; n < 10; n += 1) {
    clock.advance(5_000); // the first renews its lease
    await turns();
  }
  expect(log).toEqual(["one true"]);
  finish();
  await first;
  clock.advance(2_000);
  await second;
  expect(log).toEqual(["one true", "one still true", "two"]);

  void one(() => new Promise(() => undefined)); // killed: it never comes back, and never renews
  await turns();
  const dead = new Clock(clock.time + 60_000);
  await leaseLock(openStore(idb).store.port, dead, "three")(() => {
    log.push("three");
    return Promise.resolve();
  });
  expect(log.at(-1)).toBe("three");
});
