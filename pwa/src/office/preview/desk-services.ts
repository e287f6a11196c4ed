/** What the form needs from the phone, from a browser at a desk: photos in memory, codes by the office. */

import { type Json, get, isObject, objectsOf } from "@/engine";
import type { CodeBook } from "@/ui/survey/judge";
import type { FormServices } from "@/ui/survey/services";

import { askOffice } from "./office";

interface Found {
  items: { code: string; text: string }[];
  total: number | undefined;
}

/** Codes of data sets as far as they were asked for. */
export class Codes implements CodeBook {
  private readonly sets = new Map<string, Map<string, string>>();

  readonly isHere = (type: string): boolean => this.sets.has(type);
  readonly textOf = (type: string, code: string): string | undefined => this.sets.get(type)?.get(code);

  keep(type: string, items: Found["items"]): void {
    const known = this.sets.get(type) ?? new Map<string, string>();
    for (const { code, text } of items) known.set(code, text);
    this.sets.set(type, known);
  }
}

/** Return the services of the preview. versions: {data set: version} that the form names. */
export function deskServices(mastersUrl: string, codes: Codes, versions: () => ReadonlyMap<string, number | null>): FormServices {
  const pictures = new Map<string, { small: string; whole: string }>();

  async function find(type: string, values: Record<string, string>): Promise<Found> {
    const version = versions().get(type) ?? null;
    const query = new URLSearchParams({ type, ...values, ...(version === null ? {} : { version: String(version) }) });
    const found = foundIn(await askOffice(`${mastersUrl}?${query.toString()}`));
    if (found.items.length > 0) codes.keep(type, found.items);
    return found;
  }

  return {
    pictures: {
      keep: (picture, thumb) => {
        const id = crypto.randomUUID();
        const whole = URL.createObjectURL(picture);
        pictures.set(id, { whole, small: thumb === null ? whole : URL.createObjectURL(thumb) });
        return Promise.resolve(id);
      },
      address: (id, size) => Promise.resolve(pictures.get(id)?.[size]),
      nameLate: () => Promise.resolve(),
      drop: () => Promise.resolve(),
    },
    lookups: {
      search: async (type, filter, skip, take) => {
        const none = { items: [], total: 0 };
        if (mastersUrl === "") return none;
        try {
          const { items, total } = await find(type, { q: filter, skip: String(skip), take: String(take) });
          const shown = items.map(({ code, text }) => ({ value: code, text: text === "" ? code : `${code} – ${text}` }));
          return { items: shown, total: total ?? skip + shown.length };
        } catch {
          return none;
        }
      },
      texts: async (type, wanted) => {
        const unknown = wanted.filter((code) => codes.textOf(type, code) === undefined);
        if (unknown.length > 0 && mastersUrl !== "") await find(type, { codes: unknown.join(",") }).catch(() => undefined);
        return wanted.map((code) => {
          const text = codes.textOf(type, code);
          return text === undefined || text === "" ? code : `${code} – ${text}`;
        });
      },
    },
  };
}

/** Read `{results: [{code, text}], total}`, or `{choices: [[code, text]]}` as the office's own pages have it. */
function foundIn(reply: Json): Found {
  if (!isObject(reply)) return { items: [], total: undefined };
  const pairs = get(reply, "choices");
  const total = get(reply, "total");
  const fromPairs = (Array.isArray(pairs) ? pairs : []).flatMap((pair) =>
    Array.isArray(pair) && typeof pair[0] === "string" ? [{ code: pair[0], text: typeof pair[1] === "string" ? pair[1] : "" }] : [],
  );
  const fromRows = objectsOf(get(reply, "results")).flatMap((row) => {
    const [code, text] = [get(row, "code"), get(row, "text")];
    return typeof code === "string" ? [{ code, text: typeof text === "string" ? text : "" }] : [];
  });
  return { items: [...fromPairs, ...fromRows], total: typeof total === "number" ? total : undefined };
}
