/** Texts that the office does not have yet, kept in this browser per draft and per tab. */

import type { Kept } from "./autosave";

const PREFIX = "cerdas-draft:";

export interface Shelf {
  /** Put the text of this tab there, or take it away; false when the browser has no room. */
  keep: (kept: Kept | undefined) => boolean;
  /** Return the newest text that is not `shown`, of this tab or of one that is gone. */
  offered: (shown: string) => Kept | undefined;
  /** Throw away all that is kept of this draft. */
  clear: () => void;
}

/** draft: what the draft is known by; tab: of this tab, the same after a reload. */
export function shelfOf(storage: Storage, draft: string, tab: string): Shelf {
  const own = `${PREFIX}${draft}:${tab}`;
  const keys = (): string[] =>
    Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? "").filter((key) =>
      key.startsWith(`${PREFIX}${draft}:`),
    );
  return {
    keep: (kept) => {
      try {
        if (kept === undefined) storage.removeItem(own);
        else storage.setItem(own, JSON.stringify(kept));
        return true;
      } catch {
        return false;
      }
    },
    offered: (shown) => {
      const found = keys().map((key) => read(storage.getItem(key))).filter((kept) => kept !== undefined && kept.text !== shown);
      return found.sort((a, b) => (b?.at ?? 0) - (a?.at ?? 0))[0];
    },
    clear: () => keys().forEach((key) => storage.removeItem(key)),
  };
}

function read(text: string | null): Kept | undefined {
  try {
    const value = JSON.parse(text ?? "null") as Kept | null;
    return typeof value?.text === "string" && typeof value.revision === "number" ? value : undefined;
  } catch {
    return undefined;
  }
}
