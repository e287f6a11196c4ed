/** Moments as people say them: the time today, else day and time. */

/** Return a UTC ISO 8601 moment in the browser's zone, "" for none. */
export function moment(at: string | number | null, locale: "id" | "en"): string {
  if (at === null || at === "") return "";
  const then = new Date(at);
  if (Number.isNaN(then.getTime())) return "";
  const language = locale === "id" ? "id-ID" : "en-GB";
  const isToday = then.toDateString() === new Date().toDateString();
  const time: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit" };
  return isToday
    ? new Intl.DateTimeFormat(language, time).format(then)
    : new Intl.DateTimeFormat(language, { ...time, day: "numeric", month: "short" }).format(then);
}
