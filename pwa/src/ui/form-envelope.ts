/**
 * What lists and groups need of a questionnaire: its envelope, read without the form engine.
 *
 * Source: the client's design, `form_schema`; docs/forms.md.
 */

import type { Json, JsonObject } from "@/store/types";
import { language } from "@/ui/words";

export type ColumnType = "string" | "number" | "date" | "datetime" | "boolean" | "choice" | "status_lookup";

/** A column of the list. key: `status`, `prefilled.<name>`, `responses.<name>`, … */
export interface Column {
  key: string;
  label: string;
  type: ColumnType;
  isDefault: boolean;
  isSortable: boolean;
  isFilterable: boolean;
  /** {code: text} of the choices, when the column is one question's. */
  choices: ReadonlyMap<string, string>;
}

export interface Envelope {
  columns: Column[];
  /** Levels to group by, the largest area first: 4 is desa. */
  grouping: number[];
  /** {4: "Desa/Kelurahan"} */
  levelNames: Record<number, string>;
  /** Levels whose codes are not areas of the region master: plots, estates. */
  freeLevels: number[];
  /** Names of questions outside rosters that hold a position. */
  positions: string[];
  /** {code: text} of the findings at the door. */
  outcomes: ReadonlyMap<string, string>;
}

const TYPES: readonly ColumnType[] = ["string", "number", "date", "datetime", "boolean", "choice", "status_lookup"];
const LEVEL = /^level_([1-6])_code$/;
/** Of a form that names none: what everybody needs. */
const USUAL: readonly [string, ColumnType][] = [["assignment_label", "string"], ["status", "status_lookup"]];

/** Return what the envelope says; usual columns and no groups without a form. */
export function envelopeOf(schema: JsonObject | null): Envelope {
  const questions = questionsOf(schema);
  const columns = listOf(schema?.["assignment_table_columns"]).flatMap((item) => columnOf(item, questions));
  const definitions = objectOf(schema?.["level_definitions"]);
  const sources = objectOf(schema?.["level_sources"]);
  const levels = (of: JsonObject): [number, Json][] =>
    Object.entries(of).flatMap(([key, value]) => (LEVEL.test(key) ? [[levelOf(key), value]] : []));
  return {
    columns: columns.length > 0 ? columns : USUAL.map(([key, type]) => usualColumn(key, type)),
    grouping: [...new Set(listOf(schema?.["assignment_table_grouping_levels"]).map((key) => levelOf(key)))]
      .filter((level) => level > 0)
      .sort((a, b) => a - b),
    levelNames: Object.fromEntries(levels(definitions).map(([level, name]) => [level, formText(name)])),
    freeLevels: levels(sources).flatMap(([level, source]) => (source === "free" ? [level] : [])),
    positions: [...questions.values()]
      .filter((question) => question["type"] === "geotag")
      .map((question) => formText(question["valueName"] ?? question["name"])),
    outcomes: choicesOf(questionFor("visit_outcome", questions)),
  };
}

/** Return a text of the form in the language shown, else in the form's own. */
export function formText(text: Json | undefined, fallback = ""): string {
  if (typeof text === "string") return text;
  const texts = objectOf(text);
  const found = texts[language()] ?? texts["default"] ?? texts["id"] ?? Object.values(texts)[0];
  return typeof found === "string" ? found : fallback;
}

function usualColumn(key: string, type: ColumnType): Column {
  return { key, label: key, type, isDefault: true, isSortable: true, isFilterable: true, choices: new Map() };
}

function columnOf(item: Json, questions: Map<string, JsonObject>): Column[] {
  const found = objectOf(item);
  const { key, label } = found;
  if (typeof key !== "string" || typeof label !== "string") return [];
  const type = TYPES.find((known) => known === found["type"]) ?? "string";
  return [
    {
      key,
      label,
      type: key === "status" ? "status_lookup" : type,
      isDefault: found["default"] === true,
      isSortable: found["sortable"] === true,
      isFilterable: found["filterable"] === true,
      choices: choicesOf(questionFor(key, questions)),
    },
  ];
}

function questionFor(key: string, questions: Map<string, JsonObject>): JsonObject | undefined {
  if (key === "visit_outcome") return [...questions.values()].find((item) => item["visitOutcome"] === true);
  return key.startsWith("responses.") ? questions.get(key.slice("responses.".length)) : undefined;
}

function choicesOf(question: JsonObject | undefined): Map<string, string> {
  const choices = new Map<string, string>();
  for (const choice of listOf(question?.["choices"])) {
    const value = typeof choice === "object" && choice !== null && !Array.isArray(choice) ? choice["value"] : choice;
    if (typeof value !== "string" && typeof value !== "number") continue;
    choices.set(String(value), formText(objectOf(choice)["text"], String(value)));
  }
  return choices;
}

/** Questions outside rosters by the name of their answer. */
function questionsOf(schema: JsonObject | null): Map<string, JsonObject> {
  const found = new Map<string, JsonObject>();
  const walk = (elements: Json | undefined): void => {
    for (const element of listOf(elements)) {
      const item = objectOf(element);
      const name = item["valueName"] ?? item["name"];
      if (typeof name === "string" && item["type"] !== "panel") found.set(name, item);
      if (item["type"] === "panel") walk(item["elements"]);
    }
  };
  for (const page of listOf(schema?.["pages"])) walk(objectOf(page)["elements"]);
  return found;
}

function levelOf(key: Json): number {
  return typeof key === "string" ? Number(LEVEL.exec(key)?.[1] ?? 0) : 0;
}

function listOf(value: Json | undefined): Json[] {
  return Array.isArray(value) ? value : [];
}

function objectOf(value: Json | undefined): JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
}
