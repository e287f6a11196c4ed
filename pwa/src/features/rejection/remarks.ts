/** What a rejection says to the PPL: who, when, why, and which questions. */

import { type FormTree, type JsonObject, walkScope } from "@/engine";
import type { Assignment, Comment, ResponseStatus } from "@/store/types";
import { rootKey } from "@/ui/survey/paths";
import type { QuestionComment } from "@/ui/survey/services";
import { type Words, pathWords } from "@/ui/survey/wording";

export interface Rejection {
  by: "PML" | "Admin";
  /** Name of the supervisor; null for the office, whose people the phone does not know. */
  name: string | null;
  /** ISO 8601, UTC. */
  at: string | null;
  reason: string;
}

type Rejected = Pick<Assignment, "status" | "notes" | "comments" | "pml" | "reviewed_by_pml_at" | "reviewed_by_admin_at">;

const REJECTED: readonly ResponseStatus[] = ["Rejected by PML", "Rejected by Admin"];

/** Return the rejection that a unit stands in, undefined in any other status. */
export function rejectionOf(unit: Rejected): Rejection | undefined {
  if (!REJECTED.includes(unit.status)) return undefined;
  const isPml = unit.status === "Rejected by PML";
  return {
    by: isPml ? "PML" : "Admin",
    name: unit.comments[0]?.by ?? (isPml ? (unit.pml?.name ?? null) : null),
    at: isPml ? unit.reviewed_by_pml_at : unit.reviewed_by_admin_at,
    reason: unit.notes,
  };
}

/** Return the remarks by the path of their question. */
export function commentsByPath(comments: readonly Comment[]): ReadonlyMap<string, QuestionComment[]> {
  const byPath = new Map<string, QuestionComment[]>();
  for (const { path, text, by } of comments) {
    byPath.set(path, [...(byPath.get(path) ?? []), { path, text, by }]);
  }
  return byPath;
}

/** A remark with its question in words. */
export interface Remark {
  path: string;
  title: string;
  rows: string[];
  text: string;
}

/** Return the remarks in the order of the form. */
export function remarksOf(
  tree: FormTree,
  comments: readonly Comment[],
  answers: JsonObject,
  words: Words,
): Remark[] {
  const order = new Map([...walkScope(tree.scope)].map((question, at) => [question.path, at]));
  const place = (path: string): number =>
    order.get(path.replaceAll(/\[[^\]]*\]/g, "[]")) ?? order.get(rootKey(path)) ?? order.size;
  return [...comments]
    .sort((one, other) => place(one.path) - place(other.path))
    .map(({ path, text }) => ({ path, text, ...pathWords(tree, path, [answers], words) }));
}
