/** Units by area: the groups of `assignment_table_grouping_levels`, from the largest down. */

import type { Assignment, Role } from "@/store/types";
import { isDone } from "@/ui/progress";

/** Stands for "no code at this level" in an address. */
export const NO_CODE = "-";

export interface AreaGroup {
  /** Full code of the area down to its level; NO_CODE where the units have none. */
  code: string;
  done: number;
  total: number;
  /** Units that the person has to do something about before others: rejected, or waiting for review. */
  urgent: number;
}

const FIELDS = ["level_1_code", "level_2_code", "level_3_code", "level_4_code", "level_5_code", "level_6_code"] as const;

/** Return the full code of a unit down to a level (1 to 6); NO_CODE when it ends above. */
export function codeAt(unit: Pick<Assignment, (typeof FIELDS)[number]>, level: number): string {
  let code = "";
  for (let index = 0; index < level; index += 1) {
    const field = FIELDS[index];
    const part = field === undefined ? null : unit[field];
    if (part === null || part === "") return NO_CODE;
    code += part;
  }
  return code;
}

/** Return whether a unit lies in a group. path: one full code per level, from the largest. */
export function isInGroup(unit: Assignment, levels: readonly number[], path: readonly string[]): boolean {
  return path.every((code, index) => codeAt(unit, levels[index] ?? 0) === code);
}

/** Return the groups of units at one level, ordered by code, those without a code last. */
export function groupsAt(units: readonly Assignment[], level: number, roles: readonly Role[]): AreaGroup[] {
  const groups = new Map<string, AreaGroup>();
  for (const unit of units) {
    const code = codeAt(unit, level);
    const group = groups.get(code) ?? { code, done: 0, total: 0, urgent: 0 };
    group.total += 1;
    if (isDone(unit, roles)) group.done += 1;
    if (isUrgent(unit, roles)) group.urgent += 1;
    groups.set(code, group);
  }
  return [...groups.values()].sort((a, b) => (a.code === NO_CODE ? 1 : b.code === NO_CODE ? -1 : a.code < b.code ? -1 : 1));
}

/** Return an area's name with its own part of the code, else the code. names: {full code: name}. */
export function areaName(code: string, names: Readonly<Record<string, string>>): string {
  return names[code] ?? code;
}

function isUrgent(unit: Assignment, roles: readonly Role[]): boolean {
  if (unit.local === "conflict" || unit.local === "refused") return true;
  const isBack = unit.status === "Rejected by PML" || unit.status === "Rejected by Admin";
  return (roles.includes("PPL") && isBack) || (roles.includes("PML") && unit.status === "Submitted by PPL");
}
