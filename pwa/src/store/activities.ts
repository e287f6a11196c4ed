/** Activities, their forms, the data sets and area names that they need. */

import { type Context, reading } from "./context";
import type { Store } from "./interface";
import type { JsonObject, MasterData } from "./types";

type Activities = Pick<
  Store,
  "kegiatanList" | "kegiatanGet" | "formGet" | "masterGet" | "mastersReady" | "wilayahNames"
>;

/** Data sets are large: the last few stay parsed. */
const PARSED_KEPT = 4;

export function activities(context: Context): Activities {
  const { db } = context;
  const parsed = new Map<string, MasterData>();
  return {
    kegiatanList: (person) =>
      reading(context, ["kegiatans"], async () => {
        const rows = await db.kegiatans.where("person").equals(person).toArray();
        return rows.sort(
          (a, b) => Number(a.gone) - Number(b.gone) || b.year - a.year || a.name.localeCompare(b.name),
        );
      }),
    kegiatanGet: ({ person, kegiatan }) =>
      reading(context, ["kegiatans"], async () => (await db.kegiatans.get([person, kegiatan])) ?? null),
    formGet: ({ person, kegiatan, version }) =>
      reading(context, ["kegiatans", "forms"], async () => {
        const wanted = version ?? (await db.kegiatans.get([person, kegiatan]))?.form_ready ?? null;
        return wanted === null ? null : ((await db.forms.get([person, kegiatan, wanted])) ?? null);
      }),
    masterGet: async (type, version) => {
      const row = await reading(context, ["masters"], () => db.masters.get([type, version]));
      if (row === undefined) return null;
      const key = `${type} ${version} ${row.checksum}`;
      const known = parsed.get(key);
      if (known !== undefined) return known;
      const rows = JSON.parse(row.text) as JsonObject[];
      const master = { type, version, checksum: row.checksum, rows };
      parsed.set(key, master);
      for (const old of [...parsed.keys()].slice(0, -PARSED_KEPT)) parsed.delete(old);
      return master;
    },
    mastersReady: ({ person, kegiatan }) =>
      reading(context, ["kegiatans", "masters"], async () => {
        const needed = (await db.kegiatans.get([person, kegiatan]))?.masters ?? [];
        const keys = needed.map(({ type, version }): [string, number] => [type, version]);
        const here = new Set((await db.masters.where(":id").anyOf(keys).primaryKeys()).map(String));
        return Object.fromEntries(
          needed
            .filter(({ type, version }) => here.has(String([type, version])))
            .map(({ type, version }) => [type, version]),
        );
      }),
    wilayahNames: (person) =>
      reading(context, ["wilayah"], async () => {
        const rows = await db.wilayah
          .where("[person+kegiatan+code]")
          .between([person], [person, []])
          .toArray();
        return Object.fromEntries(rows.map(({ code, name }) => [code, name]));
      }),
  };
}
