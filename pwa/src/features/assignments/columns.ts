/** What a column of the list says about a unit: its value, its text, its order. */

import type { Assignment, Json } from "@/store/types";
import type { Column } from "@/ui/form-envelope";
import { formatDate, formatMoment, formatNumber } from "@/ui/format";
import { statusWord } from "@/ui/status";

/** Words that are not the form's: of booleans. */
export interface CellWords {
  yes: string;
  no: string;
}

const PLAIN = new Set<string>([
  "visit_outcome", "notes", "region_code", "level_1_code", "level_2_code", "level_3_code", "level_4_code",
  "level_5_code", "level_6_code", "level_4_code_full", "level_6_code_full", "form_version_used", "version",
  "submitted_by_ppl_at", "reviewed_by_pml_at", "reviewed_by_admin_at", "status",
]);

/** Return the label of a unit as it is now: what is being typed comes before what the server has. */
export function labelOf(unit: Assignment): string {
  return (unit.local_label ?? unit.label) || (unit.region_code ?? unit.id.slice(0, 8));
}

/** Return the value of a column; null when there is none. */
export function valueOf(unit: Assignment, key: string): Json {
  if (key === "assignment_label") return labelOf(unit);
  if (key === "ppl") return unit.ppl.name;
  if (key === "pml") return unit.pml?.name ?? null;
  if (key.startsWith("responses.")) return unit.columns[key] ?? null;
  if (key.startsWith("prefilled.")) return within(unit.prefilled_data, key.slice("prefilled.".length));
  return PLAIN.has(key) ? (unit[key as keyof Assignment] as Json) : null;
}

/** Return the value as a person reads it; "" when there is none. */
export function textOf(unit: Assignment, column: Column, words: CellWords): string {
  const value = valueOf(unit, column.key);
  if (value === null || value === "") return "";
  if (column.key === "status") return statusWord(unit.status);
  return shown(value, column, words);
}

/** Return what rows are ordered by: numbers as numbers, everything else as text; null goes last. */
export function orderOf(unit: Assignment, column: Column): string | number | null {
  const value = valueOf(unit, column.key);
  if (value === null || value === "") return null;
  if (column.type === "number") {
    const number = Number(value);
    return Number.isNaN(number) ? null : number;
  }
  if (typeof value === "boolean") return value ? 1 : 0;
  return typeof value === "string" ? (column.choices.get(value) ?? value) : plain(value);
}

function shown(value: Json, column: Column, words: CellWords): string {
  if (Array.isArray(value)) return value.map((item) => shown(item, column, words)).filter(Boolean).join(", ");
  if (typeof value === "boolean") return value ? words.yes : words.no;
  if (value === null || typeof value === "object") return plain(value);
  const choice = column.choices.get(String(value));
  if (choice !== undefined) return choice;
  if (column.type === "date") return formatDate(String(value));
  if (column.type === "datetime") return formatMoment(value);
  if (column.type === "number" && typeof value === "number") return formatNumber(value);
  return String(value);
}

function plain(value: Json): string {
  if (value === null) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** As the prelist has it, or deeper: `usaha.nama`. */
function within(data: Assignment["prefilled_data"], path: string): Json {
  if (data === null) return null;
  if (Object.hasOwn(data, path)) return data[path] ?? null;
  let found: Json | undefined = data;
  for (const part of path.split(".")) {
    if (typeof found !== "object" || found === null || Array.isArray(found)) return null;
    found = found[part];
  }
  return found ?? null;
}
