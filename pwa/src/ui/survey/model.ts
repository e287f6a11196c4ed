/** The SurveyJS model of a form as this app shows it: one page at a time, no buttons of its own. */

import {
  type MatrixDropdownColumn,
  type MatrixDropdownRowModelBase,
  type PanelModel,
  type Question,
  type QuestionMatrixDropdownModelBase,
  type QuestionPanelDynamicModel,
  type SurveyModel,
  settings,
} from "survey-core";

import { COMPUTED_TYPES, FOLLOWING, type JsonObject, createSurvey } from "@/engine";

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
/** From the last key until a data set is searched; that takes some 20 ms, on the phone itself. */
const SEARCH_AFTER_MS = 60;

/** Return the model; dispose of it when the form closes. */
export function formModel(options: ModelOptions): SurveyModel {
  settings.animationEnabled = false;
  settings.dropdownSearchDelay = SEARCH_AFTER_MS;
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
  // Rosters build the questions of their rows when they are first shown, from the template: what is
  // shaped there is shaped in every row, and opening a large interview costs no more than its first page.
  const questions = survey.getAllQuestions(false, true, false);
  for (const question of questions) shape(question);
  survey.onMatrixCellCreated.add((_, event) => shape(event.cellQuestion));
  // Only where the form itself writes into rows: what it writes is read, and sent, from pages never opened.
  const written = questions.filter((question) => isRoster(question) && isWritten(question));
  for (const roster of written) build(roster);
  if (written.length > 0) survey.runExpressions();
  return survey;
}

/** Make a question fit a small screen: one row of a roster at a time, lists that load in steps. */
function shape(question: Question): void {
  switch (question.getType()) {
    case "paneldynamic": {
      const roster = question as QuestionPanelDynamicModel;
      // past the setter, which would build every row
      if (roster.displayMode !== "carousel") roster.setPropertyValue("displayMode", "tab");
      for (const inner of roster.template.questions) shape(inner);
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

/** Build the rows of a roster that the form writes into, and those inside them. */
function build(question: Question): void {
  if (!isWritten(question)) return;
  if (question.getType() === "paneldynamic") {
    for (const row of (question as QuestionPanelDynamicModel).panels) row.questions.forEach(build);
  } else if (isMatrix(question)) {
    for (const row of question.allRows) unfold(row);
  }
}

/** Make the part of a line that unfolds; survey-core does so when it is first shown, and then tells no one what it computed. */
function unfold(row: MatrixDropdownRowModelBase): void {
  row.showDetailPanel();
  row.hideDetailPanel();
  const inner = (row.detailPanel as PanelModel | null)?.questions ?? [];
  for (const question of inner) {
    build(question);
    const isComputed = COMPUTED_TYPES.has(question.getType()) && !question.isEmpty();
    if (isComputed) row.setValue(question.getValueName(), question.value);
  }
}

/** Return whether the form computes a question, makes it follow others, or does so with one inside it. */
function isWritten(question: Question): boolean {
  if (COMPUTED_TYPES.has(question.getType()) || FOLLOWING.some((key) => Boolean(question.getPropertyValue(key)))) return true;
  if (question.getType() === "paneldynamic") return (question as QuestionPanelDynamicModel).template.questions.some(isWritten);
  if (!isMatrix(question)) return false;
  const columns = question.columns as MatrixDropdownColumn[];
  const isAnyColumn = columns.some((column) => column.hasTotal || isWritten(column.templateQuestion));
  return isAnyColumn || question.detailPanel.questions.some(isWritten);
}

function isRoster(question: Question): boolean {
  return question.getType() === "paneldynamic" || isMatrix(question);
}

function isMatrix(question: Question): question is QuestionMatrixDropdownModelBase {
  return question.isDescendantOf("matrixdropdownbase");
}
