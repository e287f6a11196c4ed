/** The field period of an activity, by the calendar of this phone. */

import type { Kegiatan } from "@/store/types";

export type PeriodState = "before" | "running" | "ended";

/** Return the last day of the field period, YYYY-MM-DD. */
export function lastDay(kegiatan: Pick<Kegiatan, "end_date" | "extended_end_date">): string {
  return kegiatan.extended_end_date ?? kegiatan.end_date;
}

/** Return where a day (default: today) stands to the field period. The office decides in the end. */
export function periodState(
  kegiatan: Pick<Kegiatan, "start_date" | "end_date" | "extended_end_date">,
  now: Date = new Date(),
): PeriodState {
  const two = (value: number): string => String(value).padStart(2, "0");
  const today = `${now.getFullYear().toString()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
  if (today < kegiatan.start_date) return "before";
  return today > lastDay(kegiatan) ? "ended" : "running";
}
