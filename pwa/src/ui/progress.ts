/** What counts as done, by who asks: sent for a PPL, approved for a PML. */

import type { Assignment, ResponseStatus, Role } from "@/store/types";

const APPROVED: readonly ResponseStatus[] = ["Approved by PML", "Approved by Admin"];
const SENT: readonly ResponseStatus[] = ["Submitted by PPL", ...APPROVED];

/** Return the statuses that count as done. Who is both is measured as a PPL. */
export function doneStatuses(roles: readonly Role[]): readonly ResponseStatus[] {
  return roles.includes("PPL") || !roles.includes("PML") ? SENT : APPROVED;
}

/** Return how many of a count by status are done. */
export function doneOf(status: Record<ResponseStatus, number>, roles: readonly Role[]): number {
  return doneStatuses(roles).reduce((sum, name) => sum + (status[name] ?? 0), 0);
}

/** Return whether a unit is done as this phone sees it: sent counts although it still waits here. */
export function isDone(unit: Pick<Assignment, "status">, roles: readonly Role[]): boolean {
  return doneStatuses(roles).includes(unit.status);
}
