/** Prelist data to try a form with: what its questions, conditions and label read, with values made up. */

import { type Json, type JsonObject, get, isObject } from "@/engine";

const READ = /\{\s*prefilled\.([^{}\s]+)\s*\}/g;
const NUMBERS = /(^|_)(nomor|no|jumlah|umur|luas|urut|banyak|tahun|nilai)(_|$)/;

/** Return `{name: value}` for everything of the prelist that the form reads. */
export function samplePrelist(form: JsonObject): JsonObject {
  const sample: JsonObject = {};
  gather(form, (path, title) => put(sample, path.split("."), made(path, title)));
  return sample;
}

/** Return the prelist that a person typed: an object; undefined where the text is none. */
export function prelistTyped(text: string): JsonObject | undefined {
  if (text.trim() === "") return {};
  try {
    const value = JSON.parse(text) as Json;
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function gather(value: Json, read: (path: string, title: string) => void): void {
  if (typeof value === "string") {
    for (const found of value.matchAll(READ)) if (found[1] !== undefined) read(found[1], "");
  } else if (Array.isArray(value)) {
    for (const item of value) gather(item, read);
  } else if (isObject(value)) {
    if (get(value, "type") === "prefilled") {
      const [name, key, title] = [get(value, "name"), get(value, "dataKey"), get(value, "title")];
      const path = typeof key === "string" && key !== "" ? key : name;
      const shown = isObject(title) ? Object.values(title)[0] : title;
      if (typeof path === "string" && path !== "") read(path, typeof shown === "string" ? shown : "");
    }
    for (const item of Object.values(value)) gather(item, read);
  }
}

function put(sample: JsonObject, steps: string[], value: Json): void {
  const [step, ...rest] = steps;
  if (step === undefined || step === "__proto__") return;
  const here = get(sample, step);
  if (rest.length === 0) {
    if (here === undefined) sample[step] = value;
    return;
  }
  const inner: JsonObject = isObject(here) ? here : {};
  sample[step] = inner;
  put(inner, rest, value);
}

function made(path: string, title: string): Json {
  const name = path.split(".").at(-1) ?? path;
  if (NUMBERS.test(name)) return 12;
  const words = (title === "" ? name.replaceAll("_", " ") : title).replace(/^[\w.]*\d[\w.]*\s+/, "").replace(/\s*\([^()]*\)/g, "").trim();
  return `Contoh ${words.toLowerCase()}`;
}
