/** A photo that was ready only after its form had closed: it is named in the stored answers. */

import type { JsonObject } from "@/engine";

import { answerAt, withAnswer } from "./paths";

/** Return answers that name the photo at its question; undefined when the row on the way is gone. */
export function withPhoto(answers: JsonObject, path: string, id: string): JsonObject | undefined {
  const known = answerAt(answers, path);
  const ids = Array.isArray(known) ? known : [];
  return ids.includes(id) ? answers : withAnswer(answers, path, [...ids, id]);
}
