/** Plain JSON values: types, comparison, cleaning of text. Nothing here knows forms. */

export type Json = null | boolean | number | string | Json[] | JsonObject;
export interface JsonObject {
  [key: string]: Json;
}

/** Keys that reach the prototype of an object when it is copied key by key. */
const PROTOTYPE_NAMES: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Return the objects of a list; anything else is passed over. */
export function objectsOf(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** Return an own property, never one of the prototype. */
export function get(object: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** Set an own property, also one named `__proto__`. */
export function put(object: JsonObject, key: string, value: Json): void {
  if (key === "__proto__") {
    Object.defineProperty(object, key, {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  } else {
    object[key] = value;
  }
}

export function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** Return whether two JSON values are equal; true is not 1, an absent one equals no value. */
export function sameJson(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((item, index) => sameJson(item, other[index]));
  }
  if (!isObject(one) || !isObject(other)) return false;
  const keys = Object.keys(one);
  return (
    keys.length === Object.keys(other).length &&
    keys.every((key) => Object.hasOwn(other, key) && sameJson(get(one, key), get(other, key)))
  );
}

/** Drop NUL characters and replace lone surrogates by U+FFFD: the database takes neither. */
export function cleanText(text: string): string {
  return text.replaceAll("\0", "").replace(/\p{Surrogate}/gu, "\ufffd");
}

/** Return a copy in which every text and key is clean. */
export function cleanJson(value: Json): Json {
  if (typeof value === "string") return cleanText(value);
  if (Array.isArray(value)) return value.map(cleanJson);
  if (!isObject(value)) return value;
  const result: JsonObject = {};
  for (const [key, item] of Object.entries(value)) {
    const clean = cleanText(key);
    if (!Object.hasOwn(result, clean)) put(result, clean, cleanJson(item));
  }
  return result;
}

/** Return `key`, or `(key)` when it is a prototype name. */
export function foreignKey(key: string): string {
  return PROTOTYPE_NAMES.has(key) ? `(${key})` : key;
}

/** Return a copy of an unknown value that no later reader can stumble over.
 *
 * Numbers beyond 64 bits, which databases and spreadsheets cannot hold, become text. */
export function cleanForeign(value: Json): Json {
  if (Array.isArray(value)) return value.map(cleanForeign);
  if (typeof value === "number" && !(value >= -(2 ** 63) && value < 2 ** 63)) return String(value);
  if (!isObject(value)) return value;
  const result: JsonObject = {};
  for (const [key, item] of Object.entries(value)) put(result, foreignKey(key), cleanForeign(item));
  return result;
}

/** Return what a path such as `alamat` or `usaha.nama` points to, undefined if nowhere. */
export function atPath(value: Json | undefined, path: string): Json | undefined {
  if (isObject(value) && Object.hasOwn(value, path)) return value[path];
  let found: Json | undefined = value;
  for (const step of path.split(".")) {
    found = isObject(found) ? get(found, step) : undefined;
  }
  return found;
}
