/** Between questions of the running SurveyJS model and paths of answers. */

import type {
  PanelModel,
  Question,
  QuestionMatrixDropdownModelBase,
  QuestionPanelDynamicModel,
  SurveyModel,
} from "survey-core";

import { type Json, isObject, rowIds } from "@/engine";

import { joinPath, splitPath } from "./paths";

/** Where somebody is: page, question, and the roster rows that are open, outermost first. */
export interface Place {
  page: string;
  question: string | null;
  panel: string[];
}

/** Return the path of a question; of a cell or item inside a composite answer, that of the answer. */
export function pathOf(question: Question, assignmentId: string): string {
  const holder = question.parentQuestion as Question | null | undefined;
  if (!holder) return question.getValueName();
  const above = pathOf(holder, assignmentId);
  const row = rowIndex(holder, question);
  if (row < 0 || holder.getType() === "matrixdropdown") return above;
  return `${above}[${rowIdAt(holder, above, row, assignmentId)}].${question.getValueName()}`;
}

/** Return the index of the row of a roster that holds a question, -1 for what is no roster. */
function rowIndex(holder: Question, question: Question): number {
  const data: unknown = question.data;
  switch (holder.getType()) {
    case "paneldynamic":
      return (holder as QuestionPanelDynamicModel).panels.findIndex((panel) => (panel.data as unknown) === data);
    case "matrixdynamic":
      return (holder as QuestionMatrixDropdownModelBase).allRows.findIndex((row) => row === data);
    default:
      return -1;
  }
}

/** Return the id of a row; rows that the form shows by itself have the id that the engine gives. */
export function rowIdAt(holder: Question, path: string, index: number, assignmentId: string): string {
  const value: unknown = holder.value;
  const rows: Json[] = Array.isArray(value) ? [...(value as Json[])] : [];
  while (rows.length <= index) rows.push({});
  return rowIds(rows.map((row) => (isObject(row) ? row : {})), path, assignmentId)[index] ?? "";
}

/** A place found in the model: the question, or the roster whose row is meant. */
export interface Found {
  question: Question;
  /** Rosters on the way with the rows to open. */
  rows: { roster: Question; index: number }[];
}

/** Return the question at a path, undefined where the form or the rows have none such. */
export function questionAt(survey: SurveyModel, path: string, assignmentId: string): Found | undefined {
  const split = splitPath(path);
  if (split === undefined) return undefined;
  const rows: Found["rows"] = [];
  let candidates: Question[] = survey.getAllQuestions(false, true, false);
  let walked = "";
  for (const step of split.steps) {
    const roster = candidates.find((question) => question.getValueName() === step.key);
    if (roster === undefined) return undefined;
    walked = walked === "" ? step.key : `${walked}.${step.key}`;
    const shown = rowQuestions(roster);
    const index = shown.findIndex((_, at) => rowIdAt(roster, walked, at, assignmentId) === step.row);
    if (index < 0) return undefined;
    rows.push({ roster, index });
    candidates = shown[index] ?? [];
    walked = `${walked}[${step.row}]`;
  }
  const question =
    split.last === ""
      ? rows.at(-1)?.roster
      : candidates.find((candidate) => candidate.getValueName() === split.last);
  return question === undefined ? undefined : { question, rows };
}

/** Return the questions of each row of a roster. */
function rowQuestions(roster: Question): Question[][] {
  if (roster.getType() === "paneldynamic") {
    return (roster as QuestionPanelDynamicModel).panels.map((panel) => panel.questions);
  }
  const rows = (roster as QuestionMatrixDropdownModelBase).allRows ?? [];
  return rows.map((row) => [
    ...row.cells.map((cell) => cell.question),
    ...(row.detailPanel?.questions ?? []),
  ]);
}

/** Open the rows on the way to a question; rows that a filter of the form hides stay hidden. */
export function openRows(found: Found): void {
  for (const { roster, index } of found.rows) {
    if (roster.getType() !== "paneldynamic") continue;
    const panels = roster as QuestionPanelDynamicModel;
    const panel: PanelModel | undefined = panels.panels[index];
    const shown = panel === undefined ? -1 : panels.visiblePanels.indexOf(panel);
    if (shown >= 0) panels.currentIndex = shown;
    panel?.expand();
  }
}

/** Show one row of a roster. */
export function rowShow(roster: QuestionPanelDynamicModel, at: number): void {
  roster.currentIndex = at;
}

/** Return the row of a roster that is shown, its `_id`; undefined where none is. */
export function openRow(roster: QuestionPanelDynamicModel, assignmentId: string): string | undefined {
  const panel = roster.currentPanel as PanelModel | null;
  if (!panel) return undefined;
  const path = pathOf(roster, assignmentId);
  return rowIdAt(roster, path, roster.panels.indexOf(panel), assignmentId);
}

/** Return where a question is, for reopening. */
export function placeOf(question: Question, assignmentId: string): Place {
  const path = pathOf(question, assignmentId);
  const page = question.page as { name: string } | null;
  const steps = splitPath(path)?.steps ?? [];
  return { page: page?.name ?? "", question: path, panel: steps.map((step) => step.row) };
}

/** Return the path of a row that stays when the question in it is not known any more. */
export function rowPath(path: string): string | undefined {
  const split = splitPath(path);
  if (split === undefined || split.steps.length === 0) return undefined;
  return split.last === ""
    ? joinPath({ steps: split.steps.slice(0, -1), last: split.steps.at(-1)?.key ?? "" })
    : joinPath({ steps: split.steps, last: "" });
}
