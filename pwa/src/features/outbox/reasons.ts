/** Why something waits or was not accepted, in plain words with what to do. Codes: docs/errors.md. */

import reasons from "@/features/outbox/reasons.i18n.json";
import { language } from "@/ui/words";

/** Return the words of a code; of an unknown one what the server said. */
export function reasonWords(code: string, message: string): string {
  const words: Record<string, string> = reasons[language()];
  const known = words[code];
  if (known !== undefined && code !== "unknown") return known;
  return (words["unknown"] ?? "").replace("{message}", message === "" ? code : message);
}
