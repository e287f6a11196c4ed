/** Numbers, dates and sizes as people here write them, in the phone's own zone. */

import { language } from "@/ui/words";

const REGION = { id: "id-ID", en: "en-GB" } as const;
const made = new Map<string, Intl.DateTimeFormat | Intl.NumberFormat>();

function dateFormat(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `d${language()}${JSON.stringify(options)}`;
  const found = made.get(key) ?? new Intl.DateTimeFormat(REGION[language()], options);
  made.set(key, found);
  return found as Intl.DateTimeFormat;
}

function numberFormat(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = `n${language()}${JSON.stringify(options)}`;
  const found = made.get(key) ?? new Intl.NumberFormat(REGION[language()], options);
  made.set(key, found);
  return found as Intl.NumberFormat;
}

/** Return 1234.5 as "1.234,5". */
export function formatNumber(value: number, fractionDigits = 2): string {
  return numberFormat({ maximumFractionDigits: fractionDigits }).format(value);
}

/** Return a share as whole per cent, "100%" only when all is done. part, whole: counts. */
export function formatShare(part: number, whole: number): string {
  return `${sharePercent(part, whole).toString()}%`;
}

/** Return a share in whole per cent, rounded down. */
export function sharePercent(part: number, whole: number): number {
  return whole > 0 ? Math.floor((part / whole) * 100) : 0;
}

/** Return a calendar date (YYYY-MM-DD, no zone) or a moment as "20 Nov 2026"; other text as it is. */
export function formatDate(value: string): string {
  const day = /^(\d{4})-(\d{2})-(\d{2})$/.exec(value);
  const moment = day
    ? new Date(Number(day[1]), Number(day[2]) - 1, Number(day[3]))
    : new Date(value);
  if (Number.isNaN(moment.getTime())) return value;
  return dateFormat({ day: "numeric", month: "short", year: "numeric" }).format(moment);
}

/** Return a moment as "20 Nov 2026 14.05"; other text as it is. */
export function formatMoment(value: string | number): string {
  const moment = new Date(value);
  if (Number.isNaN(moment.getTime())) return String(value);
  const time = dateFormat({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(moment);
  return `${formatDate(moment.toISOString())} ${time}`;
}

/** Return the time of a moment of today, with the day when it was another: "14.05", "19 Nov 14.05". */
export function formatRecent(value: string | number, now: number = Date.now()): string {
  const moment = new Date(value);
  const time = dateFormat({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(moment);
  if (moment.toDateString() === new Date(now).toDateString()) return time;
  return `${dateFormat({ day: "numeric", month: "short" }).format(moment)} ${time}`;
}

/** Return bytes as "12,4 MB". */
export function formatBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let [value, unit] = [bytes, 0];
  while (value >= 1000 && unit < units.length - 1) [value, unit] = [value / 1000, unit + 1];
  return `${formatNumber(value, unit > 1 && value < 100 ? 1 : 0)} ${units[unit] ?? ""}`;
}
