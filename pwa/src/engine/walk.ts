/** One walk over a validated SurveyJS model beside the answers it was given. */

import type {
  IElement,
  PanelModelBase,
  Question,
  QuestionMatrixDropdownModelBase,
  QuestionMultipleTextModel,
  QuestionPanelDynamicModel,
  SurveyModel,
} from "survey-core";

import { rowIds } from "./canonical";
import { COMMENT_SUFFIX, COMPUTED_TYPES, DISPLAY_TYPES, TOTAL_SUFFIX } from "./elements";
import { type Finding, type Spot, finding, findingsOf, textOfError, titleOf } from "./findings";
import { type Json, type JsonObject, get, isObject, put } from "./json";
import { type MessageKey, type MessageValues, message } from "./messages";
import { isEmpty, misfitOf } from "./misfits";
import type { FormQuestion, FormTree, Scope } from "./scope";

/** A code looked up in a master data set. */
export interface Lookup {
  path: string;
  type: string;
  code: string;
}

/** What a walk gathers; `hidden`: paths of answers left out because their question is not shown. */
export interface Gathered {
  errors: Finding[];
  warnings: Finding[];
  blanks: string[];
  visible: string[];
  hidden: string[];
  lookups: Lookup[];
  answered: number;
  total: number;
}

/** Whether a data set holds a code. */
export type MasterHas = (type: string, code: string) => boolean;

interface Place {
  scope: Scope;
  source: JsonObject;
  out: JsonObject;
  prefix: string;
  page: string;
  isShown: boolean;
}

export class Walk {
  readonly gathered: Gathered = {
    errors: [],
    warnings: [],
    blanks: [],
    visible: [],
    hidden: [],
    lookups: [],
    answered: 0,
    total: 0,
  };

  constructor(
    private readonly survey: SurveyModel,
    private readonly tree: FormTree,
    private readonly assignmentId: string,
    private readonly masterHas: MasterHas | undefined,
  ) {}

  /** Return the answers that count: of shown questions, rosters by row, computed ones made anew. */
  run(source: JsonObject): JsonObject {
    const out: JsonObject = {};
    const scope = this.tree.scope;
    for (const page of this.survey.pages) {
      const place = { scope, source, out, prefix: "", page: page.name, isShown: page.isVisible };
      this.elements(page, place);
    }
    for (const name of scope.computed) {
      const isCalculated = scope.calculated.has(name);
      const value = isCalculated ? plain(this.survey.getVariable(name)) : get(source, name);
      if (!scope.questions.has(name) && !isEmpty(value)) put(out, name, value ?? null);
    }
    keepArchive(source, out);
    return out;
  }

  private elements(container: PanelModelBase, place: Place): void {
    const before = this.gathered.visible.length;
    for (const element of container.elements) this.element(element, place);
    const first = this.gathered.visible[before];
    if (!place.isShown || first === undefined) return;
    for (const error of container.errors) {
      const title = container.processedTitle || container.name;
      const spot = { path: first, part: "", title, page: place.page };
      const list = error.isError ? this.gathered.errors : this.gathered.warnings;
      list.push(finding(spot, "required_one", textOfError(error)));
    }
  }

  private element(element: IElement, place: Place): void {
    if (element.isPanel) {
      const panel = element as unknown as PanelModelBase;
      this.elements(panel, { ...place, isShown: place.isShown && panel.isVisible });
      return;
    }
    const question = element as unknown as Question;
    const kind = question.getType();
    if (DISPLAY_TYPES.has(kind)) return;
    const key = question.getValueName();
    if (!place.isShown || !question.isVisible) this.hide(question, key, place);
    else this.question(question, kind, key, place);
  }

  private hide(question: Question, key: string, place: Place): void {
    const keeps = question.clearIfInvisible === "none";
    const isComputed = COMPUTED_TYPES.has(question.getType());
    for (const name of [key, key + COMMENT_SUFFIX]) {
      const value = get(place.source, name);
      if (value === undefined || isComputed) continue;
      if (keeps) put(place.out, name, value);
      else this.gathered.hidden.push(place.prefix + name);
    }
  }

  private question(question: Question, kind: string, key: string, place: Place): void {
    const path = place.prefix + key;
    const spot: Spot = { path, part: "", title: titleOf(question), page: place.page };
    const value = get(place.source, key);
    this.gathered.visible.push(path);
    this.companions(question, key, place);
    if (COMPUTED_TYPES.has(kind)) {
      const made = plain(question.value);
      if (!isEmpty(made)) put(place.out, key, made ?? null);
      this.note(findingsOf(question, spot));
      return;
    }
    const misfit = misfitOf(question, this.choices(place.scope.questions.get(key)), value);
    if (misfit === undefined) this.note(findingsOf(question, spot));
    else this.fault(spot, misfit.code, misfit.key, misfit.values);
    const isFaulty = misfit !== undefined || question.errors.some((error) => error.isError);
    this.count(question, path, value, isFaulty);
    this.master(question, spot, value);
    const rows = place.scope.rosters.get(key);
    if (rows !== undefined) this.roster(question, kind, value, rows, key, spot, place);
    else if (value !== undefined) put(place.out, key, value);
    if (kind === "matrixdropdown") this.cells(question as QuestionMatrixDropdownModelBase, spot);
    if (kind === "multipletext") this.items(question as QuestionMultipleTextModel, spot);
  }

  private companions(question: Question, key: string, place: Place): void {
    const comment = get(place.source, key + COMMENT_SUFFIX);
    if (comment !== undefined) put(place.out, key + COMMENT_SUFFIX, comment);
    const data = question.data as { getValue(name: string): unknown } | null;
    const total = question.isDescendantOf("matrixdropdownbase")
      ? plain(data?.getValue(key + TOTAL_SUFFIX))
      : undefined;
    if (!isEmpty(total)) put(place.out, key + TOTAL_SUFFIX, total ?? null);
  }

  private count(question: Question, path: string, value: Json | undefined, isFaulty: boolean): void {
    if (question.isReadOnly) return;
    this.gathered.total += 1;
    if (!isEmpty(value)) this.gathered.answered += 1;
    else if (!isFaulty) this.gathered.blanks.push(path);
  }

  private master(question: Question, spot: Spot, value: Json | undefined): void {
    const type: unknown = question.getPropertyValue("master");
    if (typeof type !== "string" || type === "") return;
    const codes = Array.isArray(value) ? value : [value];
    for (const code of codes) {
      if (typeof code !== "string") continue;
      this.gathered.lookups.push({ path: spot.path, type, code });
      if (this.masterHas?.(type, code) === false && !question.isReadOnly) {
        this.fault(spot, "not_in_master", "not_in_master", { code, master: type });
      }
    }
  }

  private roster(
    question: Question,
    kind: string,
    value: Json | undefined,
    scope: Scope,
    key: string,
    spot: Spot,
    place: Place,
  ): void {
    const rows = Array.isArray(value) ? value : [];
    const shown = kind === "paneldynamic" ? panelsOf(question) : rowsOf(question);
    const ids = rowIds(rows, spot.path, this.assignmentId);
    const kept = rows.map((row, index): Json => {
      const container = shown[index];
      if (container?.isShown !== true || !isObject(row)) return row;
      const id = ids[index] ?? "";
      const out: JsonObject = { _id: id };
      container.walk(this, { ...place, scope, source: row, out, prefix: `${spot.path}[${id}].` });
      keepArchive(row, out);
      return out;
    });
    if (value !== undefined) put(place.out, key, Array.isArray(value) ? kept : value);
    if (rows.length === 0) this.leastRows(shown, scope, spot.path, place);
  }

  /** Walk the empty rows that the form shows by itself; they are no answer yet. */
  private leastRows(shown: Row[], scope: Scope, path: string, place: Place): void {
    const ids = rowIds(shown.map(() => ({})), path, this.assignmentId);
    shown.forEach((row, index) => {
      const prefix = `${path}[${ids[index] ?? ""}].`;
      if (row.isShown) row.walk(this, { ...place, scope, source: {}, out: {}, prefix });
    });
  }

  /** Walk one row: a panel of a dynamic panel, or the cells and the detail panel of a matrix. */
  row(elements: readonly Question[], panel: PanelModelBase | undefined, place: Place): void {
    for (const element of elements) this.element(element, place);
    if (panel !== undefined) {
      this.elements(panel, { ...place, isShown: place.isShown && panel.isVisible });
    }
  }

  private cells(matrix: QuestionMatrixDropdownModelBase, spot: Spot): void {
    for (const row of matrix.allRows) {
      for (const cell of row.cells) {
        if (!cell.question.isVisible) continue;
        const part = `${row.rowName}.${cell.question.name}`;
        this.note(findingsOf(cell.question, { ...spot, part }));
      }
    }
  }

  private items(question: QuestionMultipleTextModel, spot: Spot): void {
    for (const item of question.items) {
      this.note(findingsOf(item.editor, { ...spot, part: item.name }));
    }
  }

  private note(found: { errors: Finding[]; warnings: Finding[] }): void {
    this.gathered.errors.push(...found.errors);
    this.gathered.warnings.push(...found.warnings);
  }

  /** Return the values a question offers; undefined where others are possible. */
  private choices(question: FormQuestion | undefined): ReadonlySet<Json> | undefined {
    if (question === undefined || this.tree.areChoicesOpen(question)) return undefined;
    const choices = this.tree.choicesOf(question);
    return choices.length === 0 ? undefined : new Set(choices.map((choice) => choice.value));
  }

  private fault(spot: Spot, code: string, key: MessageKey, values: MessageValues): void {
    const text = message(this.survey.getLocale(), key, values);
    this.gathered.errors.push(finding(spot, code, text));
  }
}

/** One row of a roster in the model; a row that the form's filter hides is kept as it is. */
interface Row {
  isShown: boolean;
  walk(walk: Walk, place: Place): void;
}

function panelsOf(question: Question): Row[] {
  return (question as QuestionPanelDynamicModel).panels.map((panel) => ({
    isShown: panel.isVisible,
    walk: (walk, place) => walk.row([], panel, place),
  }));
}

function rowsOf(question: Question): Row[] {
  const matrix = question as QuestionMatrixDropdownModelBase;
  return matrix.allRows.map((row) => ({
    isShown: row.isVisible,
    walk: (walk, place) => {
      const cells = row.cells.map((cell) => cell.question);
      walk.row(cells, row.detailPanel ?? undefined, place);
    },
  }));
}

/** Return a value of the model as JSON: dates as text, what JSON cannot hold as nothing. */
function plain(value: unknown): Json | undefined {
  if (value === undefined || value === null) return undefined;
  return JSON.parse(JSON.stringify(value) ?? "null") as Json;
}

function keepArchive(source: JsonObject, out: JsonObject): void {
  const archived = get(source, "_archived");
  if (archived !== undefined) out["_archived"] = archived;
}
