/**
 * Our components in SurveyJS's own factory.
 *
 * Vue's `app.component` is not asked for questions: an html question registered there alone would be
 * drawn by SurveyJS as it stands, scripts in attributes included. Source: design, section 12.
 */

import { ComponentFactory } from "survey-vue3-ui";

import BarcodeInput from "./widgets/BarcodeInput.vue";
import GeotagInput from "./widgets/GeotagInput.vue";
import PhotoInput from "./widgets/PhotoInput.vue";
import PrefilledText from "./widgets/PrefilledText.vue";
import QuestionFrame from "./widgets/QuestionFrame.vue";
import RosterQuestion from "./widgets/RosterQuestion.vue";
import SafeHtml from "./widgets/SafeHtml.vue";
import SignatureInput from "./widgets/SignatureInput.vue";

export const FRAME = "cerdas-question-frame";

const COMPONENTS = {
  "survey-html": SafeHtml,
  "survey-geotag": GeotagInput,
  "survey-photo": PhotoInput,
  "survey-barcode": BarcodeInput,
  "survey-signature": SignatureInput,
  "survey-prefilled": PrefilledText,
  "survey-paneldynamic": RosterQuestion,
  [FRAME]: QuestionFrame,
};

let isDone = false;

/** Register them; a second call changes nothing. */
export function registerComponents(): void {
  if (isDone) return;
  isDone = true;
  for (const [name, component] of Object.entries(COMPONENTS)) {
    ComponentFactory.Instance.registerComponent(name, component);
  }
}
