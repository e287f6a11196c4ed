/** Whether a reply is what our server sends: a portal may answer 200 with JSON of its own. */

type Fields = Record<string, unknown>;

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const isText = (value: unknown): value is string => typeof value === "string";

export function nothing(): boolean {
  return true;
}

export function results(value: unknown): boolean {
  return isObject(value) && Array.isArray(value["results"]);
}

export function signedIn(value: unknown): boolean {
  return isObject(value) && isText(value["token"]) && isObject(value["user"]) && isText(value["user"]["id"]);
}

export function offer(value: unknown): boolean {
  return isObject(value) && typeof value["is_offered"] === "boolean";
}

function unit(value: unknown): boolean {
  return isObject(value) && isText(value["id"]) && isText(value["label"]) && isObject(value["response"]);
}

export function changes(value: unknown): boolean {
  return (
    isObject(value) &&
    isText(value["cursor"]) &&
    typeof value["more"] === "boolean" &&
    typeof value["reset"] === "boolean" &&
    Array.isArray(value["assignments"]) &&
    value["assignments"].every(unit) &&
    Array.isArray(value["removed"]) &&
    value["removed"].every(isText) &&
    isObject(value["wilayah"]) &&
    Array.isArray(value["masters"])
  );
}

const OUTCOMES: readonly unknown[] = ["applied", "duplicate", "conflict", "parked", "refused", "retry"];

export function operationResults(value: unknown): boolean {
  return (
    isObject(value) &&
    Array.isArray(value["results"]) &&
    value["results"].every(
      (result) =>
        isObject(result) &&
        OUTCOMES.includes(result["outcome"]) &&
        (result["assignment"] === null || unit(result["assignment"])),
    )
  );
}

export function form(value: unknown): boolean {
  return isObject(value) && typeof value["version"] === "number" && isObject(value["schema"]);
}

export function stored(value: unknown): boolean {
  return isObject(value) && isText(value["sha256"]) && isText(value["code"]);
}

export function actions(value: unknown): boolean {
  return isObject(value) && Array.isArray(value["actions"]);
}

export function invitation(value: unknown): boolean {
  return isObject(value) && isText(value["id"]);
}
