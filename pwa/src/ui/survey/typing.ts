/**
 * Text that is being typed reaches the model shortly after the last key.
 *
 * SurveyJS takes a text over when the field loses focus (at every key it would cost up to 96 ms on a
 * cheap phone); but a browser that is killed gives no field the time to lose it.
 */

import type { PageModel, Question, SurveyModel } from "survey-core";

/** After the last key; with the 150 ms of autosave below 300 ms. */
export const TYPING_MS = 120;

const TYPED = new Set(["text", "comment", "barcode"]);
/** Half-typed, these are no answers yet, or have a value of their own behind what is shown. */
const WHOLE_ONLY = new Set(["date", "time", "datetime", "datetime-local", "month", "week", "color", "range"]);

/** Return the text question that an input belongs to; undefined for what must not be taken half-typed. */
export function typedQuestion(survey: SurveyModel, field: Element): Question | undefined {
  const id = field.closest("[data-name][id]")?.id;
  if (id === undefined) return undefined;
  const page = survey.currentPage as PageModel | null;
  const shown = page?.questions.flatMap((item) => item.getNestedQuestions(false, true, true)) ?? [];
  const question = shown.find((item) => item.id === id);
  if (question === undefined || question.isReadOnly) return undefined;
  if (besides(question, field.id) !== undefined) return question;
  if (!TYPED.has(question.getType())) return undefined;
  if ((question as { inputId?: string }).inputId !== field.id) return undefined;
  const inputType: unknown = question.getPropertyValue("inputType");
  const mask: unknown = question.getPropertyValue("maskType");
  const isMasked = typeof mask === "string" && mask !== "" && mask !== "none";
  return WHOLE_ONLY.has(String(inputType)) || isMasked ? undefined : question;
}

/** Which text beside the answer a field holds: the comment, or what "other" is written as. */
function besides(question: Question, fieldId: string): "comment" | "otherValue" | undefined {
  if (fieldId === "") return undefined;
  if (fieldId === question.commentId) return "comment";
  return fieldId === (question as { otherId?: string }).otherId ? "otherValue" : undefined;
}

/** Take over what a field holds now, as SurveyJS would when it loses focus. */
export function takeOver(question: Question, field: { value: string; id?: string }): void {
  const text = field.value;
  const part = besides(question, field.id ?? "");
  if (part !== undefined) {
    // SurveyJS trims these and writes them back: a space at the end would vanish under the fingers.
    if (text === text.trimEnd()) Object.assign(question, { [part]: text });
    return;
  }
  if (question.getType() !== "text") {
    question.value = text === "" ? undefined : text;
    return;
  }
  const input = question as Question & { inputValue: unknown };
  const inputType: unknown = question.getPropertyValue("inputType");
  if (inputType === "number" && (text === "" || !/\d$/.test(text))) return; // "-", "1." are on their way
  if (String(question.value ?? "") !== text) input.inputValue = text;
}
