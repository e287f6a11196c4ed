/** Search, typed filters and order of the list. Everything is on the phone: nothing is asked. */

import { type CellWords, labelOf, orderOf, textOf, valueOf } from "@/features/assignments/columns";
import type { Assignment, Json, LocalMark } from "@/store/types";
import type { Column } from "@/ui/form-envelope";

/** A filter of one column. from, to: inclusive; dates as YYYY-MM-DD; "" leaves that end open. */
export type Filter =
  | { kind: "contains"; text: string }
  | { kind: "range"; from: string; to: string }
  | { kind: "any"; values: string[] };

export interface Order {
  key: string;
  descending: boolean;
}

export interface Wish {
  search: string;
  filters: Readonly<Record<string, Filter>>;
  /** Units with one of these marks of the phone; empty: all. */
  marks: readonly LocalMark[];
  order: Order | null;
}

/** Return which filter fits a column. */
export function filterKind(column: Column): Filter["kind"] {
  if (column.type === "number" || column.type === "date" || column.type === "datetime") return "range";
  const isChosen = column.type === "status_lookup" || column.type === "choice" || column.type === "boolean";
  return isChosen || column.choices.size > 0 ? "any" : "contains";
}

/** Return a filter that was remembered; null when it is none. */
export function filterFrom(kept: Json | undefined): Filter | null {
  if (typeof kept !== "object" || kept === null || Array.isArray(kept)) return null;
  const { kind, text, from, to, values } = kept;
  if (kind === "contains" && typeof text === "string") return { kind, text };
  if (kind === "range" && typeof from === "string" && typeof to === "string") return { kind, from, to };
  if (kind === "any" && Array.isArray(values)) return { kind, values: values.filter((value) => typeof value === "string") };
  return null;
}

/** Return whether a filter asks for anything. */
export function isSet(filter: Filter | undefined): filter is Filter {
  if (filter === undefined) return false;
  if (filter.kind === "contains") return filter.text.trim() !== "";
  if (filter.kind === "range") return filter.from !== "" || filter.to !== "";
  return filter.values.length > 0;
}

/** Return the units that fit a wish, in its order; without one, by area and label. */
export function listed(units: readonly Assignment[], columns: readonly Column[], wish: Wish, words: CellWords): Assignment[] {
  const tests = testsOf(columns, wish, words);
  const column = columns.find((candidate) => candidate.key === wish.order?.key);
  // searching while somebody types must not sort ten thousand rows at each key
  const inOrder = wish.order === null || column === undefined ? byArea(units) : ordered(units, column, wish.order.descending);
  return tests.length === 0 ? inOrder : inOrder.filter((unit) => tests.every((test) => test(unit)));
}

type Test = (unit: Assignment) => boolean;

function testsOf(columns: readonly Column[], wish: Wish, words: CellWords): Test[] {
  const tests: Test[] = [];
  const { marks } = wish;
  if (marks.length > 0) tests.push((unit) => marks.includes(unit.local));
  for (const column of columns) {
    const filter = wish.filters[column.key];
    if (isSet(filter)) tests.push(testOf(column, filter, words));
  }
  const sought = folded(wish.search).split(" ").filter(Boolean);
  if (sought.length > 0) {
    tests.push((unit) => {
      const text = searchedText(unit, columns, words);
      return sought.every((part) => text.includes(part));
    });
  }
  return tests;
}

function testOf(column: Column, filter: Filter, words: CellWords): Test {
  if (filter.kind === "contains") {
    const sought = folded(filter.text);
    return (unit) => folded(textOf(unit, column, words)).includes(sought);
  }
  if (filter.kind === "any") {
    const values = new Set(filter.values);
    return (unit) => {
      const value = valueOf(unit, column.key);
      const own = Array.isArray(value) ? value : [value];
      return own.some((item) => (typeof item === "object" ? false : values.has(String(item))));
    };
  }
  return column.type === "number" ? numberTest(column, filter) : dayTest(column, filter);
}

function numberTest(column: Column, { from, to }: { from: string; to: string }): Test {
  const least = from === "" ? -Infinity : Number(from);
  const most = to === "" ? Infinity : Number(to);
  return (unit) => {
    const value = orderOf(unit, column);
    return typeof value === "number" && value >= least && value <= most;
  };
}

function dayTest(column: Column, { from, to }: { from: string; to: string }): Test {
  return (unit) => {
    const day = dayOf(valueOf(unit, column.key));
    return day !== "" && (from === "" || day >= from) && (to === "" || day <= to);
  };
}

/** A moment counts for the day that it is here. */
function dayOf(value: Json): string {
  if (typeof value !== "string") return "";
  if (/^\d{4}-\d{2}-\d{2}$/.test(value)) return value;
  const moment = new Date(value);
  if (Number.isNaN(moment.getTime())) return "";
  const two = (number: number): string => String(number).padStart(2, "0");
  return `${moment.getFullYear().toString()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`;
}

/** Texts by list of columns: made once per unit, since the store gives a new object when one changes. */
const texts = new WeakMap<readonly Column[], WeakMap<Assignment, string>>();

function searchedText(unit: Assignment, columns: readonly Column[], words: CellWords): string {
  const known = texts.get(columns) ?? new WeakMap<Assignment, string>();
  texts.set(columns, known);
  let text = known.get(unit);
  if (text === undefined) {
    const parts = columns.flatMap((column) => (column.isFilterable ? [textOf(unit, column, words)] : []));
    text = folded([labelOf(unit), unit.region_code ?? "", ...parts].join(" "));
    known.set(unit, text);
  }
  return text;
}

function folded(text: string): string {
  return text.toLocaleLowerCase().replace(/\s+/g, " ").trim();
}

const collator = new Intl.Collator("id", { numeric: true, sensitivity: "base" });

/** Rows without a value come last in both directions; equal ones stay in the order they had. */
function ordered(units: readonly Assignment[], column: Column, isDescending: boolean): Assignment[] {
  const known = orders.get(units);
  if (known?.column === column && known.isDescending === isDescending) return known.inOrder;
  const keyed = units.map((unit) => ({ unit, by: orderOf(unit, column) }));
  const sign = isDescending ? -1 : 1;
  keyed.sort((a, b) => {
    if (a.by === null || b.by === null) return a.by === b.by ? 0 : a.by === null ? 1 : -1;
    if (typeof a.by === "number" && typeof b.by === "number") return sign * (a.by - b.by);
    return sign * collator.compare(String(a.by), String(b.by));
  });
  const inOrder = keyed.map(({ unit }) => unit);
  orders.set(units, { column, isDescending, inOrder });
  return inOrder;
}

/** The last order of a list, and its order by area: the store gives a new list when one unit changes. */
const orders = new WeakMap<readonly Assignment[], { column: Column; isDescending: boolean; inOrder: Assignment[] }>();
const areas = new WeakMap<readonly Assignment[], Assignment[]>();

/** Return units as the streets are walked: area after area, in each by label. The same list gives the same. */
export function byArea(units: readonly Assignment[]): Assignment[] {
  const known = areas.get(units);
  if (known !== undefined) return known;
  const inOrder = [...units].sort((a, b) => {
    const [here, there] = [placeOf(a), placeOf(b)];
    return here < there ? -1 : here > there ? 1 : 0;
  });
  areas.set(units, inOrder);
  return inOrder;
}

/** Comparing plain text is ten times faster than a collator: ten thousand rows show at once. */
const places = new WeakMap<Assignment, string>();

function placeOf(unit: Assignment): string {
  let place = places.get(unit);
  if (place === undefined) {
    const label = labelOf(unit).toLowerCase().replace(/\d+/g, (digits) => digits.padStart(8, "0"));
    place = `${unit.region_code ?? "~"} ${label}`;
    places.set(unit, place);
  }
  return place;
}
