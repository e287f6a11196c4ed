/** Words and colours of statuses, of local marks and of roles, the same on every screen. */

import type { LocalMark, ResponseStatus, Role } from "@/store/types";
import words from "@/ui/status.i18n.json";
import { language } from "@/ui/words";

export type Tone = "none" | "info" | "wait" | "bad" | "good" | "done";

const TONES: Record<ResponseStatus, Tone> = {
  Assigned: "none",
  Opened: "info",
  "Submitted by PPL": "wait",
  "Rejected by PML": "bad",
  "Rejected by Admin": "bad",
  "Approved by PML": "good",
  "Approved by Admin": "done",
};

/** Return the colour of a status. */
export function statusTone(status: ResponseStatus): Tone {
  return TONES[status];
}

/** Return a status in the language shown. */
export function statusWord(status: ResponseStatus): string {
  return words[language()].status[status];
}

/** Return what this phone has still to do with a unit, in the language shown. */
export function markWord(mark: LocalMark): string {
  return words[language()].mark[mark];
}

/** Return a role in the language shown. */
export function roleWord(role: Role): string {
  return words[language()].role[role];
}
