/** The SurveyJS model of a form as this app shows it: one page at a time, no buttons of its own. */

import {
  type Question,
  type QuestionPanelDynamicModel,
  type SurveyModel,
  settings,
} from "survey-core";

import { type JsonObject, createSurvey } from "@/engine";

import { FRAME } from "./register";
import type { LookupService } from "./services";

export interface ModelOptions {
  form: JsonObject;
  answers: JsonObject;
  prefilled: JsonObject;
  role: string;
  assignmentId: string;
  locale: string;
  isReadOnly: boolean;
  lookups: LookupService;
}

/** What SurveyJS asks when it draws something: by which component. */
interface Wrapping {
  element: { isPanel?: boolean; isPage?: boolean };
  wrapperName: string;
  reason?: string;
  componentName: string;
}

/** Rows loaded at once into an open list of a data set. */
const LIST_STEP = 50;

/** Return the model; dispose of it when the form closes. */
export function formModel(options: ModelOptions): SurveyModel {
  settings.animationEnabled = false;
  const survey = createSurvey(options.form, {
    role: options.role,
    answers: options.answers,
    prefilled: options.prefilled,
    assignmentId: options.assignmentId,
    newId: () => crypto.randomUUID(),
    locale: options.locale,
    search: options.lookups.search,
    texts: options.lookups.texts,
  });
  Object.assign(survey, {
    questionsOnPageMode: "standard",
    showNavigationButtons: false,
    showProgressBar: false,
    showTitle: false,
    showPageTitles: false,
    showCompletePage: false,
    showPreviewBeforeComplete: false,
    firstPageIsStartPage: false,
    textUpdateMode: "onBlur",
    checkErrorsMode: "onValueChanged",
    questionErrorLocation: "bottom",
    focusFirstQuestionAutomatic: false,
    focusOnFirstError: false,
    widthMode: "responsive",
    lazyRenderEnabled: false,
    clearInvisibleValues: "none",
    autoGrowComment: true,
  });
  if (options.isReadOnly) survey.readOnly = true;
  survey.onElementWrapperComponentName.add((_: unknown, event: Wrapping) => {
    const isQuestion = event.element.isPanel !== true && event.element.isPage !== true;
    const isWhole = event.wrapperName === "component" && event.reason === undefined;
    if (isQuestion && isWhole) event.componentName = FRAME;
  });
  for (const question of survey.getAllQuestions(false, true, true)) shape(question);
  survey.onDynamicPanelAdded.add((_, event) => {
    for (const question of event.panel?.questions ?? []) shape(question);
  });
  return survey;
}

/** Make a question fit a small screen: one row of a roster at a time, lists that load in steps. */
function shape(question: Question): void {
  switch (question.getType()) {
    case "paneldynamic": {
      const roster = question as QuestionPanelDynamicModel;
      if (roster.displayMode !== "carousel") roster.displayMode = "tab";
      for (const panel of roster.panels) for (const inner of panel.questions) shape(inner);
      break;
    }
    case "boolean":
      // A switch looks answered before it is, and its halves are too small for a thumb.
      if (question.renderAs === "default") question.renderAs = "radio";
      // Yes comes first, as on paper, unless the form turns it round.
      question.setPropertyValue("swapOrder", question.getPropertyValue("swapOrder") !== true);
      break;
    case "dropdown":
    case "tagbox":
      if (question.getPropertyValue("choicesLazyLoadEnabled") === true) {
        question.setPropertyValue("choicesLazyLoadPageSize", LIST_STEP);
      }
      break;
    default:
  }
}
