/** The journal of syncs as lines that a person and the help desk read. It holds no answers. */

import words from "@/features/outbox/journal.i18n.json";
import { reasonWords } from "@/features/outbox/reasons";
import type { JournalEntry } from "@/store/types";
import { formatMoment } from "@/ui/format";
import { language } from "@/ui/words";

/** Return one entry in words. */
export function journalLine(entry: JournalEntry): string {
  const text = words[language()].kind[entry.kind];
  return text.replace(/\{(\w+)\}/g, (_, name: string) => String(entry.facts[name] ?? 0));
}

/** Return an explanation of the code of an entry, or "". */
export function journalWhy(entry: JournalEntry): string {
  const { code, outcome } = entry.facts;
  const isTold = entry.kind === "outcome" || entry.kind === "upload_failed" || entry.kind === "fault";
  if (!isTold || typeof code !== "string" || code === "" || outcome === "conflict") return "";
  return reasonWords(code, "");
}

/** Return the whole journal as text to share: one line per entry, oldest last, with all facts. */
export function journalText(entries: readonly JournalEntry[], about: Record<string, string>): string {
  const head = Object.entries(about).map(([name, value]) => `${name}: ${value}`);
  const lines = entries.map((entry) => {
    const facts = Object.entries(entry.facts).map(([name, value]) => `${name}=${String(value)}`);
    return [formatMoment(entry.at), new Date(entry.at).toISOString(), entry.kind, ...facts].join(" ");
  });
  return [...head, "", ...lines, ""].join("\n");
}
