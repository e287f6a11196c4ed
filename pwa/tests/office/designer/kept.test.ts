import { describe, expect, test } from "vitest";

import type { Kept } from "@/office/designer/autosave";
import { type Shelf, shelfOf, storageOf, tabsOf } from "@/office/designer/kept";

import { Memory } from "./memory";

const kept = (text: string, at: number): Kept => ({ text, revision: 1, base: "dasar", at });
const NOTHING = { shown: "dasar", stored: "dasar" };

/** Tabs of one browser; those in `living` are open. */
function browser() {
  const [storage, living] = [new Memory(), new Set<string>()];
  const tab = (draft: string, person: string, name: string): Shelf =>
    shelfOf(storage, { draft, person, tab: name }, { living: () => Promise.resolve(living) });
  return { storage, living, tab };
}
const texts = async (shelf: Shelf, known: Parameters<Shelf["offers"]>[0] = NOTHING): Promise<string[]> =>
  (await shelf.offers(known)).map((offer) => offer.text);

describe("texts kept in the browser", () => {
  test("those of tabs that are gone are offered, the newest first, and none of another draft", async () => {
    const { tab } = browser();
    tab("k1", "1", "a").keep(kept("lama", 1));
    tab("k1", "1", "b").keep(kept("baru", 2));
    tab("k2", "1", "c").keep(kept("lain", 3));
    const now = tab("k1", "1", "d");
    now.keep(kept("sekarang", 4));
    expect(await texts(now)).toEqual(["baru", "lama"]);
    expect(await texts(now, { shown: "baru", stored: null })).toEqual(["lama"]);
  });

  test("those of somebody else come last, and say so", async () => {
    const { tab } = browser();
    tab("k", "2", "a").keep(kept("punya orang", 9));
    tab("k", "1", "b").keep(kept("punya saya", 1));
    const offers = await tab("k", "1", "c").offers(NOTHING);
    expect(offers.map(({ text, isMine }) => [text, isMine])).toEqual([["punya saya", true], ["punya orang", false]]);
  });

  test("a living tab's text is its own matter", async () => {
    const { living, tab } = browser();
    tab("k", "1", "a").keep(kept("diketik di sana", 1));
    living.add("a");
    expect(await texts(tab("k", "1", "b"))).toEqual([]);
    living.clear();
    expect(await texts(tab("k", "1", "b"))).toEqual(["diketik di sana"]);
  });

  test("throwing one away leaves the others; what the office has is thrown away by itself", async () => {
    const { storage, tab } = browser();
    tab("k", "1", "a").keep(kept("satu", 1));
    tab("k", "1", "b").keep(kept("dua", 2));
    tab("k", "1", "c").keep(kept("dasar", 3));
    const now = tab("k", "1", "d");
    const [newest] = await now.offers(NOTHING);
    expect(storage.length).toBe(2);
    now.forget(newest?.key ?? "");
    expect(await texts(now)).toEqual(["satu"]);
  });

  test("a full, spoilt or blocked storage is told, not thrown", async () => {
    const { storage, tab } = browser();
    expect(tab("k", "1", "a").keep(kept("x".repeat(500), 1))).toBe(false);
    storage.setItem("cerdas-draft:k:1:b", "{");
    expect(await texts(tab("k", "1", "c"))).toEqual([]);
    const blocked = storageOf(() => {
      throw new DOMException("blocked", "SecurityError");
    });
    const shelf = shelfOf(blocked, { draft: "k", person: "1", tab: "a" }, { living: () => Promise.resolve(new Set<string>()) });
    expect(shelf.canKeep).toBe(false);
    expect(shelf.keep(kept("baru", 1))).toBe(false);
    expect(await texts(shelf)).toEqual([]);
    shelf.forget("apa saja");
  });
});

describe("tabs known by their locks", () => {
  test("one that is open holds its lock, asked for or held; without locks none is known", async () => {
    const asked: string[] = [];
    const locks = {
      request: (name: string) => {
        asked.push(name);
        return new Promise(() => undefined);
      },
      query: () => Promise.resolve({ held: [{ name: "lain" }, ...asked.map((name) => ({ name }))], pending: [{ name: "cerdas-draft:tab:b" }] }),
    } as unknown as LockManager;
    expect(await tabsOf(locks, "a").living()).toEqual(new Set(["a", "b"]));
    expect(await tabsOf(undefined, "a").living()).toEqual(new Set());
  });
});
