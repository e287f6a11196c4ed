/** What a PML may do with a unit, what needs it first, and how far each PPL is. Source: spec, "Life of a response". */

import type { Assignment, Operation, OperationType, ResponseStatus } from "@/store/types";

export type ReviewDeed = "approve" | "reject" | "revert_approval" | "edit";

const BY_STATUS: Partial<Record<ResponseStatus, readonly ReviewDeed[]>> = {
  "Submitted by PPL": ["approve", "reject", "edit"],
  "Approved by PML": ["revert_approval"],
};

/**
 * Return what a PML may do now.
 *
 * waiting: operations of the unit on this phone; while one waits for the server nothing is added.
 * allowed: what the server says when it was asked, undefined offline.
 */
export function deedsOf(
  unit: Pick<Assignment, "status" | "gone">,
  waiting: readonly Pick<Operation, "state">[],
  allowed?: readonly OperationType[],
): ReviewDeed[] {
  const isWaiting = waiting.some(({ state }) => state !== "accepted");
  if (unit.gone || isWaiting) return [];
  const deeds = BY_STATUS[unit.status] ?? [];
  return allowed === undefined ? [...deeds] : deeds.filter((deed) => allowed.includes(deed));
}

/** Return whether approving needs words: answers that did not pass the check. */
export function needsReason(unit: Pick<Assignment, "check" | "version">): boolean {
  return unit.check.state === "failed" && unit.check.version === unit.version;
}

/** What needs the PML first; lower comes first. */
export type Urgency = "stuck" | "failed" | "again" | "ready" | "checking" | "waiting" | "field" | "done";
const ORDER: readonly Urgency[] = ["stuck", "failed", "again", "ready", "checking", "waiting", "field", "done"];

/** Return how urgent a unit is for its PML. */
export function urgencyOf(unit: Assignment): Urgency {
  if (["conflict", "refused"].includes(unit.local)) return "stuck";
  if (["queued", "sending"].includes(unit.local)) return "waiting";
  if (unit.status === "Submitted by PPL") {
    if (unit.check.state === "failed") return "failed";
    if (unit.reviewed_by_pml_at === null && unit.comments.length > 0) return "again";
    return unit.check.state === "passed" ? "ready" : "checking";
  }
  return unit.status === "Approved by PML" || unit.status === "Approved by Admin" ? "done" : "field";
}

/** Return whether a unit waits for a decision of the PML. */
export function needsDecision(urgency: Urgency): boolean {
  return ORDER.indexOf(urgency) <= ORDER.indexOf("checking");
}

export interface UnitStanding {
  unit: Assignment;
  urgency: Urgency;
}

export interface PplGroup {
  id: string;
  name: string;
  units: UnitStanding[];
  total: number;
  /** Waiting for the PML. */
  open: number;
  /** Approved, by the PML or finally. */
  approved: number;
  /** Sent at least once: submitted or approved. */
  sent: number;
}

/** Return the units of a PML by PPL: who has most to look at first, within each what is urgent. */
export function groupsOf(units: readonly Assignment[], pml: string): PplGroup[] {
  const groups = new Map<string, PplGroup>();
  for (const unit of units) {
    if (unit.pml?.id !== pml || unit.gone) continue;
    const group = groups.get(unit.ppl.id) ?? {
      id: unit.ppl.id, name: unit.ppl.name, units: [], total: 0, open: 0, approved: 0, sent: 0,
    };
    groups.set(unit.ppl.id, group);
    const urgency = urgencyOf(unit);
    group.units.push({ unit, urgency });
    group.total += 1;
    if (needsDecision(urgency)) group.open += 1;
    if (urgency === "done") group.approved += 1;
    if (urgency === "done" || unit.status === "Submitted by PPL") group.sent += 1;
  }
  for (const group of groups.values()) group.units.sort(byUrgency);
  return [...groups.values()].sort((a, b) => b.open - a.open || a.name.localeCompare(b.name));
}

/** Within the same urgency what was sent first comes first. */
function byUrgency(a: UnitStanding, b: UnitStanding): number {
  return (
    ORDER.indexOf(a.urgency) - ORDER.indexOf(b.urgency) ||
    (a.unit.submitted_by_ppl_at ?? "").localeCompare(b.unit.submitted_by_ppl_at ?? "") ||
    a.unit.label.localeCompare(b.unit.label, undefined, { numeric: true })
  );
}
