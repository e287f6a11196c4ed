/** How far an interview is: per page, in all, and what is left, as one role sees it. */

import {
  type Finding,
  type FormTree,
  type Verdict,
  get,
  isComputed,
  isEmpty,
  objectsOf,
} from "@/engine";

import { answerAt, questionOf, rootKey } from "./paths";
import { textIn } from "./wording";

export interface PageProgress {
  name: string;
  title: string;
  answered: number;
  total: number;
  wrong: number;
  missing: number;
  warnings: number;
  isShown: boolean;
}

export interface Summary {
  pages: PageProgress[];
  answered: number;
  total: number;
  /** What is answered against a rule. */
  wrong: Finding[];
  /** What must be answered and is not yet. */
  missing: Finding[];
  warnings: Finding[];
  /** Paths of open questions that need no answer and have none. */
  blanks: string[];
}

/** Return the names of the pages, as the engine numbers those without one. */
export function pageNames(tree: FormTree): { name: string; title: (locale: string) => string }[] {
  return objectsOf(get(tree.form, "pages")).map((page, index) => {
    const given = get(page, "name");
    const name = typeof given === "string" && given !== "" ? given : `page${index + 1}`;
    return { name, title: (locale) => textIn(get(page, "title"), locale, `${index + 1}`) };
  });
}

/**
 * Return what a role has done and has left. Questions that the role may not edit do not count, nor
 * do disabled ones without an answer.
 */
export function summaryOf(tree: FormTree, verdict: Verdict, role: string, locale: string): Summary {
  const mine = (path: string): boolean => {
    return questionOf(tree.scope, path)?.editableBy.has(role) === true;
  };
  const pages = new Map<string, PageProgress>();
  for (const { name, title } of pageNames(tree)) {
    pages.set(name, {
      name, title: title(locale), answered: 0, total: 0, wrong: 0, missing: 0, warnings: 0, isShown: false,
    });
  }
  const pageOf = (path: string): PageProgress | undefined =>
    pages.get(tree.scope.questions.get(rootKey(path))?.page ?? "");
  const blanks = verdict.blanks.filter(mine);
  const faulty = new Set(verdict.errors.map((error) => error.path));
  const open = new Set(blanks);
  for (const path of verdict.visible) {
    const page = pageOf(path);
    if (page === undefined) continue;
    page.isShown = true;
    if (!mine(path) || isMade(tree, path)) continue;
    const isAnswered = !isEmpty(answerAt(verdict.answers, path));
    if (isAnswered) page.answered += 1;
    if (isAnswered || open.has(path) || faulty.has(path)) page.total += 1;
  }
  const missing = verdict.errors.filter(isMissing);
  const wrong = verdict.errors.filter((error) => !isMissing(error));
  for (const error of missing) count(pageOf(error.path), "missing");
  for (const error of wrong) count(pageOf(error.path), "wrong");
  for (const warning of verdict.warnings) count(pageOf(warning.path), "warnings");
  const shown = [...pages.values()];
  return {
    pages: shown,
    answered: shown.reduce((sum, page) => sum + page.answered, 0),
    total: shown.reduce((sum, page) => sum + page.total, 0),
    wrong,
    missing,
    warnings: verdict.warnings,
    blanks,
  };
}

/** Return whether a rule is broken only because nothing was answered yet. */
export function isMissing(finding: Finding): boolean {
  return finding.code.startsWith("required");
}

function isMade(tree: FormTree, path: string): boolean {
  const question = questionOf(tree.scope, path);
  const isRoster = question !== undefined && ["paneldynamic", "matrixdynamic"].includes(question.kind);
  return isRoster || isComputed(tree.scope, path) || ["expression", "prefilled"].includes(question?.kind ?? "");
}

function count(page: PageProgress | undefined, key: "wrong" | "missing" | "warnings"): void {
  if (page !== undefined) page[key] += 1;
}
