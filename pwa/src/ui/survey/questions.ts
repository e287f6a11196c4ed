/** Our question types as the widgets see them; the classes are the engine's (extensions.ts). */

import type { Question } from "survey-core";

export interface GeotagLike extends Question {
  minAccuracy: number | undefined;
}

export interface PhotoLike extends Question {
  minCount: number | undefined;
  maxCount: number | undefined;
}

/** Give a question its answer; nothing, or an empty one, takes it away. */
export function answer(question: Question, value: unknown): void {
  question.value = value;
}
