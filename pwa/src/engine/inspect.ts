/** What a form says about itself: for the linter at publishing. */

import { ConditionRunner, ExpressionErrorType, Model, Serializer } from "survey-core";

import { speakLanguageOf } from "./extensions";
import { CHOICE_TYPES } from "./elements";
import { type Json, type JsonObject, get, isObject, textOf } from "./json";
import { prepare } from "./prepare";
import { formTree, walkScope } from "./scope";

const MESSAGE_LENGTH = 500;
const ERRORS: Readonly<Record<number, string>> = {
  [ExpressionErrorType.SyntaxError]: "syntax_error",
  [ExpressionErrorType.UnknownFunction]: "unknown_function",
  [ExpressionErrorType.UnknownVariable]: "unknown_name",
  [ExpressionErrorType.SemanticError]: "always_same",
};
/** Classes of SurveyJS whose kinds hold expressions. */
const HOLDERS = [
  "survey",
  "panelbase",
  "question",
  "itemvalue",
  "matrixdropdowncolumn",
  "surveyvalidator",
  "trigger",
  "calculatedvalue",
];
const PIPED = /\{([^{}]+)\}/g;
const TEXTS = new Set(["title", "description", "html", "templateTitle", "text", "requiredErrorText"]);

/** Something survey-core says about the JSON. place: `pages[0].elements[2].choices[1]`. */
export interface JsonFault {
  place: string;
  type: string;
  message: string;
  property: string;
}

/** Something wrong in one expression. name: the unknown name or function, else "". */
export interface ExpressionFault {
  place: string;
  element: string;
  property: string;
  expression: string;
  code: string;
  name: string;
}

/** An expression and the names it reads; kind: "expression", or "text" for answers piped into a text. */
export interface UsedNames {
  place: string;
  property: string;
  expression: string;
  kind: string;
  names: string[];
}

export interface InspectedQuestion {
  path: string;
  place: string;
  name: string;
  kind: string;
  title: string;
  page: string;
  required: boolean;
  editable_by: string[];
  master: string | null;
  uses: UsedNames[];
}

/** uses: of everything that is no question (pages, panels, calculated values, triggers). */
export interface Inspection {
  jsonErrors: JsonFault[];
  expressionErrors: ExpressionFault[];
  questions: InspectedQuestion[];
  uses: UsedNames[];
}

/** Return every fault that survey-core sees, and the questions with the names they read. */
export function inspect(form: JsonObject): Inspection {
  speakLanguageOf(form);
  const json = prepare(form, { plain: true });
  const places = new Map<object, string>();
  notePlaces(json, "", places);
  const survey = new Model(json);
  try {
    survey.setVariable("prefilled", {});
    const used = usedNames(form);
    const all = [...used.questions.flatMap((question) => question.uses), ...used.uses];
    return {
      jsonErrors: jsonFaults(survey, places),
      expressionErrors: expressionFaults(survey, all),
      ...used,
    };
  } finally {
    survey.dispose();
  }
}

function notePlaces(value: Json, place: string, places: Map<object, string>): void {
  if (Array.isArray(value)) {
    value.forEach((item, index) => notePlaces(item, `${place}[${index}]`, places));
  } else if (isObject(value)) {
    places.set(value, place);
    for (const [key, item] of Object.entries(value)) {
      notePlaces(item, place ? `${place}.${key}` : key, places);
    }
  }
}

interface RawJsonError {
  type: string;
  message: string;
  jsonObj?: object;
  propertyName?: string;
}

function jsonFaults(survey: Model, places: Map<object, string>): JsonFault[] {
  const errors = (survey.jsonErrors ?? []) as unknown as RawJsonError[];
  return errors.map((error) => ({
    place: (error.jsonObj && places.get(error.jsonObj)) ?? "",
    type: error.type,
    message: error.message.slice(0, MESSAGE_LENGTH),
    property: error.propertyName ?? "",
  }));
}

interface Named {
  name?: string;
  getType(): string;
  owner?: Named;
}

function expressionFaults(survey: Model, uses: UsedNames[]): ExpressionFault[] {
  const left = uses.filter((use) => use.kind === "expression");
  return survey.validateExpressions().flatMap(({ obj, propertyName, errors }) => {
    const named = obj as unknown as Named & Record<string, unknown>;
    const element = named.name ?? named.owner?.name ?? "";
    const expression = textOf(named[propertyName]);
    const place = takePlace(left, propertyName, expression);
    return errors
      .map((error) => ({
        place,
        element,
        property: propertyName,
        expression: expression.slice(0, MESSAGE_LENGTH),
        code: ERRORS[error.errorType] ?? "invalid",
        name: error.variableName ?? error.functionName ?? "",
      }))
      .filter((fault) => !(fault.code === "unknown_name" && fault.name.startsWith("prefilled.")));
  });
}

/** Return where an expression stands; the same one twice is found twice, in the order of the form. */
function takePlace(left: UsedNames[], property: string, expression: string): string {
  const index = left.findIndex((use) => use.property === property && use.expression === expression);
  return index < 0 ? "" : (left.splice(index, 1)[0]?.place ?? "");
}

function usedNames(form: JsonObject): { questions: InspectedQuestion[]; uses: UsedNames[] } {
  const byElement = new Map<JsonObject, { place: string; uses: UsedNames[] }>();
  const tree = formTree(form);
  for (const question of walkScope(tree.scope)) {
    byElement.set(question.element, { place: "", uses: [] });
  }
  const rest: UsedNames[] = [];
  collectUses(form, "", rest, byElement);
  const questions = [...walkScope(tree.scope)].map((question) => {
    const found = byElement.get(question.element);
    return {
      path: question.path,
      place: found?.place ?? "",
      name: question.name,
      kind: question.kind,
      title: question.title,
      page: question.page,
      required: get(question.element, "isRequired") === true,
      editable_by: [...question.editableBy].sort(),
      master: CHOICE_TYPES.has(question.kind) ? (question.master ?? null) : null,
      uses: found?.uses ?? [],
    };
  });
  return { questions, uses: rest };
}

function collectUses(
  value: Json,
  place: string,
  uses: UsedNames[],
  byElement: Map<JsonObject, { place: string; uses: UsedNames[] }>,
): void {
  if (Array.isArray(value)) {
    value.forEach((item, index) => collectUses(item, `${place}[${index}]`, uses, byElement));
  } else if (isObject(value)) {
    const own = byElement.get(value);
    if (own !== undefined) own.place = place;
    const list = own?.uses ?? uses;
    for (const [key, item] of Object.entries(value)) {
      noteUse(key, item, place, list);
      collectUses(item, place ? `${place}.${key}` : key, list, byElement);
    }
  }
}

function noteUse(property: string, value: Json, place: string, uses: UsedNames[]): void {
  if (typeof value === "string" && isExpression(property)) {
    const names = new ConditionRunner(value).getVariables();
    uses.push({ place, property, expression: value, kind: "expression", names: unique(names) });
    return;
  }
  if (!TEXTS.has(property)) return;
  const texts = isObject(value) ? Object.values(value) : [value];
  for (const text of texts) {
    if (typeof text !== "string") continue;
    const names = [...text.matchAll(PIPED)].map((found) => (found[1] ?? "").trim());
    if (names.length > 0) {
      uses.push({ place, property, expression: text, kind: "text", names: unique(names) });
    }
  }
}

const expressionProperties = new Set<string>();

/** Return whether SurveyJS reads a property of this name as an expression, whatever holds it. */
function isExpression(property: string): boolean {
  if (expressionProperties.size === 0) {
    for (const start of HOLDERS) {
      const types = [start, ...Serializer.getChildrenClasses(start, false).map((type) => type.name)];
      for (const type of types) {
        for (const known of Serializer.getProperties(type)) {
          if (known.isExpression) expressionProperties.add(known.name);
        }
      }
    }
  }
  return expressionProperties.has(property);
}

function unique(names: string[]): string[] {
  return [...new Set(names)];
}
