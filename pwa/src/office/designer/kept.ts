/**
 * Texts that the office does not have yet, kept in this browser per draft, person and tab.
 *
 * A tab is one load of the page. It holds a lock as long as it lives: what a living tab keeps is its
 * own matter and is not offered in another.
 */

import type { Kept } from "./autosave";

const PREFIX = "cerdas-draft:";

/** A text of a page that is gone. key: what it is kept under; isMine: typed by who opened this page. */
export interface Offer extends Kept {
  key: string;
  isMine: boolean;
}

export interface Shelf {
  /** Whether this browser keeps anything at all. */
  canKeep: boolean;
  /** Put the text of this tab there, or take it away; false when the browser has no room. */
  keep: (kept: Kept | undefined) => boolean;
  /** Return the texts of tabs that are gone, own and newest first; those that the office has are thrown away. */
  offers: (known: { shown: string; stored: string | null }) => Promise<Offer[]>;
  /** Throw one away. */
  forget: (key: string) => void;
}

/** Who keeps here. draft: what the draft is known by; person: id; tab: of this load of the page. */
export interface Keeper {
  draft: string;
  person: string;
  tab: string;
}

/** Tabs by their locks. Without locks (an address that is not https) nobody is known to live. */
export interface Tabs {
  living: () => Promise<ReadonlySet<string>>;
}

interface Held extends Kept {
  person: string;
  tab: string;
}

/** storage: undefined where the browser allows none. */
export function shelfOf(storage: Storage | undefined, keeper: Keeper, tabs: Tabs): Shelf {
  const own = `${PREFIX}${keeper.draft}:${keeper.person}:${keeper.tab}`;
  const forget = (key: string): void => {
    attempt(() => storage?.removeItem(key));
  };
  return {
    canKeep: storage !== undefined,
    forget,
    keep: (kept) =>
      storage !== undefined &&
      attempt(() => {
        if (kept === undefined) storage.removeItem(own);
        else storage.setItem(own, JSON.stringify({ ...kept, person: keeper.person, tab: keeper.tab } satisfies Held));
      }),
    offers: async ({ shown, stored }) => {
      const living = await tabs.living();
      const found: Offer[] = [];
      for (const [key, held] of heldIn(storage, `${PREFIX}${keeper.draft}:`)) {
        if (key === own || living.has(held.tab)) continue;
        if (held.text === stored) forget(key);
        else if (held.text !== shown) found.push({ ...offerOf(held), key, isMine: held.person === keeper.person });
      }
      return found.sort((a, b) => Number(b.isMine) - Number(a.isMine) || b.at - a.at);
    },
  };
}

function offerOf({ text, revision, base, at }: Held): Kept {
  return { text, revision, base: typeof base === "string" ? base : null, at };
}

function attempt(act: () => void): boolean {
  try {
    act();
    return true;
  } catch {
    return false;
  }
}

function heldIn(storage: Storage | undefined, start: string): [string, Held][] {
  try {
    const keys = Array.from({ length: storage?.length ?? 0 }, (_, index) => storage?.key(index) ?? "");
    return keys.filter((key) => key.startsWith(start)).flatMap((key) => {
      const held = read(storage?.getItem(key) ?? null);
      return held === undefined ? [] : [[key, held] as [string, Held]];
    });
  } catch {
    return [];
  }
}

function read(text: string | null): Held | undefined {
  try {
    const value = JSON.parse(text ?? "null") as Held | null;
    return typeof value?.text === "string" && typeof value.revision === "number" ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Return this browser's storage, undefined where it is blocked: reading it throws then. */
export function storageOf(from: () => Storage): Storage | undefined {
  try {
    const storage = from();
    storage.getItem(PREFIX);
    return storage;
  } catch {
    return undefined;
  }
}

/** Hold this tab's lock until the page is gone, and return how to ask for those of others. */
export function tabsOf(locks: LockManager | undefined, tab: string): Tabs {
  const name = (one: string): string => `${PREFIX}tab:${one}`;
  locks?.request(name(tab), () => new Promise(() => undefined)).catch(() => undefined);
  return {
    living: async () => {
      const found = await locks?.query().catch(() => undefined);
      const start = name("");
      const names = [...(found?.held ?? []), ...(found?.pending ?? [])].map((lock) => lock.name ?? "");
      return new Set(names.filter((one) => one.startsWith(start)).map((one) => one.slice(start.length)));
    },
  };
}
