/**
 * Between questions and their places in the JSON of the form: `pages[0].elements[2].templateElements[1]`.
 *
 * A question is known by the names around it, outermost first: `["anggota", "umur"]`; panels do not count.
 */

import { type Json, type JsonObject, get, isObject } from "@/engine";

const CHILDREN = ["elements", "templateElements", "detailElements", "columns"] as const;

interface Placed {
  element: JsonObject;
  place: string;
}

/** What a place leads to: a page, a panel, or a question by its names. */
export type Target =
  | { kind: "page"; page: string }
  | { kind: "panel"; page: string; name: string }
  | { kind: "question"; page: string; names: string[] };

/** Return the place of a question; of the nearest around it where the JSON does not have it. */
export function placeOfNames(form: JsonObject, names: readonly string[]): string | undefined {
  let around: Placed[] = pagesOf(form);
  let found: string | undefined;
  for (const name of names) {
    const here = around.flatMap((holder) => below(holder)).find((item) => get(item.element, "name") === name && !isPanel(item.element));
    if (here === undefined) break;
    found = here.place;
    around = [here];
  }
  return found;
}

/** Return what stands at a place, or around it: `…elements[2].choices[1]` is of the question. */
export function targetAt(form: JsonObject, place: string): Target | undefined {
  const steps = stepsOf(place);
  if (steps[0] !== "pages" || typeof steps[1] !== "number") return undefined;
  const page = at(form, ["pages", steps[1]]);
  if (!isObject(page)) return undefined;
  const pageName = nameOf(page) || `page${steps[1] + 1}`;
  const names: string[] = [];
  let target: Target = { kind: "page", page: pageName };
  let element: Json | undefined = page;
  for (let index = 2; index + 1 < steps.length; index += 2) {
    const [list, number] = [steps[index], steps[index + 1]];
    if (typeof list !== "string" || typeof number !== "number" || !CHILDREN.some((known) => known === list)) break;
    element = at(element, [list, number]);
    if (!isObject(element) || nameOf(element) === "") break;
    if (isPanel(element)) {
      target = { kind: "panel", page: pageName, name: nameOf(element) };
      continue;
    }
    names.push(nameOf(element));
    target = { kind: "question", page: pageName, names: [...names] };
  }
  return target;
}

/** Return the steps of a place, written with brackets or as a JSON pointer. */
export function stepsOf(place: string): (string | number)[] {
  const parts = place.startsWith("/") ? place.slice(1).split("/") : place.split(/[.[\]]+/);
  return parts.filter((part) => part !== "").map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}

function at(value: Json | undefined, steps: readonly (string | number)[]): Json | undefined {
  let found = value;
  for (const step of steps) {
    if (typeof step === "number") found = Array.isArray(found) ? found[step] : undefined;
    else found = isObject(found) ? get(found, step) : undefined;
  }
  return found;
}

function pagesOf(form: JsonObject): Placed[] {
  const pages = get(form, "pages");
  return (Array.isArray(pages) ? pages : []).flatMap((page, index) =>
    isObject(page) ? [{ element: page, place: `pages[${index}]` }] : [],
  );
}

/** Return what an element holds; of a panel in it, the panel and what that holds. */
function below({ element, place }: Placed): Placed[] {
  return CHILDREN.flatMap((key) => {
    const list = get(element, key);
    return (Array.isArray(list) ? list : []).flatMap((child, index): Placed[] => {
      if (!isObject(child)) return [];
      const item = { element: child, place: `${place}.${key}[${index}]` };
      return isPanel(child) ? [item, ...below(item)] : [item];
    });
  });
}

function isPanel(element: JsonObject): boolean {
  return get(element, "type") === "panel";
}

function nameOf(element: JsonObject): string {
  const name = get(element, "name");
  return typeof name === "string" ? name : "";
}
