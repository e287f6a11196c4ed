/** A limited edit: which questions go to the server. Source: docs/sync.md, `edit`. */

import { type JsonObject, editable, get, sameJson } from "@/engine";

/** Return the questions of the unit that differ once only what a PML may change is changed; null clears. */
export function editedQuestions(form: JsonObject, before: JsonObject, after: JsonObject): JsonObject {
  const allowed = editable(form, "PML", before, after).answers;
  const changes: JsonObject = {};
  for (const key of new Set([...Object.keys(before), ...Object.keys(allowed)])) {
    const [old, now] = [get(before, key) ?? null, get(allowed, key) ?? null];
    if (key !== "_archived" && !sameJson(old, now)) changes[key] = now;
  }
  return changes;
}
