/** Answers as a list to read: pages, questions, rows within rows. */

import {
  type Difference,
  type Finding,
  type FormQuestion,
  type FormTree,
  type Json,
  type JsonObject,
  type Scope,
  atPath,
  get,
  isEmpty,
  isObject,
  rowKey,
} from "@/engine";

import { COMMENT_SUFFIX, withoutNote } from "./paths";
import { pageNames } from "./progress";
import { type Words, answerText, rowName, titleText } from "./wording";

/** One answer. before: what it was, where it changed; prelist: what was known before the visit. */
export interface AnswerLine {
  kind: "answer";
  path: string;
  question: FormQuestion;
  title: string;
  value: Json | undefined;
  text: string;
  isBlank: boolean;
  note: string;
  prelist: string;
  change: { old: string } | null;
  findings: { isError: boolean; message: string }[];
  depth: number;
}

/** The head of one row of a roster. */
export interface RowLine {
  kind: "row";
  path: string;
  title: string;
  state: "same" | "added" | "removed";
  depth: number;
}

export type Line = AnswerLine | RowLine;

export interface PageLines {
  name: string;
  title: string;
  lines: Line[];
  changed: number;
  findings: number;
}

export interface LineSources {
  tree: FormTree;
  answers: JsonObject;
  prefilled: JsonObject;
  /** Paths shown, by the engine; undefined: whatever has an answer. */
  visible: ReadonlySet<string> | undefined;
  /** What changed since somebody last looked. */
  differences: readonly Difference[];
  errors: readonly Finding[];
  warnings: readonly Finding[];
  words: Words;
}

/** Return the answers page by page, in the order of the form. */
export function answerPages(sources: LineSources): PageLines[] {
  const builder = new Builder(sources);
  return pageNames(sources.tree)
    .map(({ name, title }) => {
      const lines = builder.scope(sources.tree.scope, sources.answers, "", 0, name);
      const answers = lines.filter((line) => line.kind === "answer");
      return {
        name,
        title: title(sources.words.locale),
        lines,
        changed: lines.filter((line) => (line.kind === "row" ? line.state !== "same" : line.change !== null)).length,
        findings: answers.reduce((sum, line) => sum + line.findings.length, 0),
      };
    })
    .filter((page) => page.lines.length > 0);
}

class Builder {
  private readonly changes: ReadonlyMap<string, Difference>;
  private readonly findings = new Map<string, { isError: boolean; message: string }[]>();

  constructor(private readonly sources: LineSources) {
    this.changes = new Map(sources.differences.map((item) => [item.path, item]));
    const note = (list: readonly Finding[], isError: boolean): void => {
      for (const { path, message } of list) {
        this.findings.set(path, [...(this.findings.get(path) ?? []), { isError, message }]);
      }
    };
    note(sources.errors, true);
    note(sources.warnings, false);
  }

  scope(scope: Scope, answers: JsonObject, prefix: string, depth: number, page?: string): Line[] {
    const lines: Line[] = [];
    for (const [key, question] of scope.questions) {
      if (page !== undefined && question.page !== page) continue;
      const rows = scope.rosters.get(key);
      const path = prefix + key;
      if (rows === undefined) this.answer(question, answers, path, depth, lines);
      else this.roster(question, rows, answers, path, depth, lines);
    }
    return lines;
  }

  private isShown(path: string, value: Json | undefined): boolean {
    const { visible } = this.sources;
    if (this.changes.has(path) || this.findings.has(path)) return true;
    return visible === undefined ? !isEmpty(value) : visible.has(path);
  }

  private answer(
    question: FormQuestion,
    answers: JsonObject,
    path: string,
    depth: number,
    lines: Line[],
  ): void {
    const { tree, words, prefilled } = this.sources;
    const value = get(answers, question.key) ?? prelistOf(question, prefilled);
    if (!this.isShown(path, value)) return;
    const note = get(answers, question.key + COMMENT_SUFFIX);
    const change = this.changes.get(path);
    const known = depth === 0 && question.kind !== "prefilled" ? get(prefilled, question.key) : undefined;
    const text = answerText(tree, question, value, words);
    const prelist = known === undefined ? "" : answerText(tree, question, known, words);
    lines.push({
      kind: "answer",
      path,
      question,
      title: titleText(question, words.locale, this.sources.answers, depth > 0 ? answers : {}),
      value,
      text,
      isBlank: isEmpty(value),
      note: typeof note === "string" ? note : "",
      prelist: prelist === words.none ? "" : prelist,
      change: change === undefined ? null : { old: answerText(tree, question, change.old, words) },
      findings: this.findings.get(path) ?? [],
      depth,
    });
  }

  private roster(
    roster: FormQuestion,
    scope: Scope,
    answers: JsonObject,
    path: string,
    depth: number,
    lines: Line[],
  ): void {
    const { words } = this.sources;
    const value = get(answers, roster.key);
    const rows = Array.isArray(value) ? value : [];
    const findings = this.findings.get(path) ?? [];
    const shown = this.isShown(path, value);
    if (findings.length > 0 || (shown && rows.length === 0)) this.answer(roster, answers, path, depth, lines);
    rows.forEach((row, index) => {
      if (!isObject(row)) return;
      const at = `${path}[${rowKey(row, index)}]`;
      const title = [titleText(roster, words.locale), rowName(roster, scope, row, index, words.locale)].join(" › ");
      const isNew = this.changes.get(at)?.old === null;
      lines.push({ kind: "row", path: at, title, state: isNew ? "added" : "same", depth });
      lines.push(...this.scope(scope, row, `${at}.`, depth + 1));
    });
    for (const [at, change] of this.changes) {
      const isRow = at.startsWith(`${path}[`) && at.endsWith("]") && !at.slice(path.length + 1).includes("[");
      if (!isRow || change.new !== null || !isObject(change.old)) continue;
      const title = [titleText(roster, words.locale), rowName(roster, scope, change.old, 0, words.locale)].join(" › ");
      lines.push({ kind: "row", path: at, title, state: "removed", depth });
    }
  }
}

/** Return what the prelist says to a `prefilled` question: answers need not hold it. */
function prelistOf(question: FormQuestion, prefilled: JsonObject): Json | undefined {
  if (question.kind !== "prefilled") return undefined;
  const key = get(question.element, "dataKey");
  return atPath(prefilled, typeof key === "string" && key !== "" ? key : question.name);
}

/** Return whether a question takes a remark of a reviewer: everything that can be mended. */
export function mayRemark(line: Line): boolean {
  if (line.kind !== "answer" || withoutNote(line.path) !== line.path) return false;
  return !["expression", "prefilled"].includes(line.question.kind);
}
