/** A long list is followed without the key of every row. */

import { expect, test, vi } from "vitest";

import { Dexie, liveQuery } from "dexie";

import { ANI, K, fill, next, openStore, typed, unitOf } from "./fresh";

test("whatever changes in a unit of the person is noticed, and nothing of another's", async () => {
  const { store, idb } = openStore();
  Dexie.dependencies.indexedDB = idb; // live queries ask for it; a browser has one
  await fill(store, [unitOf("u1"), unitOf("u2")]);
  const seen: number[] = [];
  const following = liveQuery(() => store.assignmentTotal({ person: ANI })).subscribe((total) => seen.push(total));
  await vi.waitFor(() => expect(seen).toEqual([2]));

  await typed(store, "u1", { n: "x" }); // its mark alone: neither status nor number
  await vi.waitFor(() => expect(seen.length).toBeGreaterThan(1));
  await next(store, [], ["u2"]);
  await vi.waitFor(() => expect(seen.at(-1)).toBe(1));

  const until = seen.length;
  await fill(store, [unitOf("u9")], "beni");
  await new Promise((done) => setTimeout(done, 50));
  expect(seen).toHaveLength(until);
  expect(await store.assignmentList({ person: ANI, kegiatan: K })).toHaveLength(1);
  following.unsubscribe();
});
