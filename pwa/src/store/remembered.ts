/** What a person's screens remember, and the journal of syncs. */

import { type Context, reading, writing } from "./context";
import type { Store } from "./interface";
import { plain } from "./queue";
import { isObject } from "./rows";
import type { Json, Preferences } from "./types";

type Remembered = Pick<
  Store,
  "preferencesGet" | "preferencesSave" | "metadataGet" | "metadataSet" | "journalList"
>;

const DEFAULTS: Preferences = { columns: null, sort: null, filters: {}, search: "" };
const keyOf = (kegiatan: string): string => `list_${kegiatan}`;

export function remembered(context: Context): Remembered {
  const { db } = context;
  const read = async (person: string, key: string): Promise<Json | null> =>
    (await db.app_metadata.get([person, key]))?.value ?? null;
  return {
    preferencesGet: ({ person, kegiatan }) =>
      reading(context, ["app_metadata"], async () => {
        const value = await read(person, keyOf(kegiatan));
        return isObject(value) ? { ...DEFAULTS, ...(value as Partial<Preferences>) } : DEFAULTS;
      }),
    preferencesSave: ({ person, kegiatan, ...change }) =>
      writing(context, ["app_metadata"], async () => {
        const before = await read(person, keyOf(kegiatan));
        const value = { ...(isObject(before) ? before : {}), ...(plain(change) as Record<string, Json>) };
        await db.app_metadata.put({ person, key: keyOf(kegiatan), value });
      }),
    metadataGet: ({ person, key }) => reading(context, ["app_metadata"], () => read(person, key)),
    metadataSet: ({ person, key, value }) =>
      writing(context, ["app_metadata"], async () => {
        await db.app_metadata.put({ person, key, value: plain(value) });
      }),
    journalList: ({ person, limit = 200 }) =>
      reading(context, ["journal"], () =>
        db.journal.where("person").equals(person).reverse().limit(limit).toArray(),
      ),
  };
}
