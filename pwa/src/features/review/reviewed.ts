/** What the PML saw when they last decided, to show what changed since; and remarks half written. */

import { type Json, type JsonObject, isObject, sameJson } from "@/engine";
import { store } from "@/store";
import type { AssignmentFull, Operation } from "@/store/types";
import { answerAt } from "@/ui/survey/paths";

/** Answers at the last decision. at: ISO 8601. */
export interface Reviewed {
  at: string;
  version: number;
  deed: string;
  answers: JsonObject;
}

const reviewedKey = (assignment: string): string => `reviewed.${assignment}`;
const remarksKey = (assignment: string): string => `remarks.${assignment}`;

export async function reviewedGet(person: string, assignment: string): Promise<Reviewed | null> {
  const found = await store.metadataGet({ person, key: reviewedKey(assignment) });
  if (!isObject(found)) return null;
  const { at, version, deed, answers } = found;
  const isWhole = typeof at === "string" && typeof version === "number" && isObject(answers);
  return isWhole ? { at, version, deed: typeof deed === "string" ? deed : "", answers } : null;
}

/** Remember the answers that a decision was made on. */
export async function reviewedKeep(unit: AssignmentFull, deed: string): Promise<void> {
  const value = { at: new Date().toISOString(), version: unit.version, deed, answers: unit.responses ?? {} };
  await store.metadataSet({ person: unit.person, key: reviewedKey(unit.id), value });
}

/** A remark that was written and has not reached the PPL. */
export interface Remark {
  text: string;
  /** What the answer was when it was written; null: none. */
  answer: Json;
}

/** Remarks on a unit by path, and with which reject they went. */
interface Remembered {
  remarks: Map<string, Remark>;
  submitted_at: string | null;
  sent_as: string | null;
}

/**
 * Return the remarks that have not reached the PPL.
 *
 * They stay whatever becomes of the answers: only a reject that was accepted, or the PML, takes them away.
 */
export async function remarksGet(unit: AssignmentFull): Promise<Map<string, Remark>> {
  const { person, id: assignment } = unit;
  const known = rememberedOf(await store.metadataGet({ person, key: remarksKey(assignment) }));
  if (known.remarks.size === 0 || known.sent_as === null) return known.remarks;
  const operations = await store.operationList({ person, assignment, accepted: true });
  if (!isDelivered(known, unit, operations.find(({ id }) => id === known.sent_as)?.state)) return known.remarks;
  await remarksKeep(unit, new Map());
  return new Map();
}

/** reject: state of the operation that carried the remarks; undefined: it is not on the phone any more. */
export function isDelivered(
  known: { submitted_at: string | null },
  unit: Pick<AssignmentFull, "status" | "submitted_by_ppl_at">,
  reject: Operation["state"] | undefined,
): boolean {
  if (reject !== undefined) return reject === "accepted";
  return unit.status.startsWith("Rejected") || unit.submitted_by_ppl_at !== known.submitted_at;
}

/** sentAs: the reject that carries them. */
export async function remarksKeep(
  unit: AssignmentFull,
  remarks: ReadonlyMap<string, Remark>,
  sentAs: string | null = null,
): Promise<void> {
  const texts = Object.fromEntries([...remarks].map(([path, { text, answer }]) => [path, { text, answer }]));
  const value = { submitted_at: unit.submitted_by_ppl_at, sent_as: sentAs, texts };
  await store.metadataSet({ person: unit.person, key: remarksKey(unit.id), value });
}

function rememberedOf(found: unknown): Remembered {
  const remarks = new Map<string, Remark>();
  if (!isObject(found)) return { remarks, submitted_at: null, sent_as: null };
  const { submitted_at, sent_as, texts } = found;
  for (const [path, value] of Object.entries(isObject(texts) ? texts : {})) {
    if (!isObject(value)) continue;
    const { text, answer } = value;
    if (typeof text === "string") remarks.set(path, { text, answer: answer ?? null });
  }
  const textOrNull = (value: unknown): string | null => (typeof value === "string" ? value : null);
  return { remarks, submitted_at: textOrNull(submitted_at), sent_as: textOrNull(sent_as) };
}

/** Return whether the answer is another one than the remark was written on. */
export function isOutdated(remark: Remark, path: string, answers: JsonObject): boolean {
  return !sameJson(remark.answer, answerAt(answers, path) ?? null);
}
