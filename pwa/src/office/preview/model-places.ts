/** Places in the running model: the question that was tapped, the one that the editor marks, what is open. */

import type { PageModel, PanelModel, Question, QuestionMatrixDropdownModelBase, QuestionPanelDynamicModel, SurveyModel } from "survey-core";

import { type Found, openRow, openRows, pathOf, questionAt } from "@/ui/survey/places";

import type { Target } from "./json-places";

/** What is open: the page, and per roster the row that is shown. */
export interface Standing {
  page: string;
  /** Paths of rows, `anggota[<_id>]`, outer ones first. */
  rows: string[];
}

/** Return the names around a question, outermost first, its own last. */
export function namesOf(question: Question): string[] {
  const holder = question.parentQuestion as Question | null | undefined;
  return holder ? [...namesOf(holder), question.name] : [question.name];
}

/** Return the question that something on the screen belongs to. */
export function questionOn(model: SurveyModel, shown: Element): Question | undefined {
  const page = model.currentPage as PageModel | null;
  const all = page?.questions.flatMap((item) => [item, ...item.getNestedQuestions(false, true, true)]) ?? [];
  for (let box = shown.closest("[id]"); box !== null; box = box.parentElement?.closest("[id]") ?? null) {
    const { id } = box;
    const found = all.find((question) => question.id === id);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Return the question that a target names, in the rows that are open; the roster where it has no row. */
export function questionFor(model: SurveyModel, names: readonly string[]): Found | undefined {
  const rows: Found["rows"] = [];
  let candidates: Question[] = model.getAllQuestions(false, true, false);
  let found: Question | undefined;
  for (const [at, name] of names.entries()) {
    const next = candidates.find((question) => question.name === name);
    if (next === undefined) break;
    found = next;
    if (at === names.length - 1) break;
    const inside = inOpenRow(next);
    if (inside === undefined) break;
    rows.push({ roster: next, index: inside.index });
    candidates = inside.questions;
  }
  return found === undefined ? undefined : { question: found, rows };
}

function inOpenRow(roster: Question): { index: number; questions: Question[] } | undefined {
  if (roster.getType() === "paneldynamic") {
    const panels = roster as QuestionPanelDynamicModel;
    const panel = (panels.currentPanel as PanelModel | null) ?? panels.panels[0];
    if (panel === undefined) return undefined;
    return { index: Math.max(0, panels.panels.indexOf(panel)), questions: panel.questions };
  }
  const row = (roster as QuestionMatrixDropdownModelBase).visibleRows?.[0];
  if (row === undefined) return undefined;
  const cells = row.cells.map((cell) => cell.question);
  return { index: 0, questions: [...cells, ...(row.detailPanel?.questions ?? [])] };
}

/** Where a target is on the screen. hidden: in the form, but its condition does not hold. elsewhere: on another page. */
export type Reached = { state: "shown"; id: string } | { state: "hidden" } | { state: "elsewhere" } | { state: "absent" };

/** Return where a target is; isOpened: open its page and rows first, whose drawing may take a moment. */
export function reach(model: SurveyModel, target: Target, isOpened: boolean): Reached {
  if (target.kind === "page") {
    const page = model.getPageByName(target.page);
    return page ? shownOn(model, page.name, page.isVisible, page.id, isOpened) : { state: "absent" };
  }
  if (target.kind === "panel") {
    const panel = model.getPanelByName(target.name) as PanelModel | null;
    return panel ? shownOn(model, pageOf(panel), isOpen(panel), panel.id, isOpened) : { state: "absent" };
  }
  const found = questionFor(model, target.names);
  if (found === undefined) return { state: "absent" };
  if (isOpened) openRows(found);
  return shownOn(model, pageOf(found.question), isOpen(found.question), found.question.id, isOpened);
}

interface Held {
  isVisible: boolean;
  parent?: unknown;
  parentQuestion?: unknown;
}

/** Return whether it and everything around it is shown. */
function isOpen(element: Held): boolean {
  const around = (element.parent ?? element.parentQuestion ?? null) as Held | null;
  return element.isVisible && (around === null || isOpen(around));
}

function pageOf(element: Question | PanelModel): string {
  return (element.page as { name: string } | null)?.name ?? "";
}

function shownOn(model: SurveyModel, pageName: string, isVisible: boolean, id: string, isOpened: boolean): Reached {
  const page = model.visiblePages.find((item) => item.name === pageName);
  if (page === undefined || !isVisible) return { state: "hidden" };
  if (model.currentPage !== page && !isOpened) return { state: "elsewhere" };
  model.currentPage = page;
  return { state: "shown", id };
}

/** Return what is open now, to be opened again in a model of the changed form. */
export function standing(model: SurveyModel, assignmentId: string): Standing {
  const page = model.currentPage as { name: string } | null;
  return { page: page?.name ?? "", rows: openRowsOf(model.getAllQuestions(false, true, false), assignmentId) };
}

/** Return the open rows of rosters and of those in them; rows that are not open are not looked into. */
function openRowsOf(questions: readonly Question[], assignmentId: string): string[] {
  return questions.flatMap((question) => {
    if (question.getType() !== "paneldynamic") return [];
    const roster = question as QuestionPanelDynamicModel;
    const row = openRow(roster, assignmentId);
    if (row === undefined) return [];
    const inside = (roster.currentPanel as PanelModel | null)?.questions ?? [];
    return [`${pathOf(question, assignmentId)}[${row}]`, ...openRowsOf(inside, assignmentId)];
  });
}

/** Open what was open; what the changed form has not any more is passed over. */
export function stand(model: SurveyModel, wanted: Standing, assignmentId: string): void {
  const page = model.visiblePages.find((item) => item.name === wanted.page);
  if (page !== undefined) model.currentPage = page;
  for (const path of wanted.rows) {
    const found = questionAt(model, path, assignmentId);
    if (found !== undefined) openRows(found);
  }
}
