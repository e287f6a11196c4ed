/**
 * The questions of a form: one compiled tree that canonical answers, editing and labels read.
 *
 * Panels are flattened, rosters (paneldynamic, matrixdynamic) are scopes of their own.
 * Agrees with kegiatan/form/questions.py.
 */

import {
  type Choice,
  CHOICE_TYPES,
  COMMENT_SUFFIX,
  COMPUTED_TYPES,
  DEFAULT_EDITORS,
  DISPLAY_TYPES,
  ROLES,
  ROSTER_TYPES,
  TOTAL_SUFFIX,
  childElements,
  choiceItems,
  generatedChoices,
  localized,
  pythonText,
  specialChoices,
} from "./elements";
import { type Json, type JsonObject, get, isObject, objectsOf, textOf } from "./json";

/**
 * One question, or one roster, of a form.
 *
 * key: name under which the answer is stored (`valueName`, else the name).
 * path: keys from the outermost roster, rows as `[]`: `anggota[].pekerjaan[].kbli`.
 * editableBy: PPL and admin when neither it nor what is around it has `editableBy`.
 */
export interface FormQuestion {
  key: string;
  name: string;
  kind: string;
  path: string;
  title: string;
  page: string;
  editableBy: ReadonlySet<string>;
  master: string | undefined;
  visitOutcome: boolean;
  element: JsonObject;
}

/**
 * The questions that share one object of answers: the unit itself, or a row of one roster.
 *
 * computed: further names the form writes; of these `calculated` can be made anew at any time, what
 * triggers wrote cannot. Both only on the unit.
 */
export interface Scope {
  path: string;
  questions: ReadonlyMap<string, FormQuestion>;
  rosters: ReadonlyMap<string, Scope>;
  computed: ReadonlySet<string>;
  calculated: ReadonlySet<string>;
}

/** A form and its root scope; build it once per form version. */
export interface FormTree {
  form: JsonObject;
  scope: Scope;
  choicesOf(question: FormQuestion): Choice[];
  /** Whether answers outside the known choices are possible. */
  areChoicesOpen(question: FormQuestion): boolean;
}

interface Place {
  page: string;
  path: string;
  editors: ReadonlySet<string>;
}

/** Return the question that an answer key belongs to, companions (`<key>-Comment`) too. */
export function ownerOf(scope: Scope, key: string): FormQuestion | undefined {
  const question = scope.questions.get(key);
  if (question !== undefined || !key.endsWith(COMMENT_SUFFIX)) return question;
  return scope.questions.get(key.slice(0, -COMMENT_SUFFIX.length));
}

/** Return whether the form writes this key (expressions, totals, calculated values). */
export function isComputed(scope: Scope, key: string): boolean {
  const question = scope.questions.get(key);
  if (question !== undefined) return COMPUTED_TYPES.has(question.kind);
  if (scope.computed.has(key)) return true;
  return key.endsWith(TOTAL_SUFFIX) && scope.questions.has(key.slice(0, -TOTAL_SUFFIX.length));
}

/** Yield every question in the order of the form, a roster before those of its rows. */
export function* walkScope(scope: Scope): Generator<FormQuestion> {
  for (const [key, question] of scope.questions) {
    yield question;
    const rows = scope.rosters.get(key);
    if (rows !== undefined) yield* walkScope(rows);
  }
}

/** Return the compiled questions of a form. */
export function formTree(form: JsonObject): FormTree {
  const byName = new Map<string, JsonObject>();
  const pages = objectsOf(get(form, "pages"));
  for (const page of pages) indexNames(objectsOf(get(page, "elements")), byName);
  const questions = new Map<string, FormQuestion>();
  const rosters = new Map<string, Scope>();
  pages.forEach((page, index) => {
    const name = textOf(get(page, "name")) || `page${index + 1}`;
    const place = { page: name, path: "", editors: editorsOf(page, DEFAULT_EDITORS) };
    collect(objectsOf(get(page, "elements")), place, questions, rosters);
  });
  const calculated = calculatedNames(form);
  const computed = new Set([...calculated, ...triggeredNames(form)]);
  const scope = { path: "", questions, rosters, computed, calculated };
  const storesApart = get(form, "storeOthersAsComment") !== false;
  return {
    form,
    scope,
    choicesOf: (question) => knownChoices(question.element, byName, 0),
    areChoicesOpen: (question) => areOpen(question.element, byName, storesApart, 0),
  };
}

function indexNames(elements: JsonObject[], byName: Map<string, JsonObject>): void {
  for (const element of elements) {
    const name = textOf(get(element, "name"));
    if (!byName.has(name)) byName.set(name, element);
    indexNames(childElements(element), byName);
  }
}

function collect(
  elements: JsonObject[],
  place: Place,
  questions: Map<string, FormQuestion>,
  rosters: Map<string, Scope>,
): void {
  for (const element of elements) {
    const kind = textOf(get(element, "type"));
    const editors = editorsOf(element, place.editors);
    if (kind === "panel") {
      collect(childElements(element), { ...place, editors }, questions, rosters);
      continue;
    }
    const name = get(element, "name");
    if (DISPLAY_TYPES.has(kind) || typeof name !== "string") continue;
    const question = formQuestion(element, kind, name, { ...place, editors });
    if (questions.has(question.key)) continue;
    questions.set(question.key, question);
    if (ROSTER_TYPES.has(kind)) {
      rosters.set(question.key, rosterScope(element, question, { ...place, editors }));
    }
  }
}

function rosterScope(element: JsonObject, question: FormQuestion, place: Place): Scope {
  const questions = new Map<string, FormQuestion>();
  const rosters = new Map<string, Scope>();
  const inner = { ...place, path: `${question.path}[].` };
  collect(childElements(element), inner, questions, rosters);
  return { path: question.path, questions, rosters, computed: new Set(), calculated: new Set() };
}

function formQuestion(element: JsonObject, kind: string, name: string, place: Place): FormQuestion {
  const key = textOf(get(element, "valueName")) || name;
  const master = get(element, "master");
  return {
    key,
    name,
    kind,
    path: place.path + key,
    title: localized(get(element, "title"), name) || name,
    page: place.page,
    editableBy: place.editors,
    master: typeof master === "string" ? master : undefined,
    visitOutcome: get(element, "visitOutcome") === true,
    element,
  };
}

/** Return the roles of `editableBy`, or those of what is around the element. */
export function editorsOf(element: JsonObject, inherited: ReadonlySet<string>): ReadonlySet<string> {
  const roles = get(element, "editableBy");
  if (!Array.isArray(roles)) return inherited;
  return new Set(roles.filter((role): role is string => typeof role === "string" && ROLES.has(role)));
}

function calculatedNames(form: JsonObject): Set<string> {
  const values = objectsOf(get(form, "calculatedValues"));
  return namesOf(
    values.filter((value) => get(value, "includeIntoResult") === true).map((value) => get(value, "name")),
  );
}

function triggeredNames(form: JsonObject): Set<string> {
  const triggers = objectsOf(get(form, "triggers"));
  return namesOf(
    triggers
      .filter((trigger) => get(trigger, "isVariable") !== true)
      .map((trigger) => get(trigger, "setToName")),
  );
}

/** Return names that are no path: a trigger may point into a roster, whose questions are known. */
function namesOf(values: (Json | undefined)[]): Set<string> {
  return new Set(values.map(textOf).filter((name) => name !== "" && !name.includes("[")));
}

function knownChoices(element: JsonObject, byName: Map<string, JsonObject>, hops: number): Choice[] {
  const kind = get(element, "type");
  if (kind === "boolean") return booleanChoices(element);
  if (kind === "rating") return choiceItems(get(element, "rateValues"));
  if (typeof kind !== "string" || !CHOICE_TYPES.has(kind)) return [];
  const own = [...choiceItems(get(element, "choices")), ...generatedChoices(element)];
  const from = get(element, "choicesFromQuestion");
  const source = typeof from === "string" ? byName.get(from) : undefined;
  const isUsable = isObject(source) && hops <= 4 && CHOICE_TYPES.has(textOf(get(source, "type")));
  const carried = isUsable ? knownChoices(source, byName, hops + 1) : [];
  return [...own, ...carried, ...specialChoices(element)];
}

function areOpen(
  element: JsonObject,
  byName: Map<string, JsonObject>,
  storesApart: boolean,
  hops: number,
): boolean {
  const open = ["master", "choicesByUrl", "allowCustomChoices", "valuePropertyName"];
  if (open.some((key) => Boolean(get(element, key)))) {
    return true;
  }
  const from = get(element, "choicesFromQuestion");
  if (typeof from === "string" && from !== "") {
    const source = byName.get(from);
    const isUsable = source !== undefined && hops <= 4 && CHOICE_TYPES.has(textOf(get(source, "type")));
    if (!isUsable || areOpen(source, byName, storesApart, hops + 1)) return true;
  }
  const hasOther = specialChoices(element).some((choice) => choice.value === "other");
  return hasOther && (get(element, "storeOthersAsComment") ?? storesApart) === false;
}

function booleanChoices(element: JsonObject): Choice[] {
  const sides = [
    ["labelTrue", "Yes", get(element, "valueTrue") ?? true],
    ["labelFalse", "No", get(element, "valueFalse") ?? false],
  ] as const;
  return sides.flatMap(([key, text, value]) =>
    typeof value === "object" ? [] : [{ value, text: localized(get(element, key), text) }],
  );
}

/** Return the text of every known choice by its value as text. */
export function labelsOf(tree: FormTree, question: FormQuestion): Map<string, string> {
  const labels = new Map<string, string>();
  for (const choice of tree.choicesOf(question)) labels.set(pythonText(choice.value), choice.text);
  return labels;
}
