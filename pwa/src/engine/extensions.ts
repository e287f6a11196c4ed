/**
 * What Cerdas adds to SurveyJS: question types, properties, and codes of errors.
 *
 * Importing this module registers everything, once, with the survey-core it imports.
 */

import {
  CustomError,
  Question,
  QuestionFactory,
  Serializer,
  type SurveyError,
  SurveyValidator,
  settings,
  surveyLocalization,
} from "survey-core";
import "survey-core/i18n/indonesian";

import { MATRIX_ROWS, ROWS_LIMIT } from "./elements";
import "./form-functions";
import "./parsing";
import { type Json, type JsonObject, get, isObject, textOf } from "./json";
import { type MessageKey, message } from "./messages";

/** An error that says what kind of rule it comes from. */
export class CodedError extends CustomError {
  constructor(
    readonly code: string,
    text: string,
    owner: Question | null = null,
  ) {
    super(text, owner as never);
  }
}

const validatorCodes = new WeakMap<SurveyError, string>();
const VALIDATOR_CODES: Readonly<Record<string, string>> = {
  expressionvalidator: "rule",
  numericvalidator: "number_range",
  textvalidator: "text_length",
  answercountvalidator: "answer_count",
  regexvalidator: "pattern",
  emailvalidator: "email",
};
const OWN_CODES: Readonly<Record<string, string>> = {
  requirenumeric: "not_a_number",
  requireoneanswer: "required_one",
  otherempty: "other_empty",
  requiredinallrowserror: "required_rows",
  eachrowuniqueeerror: "duplicate_row",
  minrowcounterror: "too_few_rows",
  keyduplicationerror: "duplicate_key",
  patternincompleteerror: "incomplete",
};

/** Return the code of an error: of its rule for ours and validators', else survey-core's type. */
export function errorCode(error: SurveyError): string | undefined {
  if (error instanceof CodedError) return error.code;
  const type = error.getErrorType();
  return validatorCodes.get(error) ?? OWN_CODES[type] ?? (type === "custom" ? undefined : type);
}

/** survey-core gives every failed validator the type "custom": note which one it was. */
function codeValidatorErrors(): void {
  const prototype = SurveyValidator.prototype as unknown as {
    createCustomError: (this: SurveyValidator, name: string) => SurveyError;
  };
  const original = prototype.createCustomError;
  prototype.createCustomError = function createCustomError(name) {
    const error = original.call(this, name);
    validatorCodes.set(error, VALIDATOR_CODES[this.getType()] ?? "rule");
    return error;
  };
}

abstract class OwnQuestion extends Question {
  protected abstract ownError(value: Json): CodedError | undefined;

  protected coded(key: MessageKey, values: Record<string, string | number>): CodedError {
    return new CodedError(key, message(this.getLocale(), key, values), this);
  }

  override onCheckForErrors(
    errors: SurveyError[],
    isOnValueChanged: boolean,
    fireCallback: boolean,
  ): void {
    super.onCheckForErrors(errors, isOnValueChanged, fireCallback);
    const error = this.isEmpty() ? undefined : this.ownError(this.value as Json);
    if (error !== undefined) errors.push(error);
  }
}

/** A position: {lat, lon, accuracy_m, at}. minAccuracy: the accuracy must be this or better, in metres. */
export class GeotagQuestion extends OwnQuestion {
  get minAccuracy(): number | undefined {
    return this.getPropertyValue("minAccuracy") as number | undefined;
  }

  set minAccuracy(value: number | undefined) {
    this.setPropertyValue("minAccuracy", value);
  }

  override getType(): string {
    return "geotag";
  }

  protected ownError(value: Json): CodedError | undefined {
    if (!isObject(value) || typeof value["lat"] !== "number" || typeof value["lon"] !== "number") {
      return this.coded("wrong_type", {});
    }
    const limit = this.minAccuracy;
    if (limit === undefined || limit <= 0) return undefined;
    const accuracy = value["accuracy_m"];
    if (typeof accuracy !== "number") return this.coded("accuracy_unknown", { limit });
    if (accuracy <= limit) return undefined;
    return this.coded("accuracy", { accuracy: Math.round(accuracy), limit });
  }
}

/**
 * Photos: a list of attachment ids. minCount, maxCount: how many, once there is one.
 *
 * maxPixels, quality, keepPosition: how the phone makes them smaller; they judge nothing.
 */
export class PhotoQuestion extends OwnQuestion {
  get minCount(): number | undefined {
    return this.getPropertyValue("minCount") as number | undefined;
  }

  set minCount(value: number | undefined) {
    this.setPropertyValue("minCount", value);
  }

  get maxCount(): number | undefined {
    return this.getPropertyValue("maxCount") as number | undefined;
  }

  set maxCount(value: number | undefined) {
    this.setPropertyValue("maxCount", value);
  }

  override getType(): string {
    return "photo";
  }

  protected ownError(value: Json): CodedError | undefined {
    if (!Array.isArray(value)) return this.coded("wrong_type", {});
    const count = value.length;
    const least = this.minCount ?? 0;
    const most = this.maxCount ?? 0;
    if (count < least) return this.coded("too_few_photos", { count, limit: least });
    if (most > 0 && count > most) return this.coded("too_many_photos", { count, limit: most });
    return undefined;
  }
}

/** A scanned or typed code; rules come from validators. */
export class BarcodeQuestion extends OwnQuestion {
  override getType(): string {
    return "barcode";
  }

  protected ownError(value: Json): CodedError | undefined {
    return typeof value === "string" ? undefined : this.coded("wrong_type", {});
  }
}

/** A signature: an attachment id, or a small picture as data URI. */
export class SignatureQuestion extends OwnQuestion {
  override getType(): string {
    return "signature";
  }

  protected ownError(value: Json): CodedError | undefined {
    return typeof value === "string" ? undefined : this.coded("wrong_type", {});
  }
}

/** What the prelist says about the unit, read-only. dataKey: path into prefilled_data, else the name. */
export class PrefilledQuestion extends Question {
  get dataKey(): string | undefined {
    return this.getPropertyValue("dataKey") as string | undefined;
  }

  set dataKey(value: string | undefined) {
    this.setPropertyValue("dataKey", value);
  }

  override getType(): string {
    return "prefilled";
  }

  override get isReadOnly(): boolean {
    return true;
  }
}

type OwnProperties = Parameters<typeof Serializer.addClass>[1];

function addType(name: string, properties: OwnProperties, create: (name: string) => Question): void {
  Serializer.addClass(name, properties, () => create(""), "question");
  QuestionFactory.Instance.registerQuestion(name, create);
}

function register(): void {
  addType("geotag", ["minAccuracy:number"], (name) => new GeotagQuestion(name));
  addType(
    "photo",
    ["minCount:number", "maxCount:number", "maxPixels:number", "quality:number", "keepPosition:boolean"],
    (name) => new PhotoQuestion(name),
  );
  addType("barcode", [], (name) => new BarcodeQuestion(name));
  addType("signature", [], (name) => new SignatureQuestion(name));
  addType("prefilled", ["dataKey"], (name) => new PrefilledQuestion(name));
  for (const type of ["question", "panelbase", "matrixdropdowncolumn"]) {
    Serializer.addProperty(type, { name: "editableBy:value" });
  }
  for (const type of ["question", "panelbase"]) {
    Serializer.addProperty(type, { name: "alwaysAsk:boolean" });
  }
  for (const type of ["radiogroup", "dropdown"]) {
    Serializer.addProperty(type, { name: "visitOutcome:boolean" });
    Serializer.addProperty(type, { name: "visitOutcomeDone:value" });
  }
  for (const type of ["dropdown", "tagbox"]) Serializer.addProperty(type, { name: "master" });
  settings.panel.maxPanelCount = ROWS_LIMIT;
  settings.matrix.maxRowCount = Math.max(ROWS_LIMIT, MATRIX_ROWS);
  codeValidatorErrors();
  leaveStylesOut();
}

/**
 * Make texts without language, and messages, those of the form's own language.
 *
 * survey-core holds `default` texts to be English otherwise and shows them for `en`.
 */
export function speakLanguageOf(form: JsonObject): void {
  surveyLocalization.defaultLocale = textOf(get(form, "locale")) || "id";
}

const CLOCK: { now: string | undefined; isJudging: boolean } = { now: undefined, isJudging: false };

/**
 * Run `work` while `today()` and `currentDate()` stand at `now` and nothing is drawn.
 *
 * now: wall-clock time of the office, `2026-11-20T19:00`; undefined: the device's own clock.
 */
export function atTime<T>(now: string | undefined, work: () => T): T {
  Object.assign(CLOCK, { now, isJudging: true });
  try {
    return work();
  } finally {
    Object.assign(CLOCK, { now: undefined, isJudging: false });
  }
}

/** survey-core works out the style classes of every question anew at each change: a tenth of a verdict. */
function leaveStylesOut(): void {
  const prototype = Question.prototype as unknown as { updateQuestionCss: (this: Question) => void };
  const original = prototype.updateQuestionCss;
  prototype.updateQuestionCss = function updateQuestionCss() {
    if (!CLOCK.isJudging) original.call(this);
  };
}

settings.onDateCreated = (date: Date, _reason: string, value?: unknown): Date =>
  value === undefined && CLOCK.now !== undefined ? new Date(CLOCK.now) : date;

register();
