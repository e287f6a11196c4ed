/**
 * The enumerator's notes on questions that the form itself gives no comment field.
 *
 * survey-core keeps such a note in the answers and never reads it back: the question would look as if
 * it had none, and could not lose it.
 */

import type { Question } from "survey-core";

interface WithComments {
  data?: { getComment?: (name: string) => unknown } | null;
}

/** Give a question the note that the answers have for it. */
export function noteRead(question: Question): void {
  const { data } = question as unknown as WithComments;
  const kept = data?.getComment?.(question.getValueName());
  if (typeof kept === "string" && kept !== "" && question.comment !== kept) question.updateCommentFromSurvey(kept);
}
