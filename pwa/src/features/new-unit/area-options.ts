/** Areas that can be chosen without the network: those in which the person's units lie. */

import type { Assignment } from "@/store/types";
import { NO_CODE, codeAt } from "@/ui/areas";

export interface AreaOption {
  /** Full code down to its level. */
  code: string;
  name: string;
}

/** Return the areas directly below those chosen. chosen: full codes, one per level from the province. */
export function knownBelow(
  units: readonly Assignment[],
  chosen: readonly string[],
  names: Readonly<Record<string, string>>,
): AreaOption[] {
  const prefix = chosen.at(-1) ?? "";
  const found = new Set<string>();
  for (const unit of units) {
    const code = codeAt(unit, Math.min(chosen.length + 1, 6));
    if (code !== NO_CODE && code.length > prefix.length && code.startsWith(prefix)) found.add(code);
  }
  return [...found].sort().map((code) => ({ code, name: names[code] ?? code }));
}

/** Return the level codes that full codes are made of: ["61", "6104"] is ["61", "04"]. */
export function codeParts(fullCodes: readonly string[]): string[] {
  return fullCodes.map((code, index) => code.slice(fullCodes[index - 1]?.length ?? 0));
}
