/** What the PML saw when they last decided, to show what changed since; and remarks half written. */

import { type JsonObject, isObject } from "@/engine";
import { store } from "@/store";
import type { AssignmentFull } from "@/store/types";

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

/** Remarks that were written and not sent; those on an older version are gone with it. */
export async function remarksGet(unit: AssignmentFull): Promise<Map<string, string>> {
  const found = await store.metadataGet({ person: unit.person, key: remarksKey(unit.id) });
  if (!isObject(found) || found["version"] !== unit.version || !isObject(found["texts"])) return new Map();
  const texts = Object.entries(found["texts"]);
  return new Map(texts.filter((entry): entry is [string, string] => typeof entry[1] === "string"));
}

export async function remarksKeep(unit: AssignmentFull, remarks: ReadonlyMap<string, string>): Promise<void> {
  const value = { version: unit.version, texts: Object.fromEntries(remarks) };
  await store.metadataSet({ person: unit.person, key: remarksKey(unit.id), value });
}
