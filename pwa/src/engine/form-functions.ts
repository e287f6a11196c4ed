/**
 * Functions that expressions of a form may call beside those of survey-core.
 *
 * They count, cut and compare as ODK does, so that an imported XLSForm keeps its meaning: texts are
 * compared letter by letter, an empty answer is no number, days are counted from 1970. Nothing here
 * throws, whatever is given. The names are listed in kegiatan/form/expression.py. Source: ODK XForms
 * specification, "XPath functions"; docs/forms.md.
 */

import { ConditionRunner, FunctionFactory } from "survey-core";

const DAY_MS = 86_400_000;
/** What a pattern is tried on; a longer text does not match. */
const MATCHED_LENGTH = 10_000;
const DATE = /^(-?\d{4,6})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?)?/;
const TIME = /^(\d{1,2}):(\d{2})(?::(\d{2}))?/;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const WEEKDAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

type Given = readonly unknown[];

/** What survey-core binds a function to. */
interface Caller {
  survey?: unknown;
  question?: unknown;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === "") return true;
  return Array.isArray(value) ? value.length === 0 : Number.isNaN(value);
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}

function dateOf(value: Date): string {
  const year = String(value.getFullYear()).padStart(4, "0");
  return `${year}-${two(value.getMonth() + 1)}-${two(value.getDate())}`;
}

function timeOf(value: Date): string {
  return `${two(value.getHours())}:${two(value.getMinutes())}`;
}

/** Return an answer as ODK writes it: chosen values with spaces between them. */
function text(value: unknown): string {
  if (isEmpty(value)) return "";
  if (value instanceof Date) return `${dateOf(value)}T${timeOf(value)}`;
  if (Array.isArray(value)) return value.map(text).join(" ");
  return isRecord(value) ? "" : String(value);
}

/** Return a number, or null where ODK says NaN. */
function number(value: unknown): number | null {
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (typeof value === "boolean") return value ? 1 : 0;
  if (value instanceof Date) return days(value);
  if (typeof value !== "string") return null;
  const trimmed = value.trim();
  if (/^[-+]?(?:\d+\.?\d*|\.\d+)$/.test(trimmed)) return Number(trimmed);
  return DATE.test(trimmed) ? days(trimmed) : null;
}

function whole(value: unknown): number | null {
  const found = number(value);
  return found === null ? null : Math.trunc(found);
}

/** Return days since 1 January 1970 of a wall-clock time; a time of day alone is a part of a day. */
function days(value: unknown): number | null {
  if (value instanceof Date) {
    const seconds = value.getHours() * 3600 + value.getMinutes() * 60 + value.getSeconds();
    const day = Date.UTC(value.getFullYear(), value.getMonth(), value.getDate());
    return Number.isNaN(day) ? null : day / DAY_MS + seconds / 86_400;
  }
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (typeof value !== "string") return null;
  const found = DATE.exec(value.trim());
  if (found === null) return dayPart(value);
  const [year, month, day, hour, minute, second] = found.slice(1).map((part) => Number(part ?? 0));
  const start = new Date(0);
  start.setUTCFullYear(year ?? 0, (month ?? 1) - 1, day ?? 1);
  if (start.getUTCMonth() !== (month ?? 1) - 1) return null; // 31 February
  const seconds = (hour ?? 0) * 3600 + (minute ?? 0) * 60 + (second ?? 0);
  return start.getTime() / DAY_MS + seconds / 86_400;
}

function dayPart(value: string): number | null {
  const found = TIME.exec(value.trim());
  if (found === null) return null;
  return (Number(found[1]) * 3600 + Number(found[2]) * 60 + Number(found[3] ?? 0)) / 86_400;
}

/** Return a date whose local clock shows what days since 1970 say; null outside all calendars. */
function fromDays(value: unknown): Date | null {
  const found = days(value);
  if (found === null || Math.abs(found) > 3_000_000) return null;
  const moment = new Date(Math.round(found * 86_400) * 1000);
  const local = new Date(2000, 0, 1, moment.getUTCHours(), moment.getUTCMinutes(), moment.getUTCSeconds());
  local.setFullYear(moment.getUTCFullYear(), moment.getUTCMonth(), moment.getUTCDate());
  return local;
}

function rowsOf(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

function formatted(date: Date, format: string): string {
  const parts: Readonly<Record<string, string>> = {
    Y: String(date.getFullYear()).padStart(4, "0"),
    y: two(date.getFullYear() % 100),
    m: two(date.getMonth() + 1),
    n: String(date.getMonth() + 1),
    b: MONTHS[date.getMonth()] ?? "",
    d: two(date.getDate()),
    e: String(date.getDate()),
    a: WEEKDAYS[date.getDay()] ?? "",
    W: "",
    H: two(date.getHours()),
    h: String(date.getHours()),
    M: two(date.getMinutes()),
    S: two(date.getSeconds()),
    "3": "000",
    "%": "%",
  };
  return format.replace(/%([A-Za-z0-9%])/g, (whole_, key: string) => parts[key] ?? whole_);
}

const patterns = new Map<string, RegExp | null>();

function patternOf(source: string): RegExp | null {
  const known = patterns.get(source);
  if (known !== undefined) return known;
  let made: RegExp | null = null;
  try {
    made = new RegExp(`^(?:${source})$`, "u");
  } catch {
    try {
      made = new RegExp(`^(?:${source})$`);
    } catch {
      made = null;
    }
  }
  if (patterns.size > 500) patterns.clear();
  patterns.set(source, made);
  return made;
}

const MATH: Readonly<Record<string, (a: number, b: number) => number>> = {
  abs: Math.abs,
  acos: Math.acos,
  asin: Math.asin,
  atan: Math.atan,
  atan2: Math.atan2,
  ceil: Math.ceil,
  cos: Math.cos,
  exp: Math.exp,
  exp10: (a) => 10 ** a,
  floor: Math.floor,
  log: Math.log,
  log10: Math.log10,
  pow: (a, b) => a ** b,
  sin: Math.sin,
  sqrt: Math.sqrt,
  tan: Math.tan,
};

function mathOf(given: Given): number | null {
  const work = MATH[text(given[0])];
  const [first, second] = [number(given[1]), number(given[2] ?? 0)];
  if (work === undefined || first === null || second === null) return null;
  const made = work(first, second);
  return Number.isFinite(made) ? made : null;
}

/** Halves go up, also below zero, as XPath rounds. */
function roundTo(given: Given): number | null {
  const [value, places] = [number(given[0]), whole(given[1] ?? 0)];
  if (value === null || places === null || Math.abs(places) > 15) return null;
  const shifted = Math.floor(Number(`${value}e${places}`) + 0.5);
  const made = Number.isNaN(shifted) ? value : Number(`${shifted}e${-places}`);
  return Number.isFinite(made) ? made : null;
}

function isSelected(given: Given): boolean {
  const wanted = text(given[1]);
  const chosen = Array.isArray(given[0]) ? given[0].map(text) : text(given[0]).split(/\s+/);
  return wanted !== "" && chosen.includes(wanted);
}

function chosenOf(value: unknown): string[] {
  return (Array.isArray(value) ? value.map(text) : text(value).split(/\s+/)).filter(Boolean);
}

/** Rows of a roster; with a condition those it holds for, which reads names in the row. */
function countRows(this: Caller, given: Given, operands?: readonly { toString(): string }[]): number {
  const rows = rowsOf(given[0]);
  const condition = given.length > 1 ? operands?.[1]?.toString() : undefined;
  if (!condition) return rows.length;
  const runner = new ConditionRunner(condition);
  const around = { survey: this.survey, question: this.question };
  return rows.filter((row) => runner.runValues(row, around)).length;
}

function textPart(given: Given, isBefore: boolean): string {
  const [whole_, mark] = [text(given[0]), text(given[1])];
  const at = whole_.indexOf(mark);
  if (at < 0) return "";
  return isBefore ? whole_.slice(0, at) : whole_.slice(at + mark.length);
}

function translated(given: Given): string {
  const [from, to] = [Array.from(text(given[1])), Array.from(text(given[2]))];
  return Array.from(text(given[0]))
    .map((letter) => {
      const at = from.indexOf(letter);
      return at < 0 ? letter : (to[at] ?? "");
    })
    .join("");
}

function textSlice(given: Given): string {
  const [start, end] = [whole(given[1]), given.length > 2 ? whole(given[2]) : undefined];
  return start === null || end === null ? "" : text(given[0]).slice(start, end);
}

function matches(given: Given): boolean {
  const [value, pattern] = [text(given[0]), patternOf(text(given[1]))];
  return pattern !== null && value.length <= MATCHED_LENGTH && pattern.test(value);
}

const FUNCTIONS: Readonly<Record<string, (this: Caller, given: Given) => unknown>> = {
  coalesce: (given) => given.find((value) => !isEmpty(value)) ?? null, // an empty text is less than 0
  concatText: (given) => given.map(text).join(""),
  countNonEmpty: (given) => given.flat().filter((value) => !isEmpty(value)).length,
  countSelected: (given) => chosenOf(given[0]).length,
  dateText: (given) => {
    const made = fromDays(given[0]);
    return made === null ? null : dateOf(made);
  },
  dateTimeText: (given) => {
    const made = fromDays(given[0]);
    return made === null ? null : `${dateOf(made)}T${timeOf(made)}`;
  },
  formatDate: (given) => {
    const made = fromDays(given[0]);
    return made === null ? "" : formatted(made, text(given[1]));
  },
  isSelected,
  joinInArray: (given) =>
    rowsOf(given[1])
      .map((row) => text(row[text(given[2])]))
      .join(text(given[0])),
  matches,
  mathOf,
  pick: (given) => {
    for (let at = 1; at + 1 < given.length; at += 2) {
      if (text(given[at]) === text(given[0])) return given[at + 1];
    }
    return "";
  },
  roundTo,
  sameText: (given) => text(given[0]) === text(given[1]),
  selectedAt: (given) => chosenOf(given[0])[whole(given[1]) ?? -1] ?? "",
  textAfter: (given) => textPart(given, false),
  textBefore: (given) => textPart(given, true),
  textContains: (given) => text(given[0]).includes(text(given[1])),
  textEndsWith: (given) => text(given[0]).endsWith(text(given[1])),
  textLength: (given) => Array.from(text(given[0])).length,
  textNormalize: (given) => text(given[0]).trim().replace(/\s+/g, " "),
  textSlice,
  textStartsWith: (given) => text(given[0]).startsWith(text(given[1])),
  textTranslate: translated,
  toDays: (given) => days(given[0]),
  toInteger: (given) => whole(given[0]),
  toNumber: (given) => number(given[0]),
  valueInRow: (given) => {
    const at = whole(given[1]);
    const row = at === null ? undefined : rowsOf(given[0])[at - 1];
    return row?.[text(given[2])] ?? null;
  },
};

function register(): void {
  for (const [name, work] of Object.entries(FUNCTIONS)) {
    FunctionFactory.Instance.register(name, work as never);
  }
  FunctionFactory.Instance.register({
    name: "countRows",
    func: countRows as never,
    originalValueParams: [0],
  } as never);
}

register();
