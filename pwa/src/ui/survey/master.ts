/** The data sets that a form uses, and search in their rows: a plain loop, 13 to 21 ms in 80,000 rows. Source: design, section 12. */

import { type Json, type JsonObject, type MasterItem, get, objectsOf } from "@/engine";

/** One code of a data set. */
export interface MasterRow {
  code: string;
  text: string;
  /** `code text` in lower case, made once. */
  sought: string;
}

/** Rows of a data set, ready to be searched. */
export interface MasterIndex {
  rows: MasterRow[];
  byCode: ReadonlyMap<string, string>;
}

const CODES = ["code", "kode"];
const NAMES = ["name", "nama", "title", "judul", "label", "text", "uraian", "deskripsi", "description"];

/** {type: version} of the data sets that a form names; null: the version in use. */
export function mastersOf(form: JsonObject): Map<string, number | null> {
  const used = new Map<string, number | null>();
  for (const entry of objectsOf(get(form, "masters_used"))) {
    const [type, version] = [get(entry, "type"), get(entry, "version")];
    if (typeof type === "string") used.set(type, typeof version === "number" ? version : null);
  }
  return used;
}

/** Return the entries of a data set ready to be searched. As masterdata/choices.py. */
export function masterIndex(entries: readonly JsonObject[]): MasterIndex {
  const columns = [...new Set(entries.slice(0, 50).flatMap((entry) => Object.keys(entry)))];
  const code = columns.find((name) => CODES.includes(name.toLowerCase())) ?? "code";
  const named = NAMES.find((name) => columns.includes(name) && name !== code);
  const rows: MasterRow[] = [];
  const byCode = new Map<string, string>();
  for (const entry of entries) {
    const value = get(entry, code);
    if (typeof value !== "string" && typeof value !== "number") continue;
    const texts = named === undefined ? Object.keys(entry).filter((key) => key !== code) : [named];
    const text = texts.map((key) => get(entry, key)).filter(isSaid).map(String).join(" · ");
    const row = { code: String(value), text, sought: `${value} ${text}`.toLowerCase() };
    rows.push(row);
    byCode.set(row.code, text);
  }
  return { rows, byCode };
}

function isSaid(value: Json | undefined): value is string | number | boolean {
  return value !== undefined && value !== null && value !== "" && typeof value !== "object";
}

/** Return the rows that hold every word of `filter`, codes that begin with it first. */
export function masterSearch(
  index: MasterIndex,
  filter: string,
  skip: number,
  take: number,
): { items: MasterItem[]; total: number } {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const first: MasterRow[] = [];
  const rest: MasterRow[] = [];
  for (const row of index.rows) {
    if (!words.every((word) => row.sought.includes(word))) continue;
    (words.length === 1 && row.code.startsWith(words[0] ?? "") ? first : rest).push(row);
  }
  const found = first.length === 0 ? rest : [...first, ...rest];
  const items = found.slice(skip, skip + take).map(({ code, text }) => ({
    value: code,
    text: `${code} – ${text}`,
  }));
  return { items, total: found.length };
}
