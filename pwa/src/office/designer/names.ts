/** Names of questions: which there are, new ones, and a copy with its own. */

import { type Node, getNodeValue } from "jsonc-parser";

import { applied, type Edit } from "./list-edits";
import { itemsOf, propertyOf, readJson } from "./outline";

const HOLDERS = ["elements", "templateElements", "detailElements", "columns", "items"];

/** Return the names of pages, elements and columns in lower case: SurveyJS reads them without regard to case. */
export function namesIn(root: Node): Set<string> {
  const names = new Set<string>();
  for (const node of elementNodes(root)) {
    for (const key of ["name", "valueName"]) {
      const value: unknown = propertyOf(node, key)?.value;
      if (typeof value === "string") names.add(value.toLowerCase());
    }
  }
  return names;
}

function* elementNodes(node: Node): Generator<Node> {
  for (const key of ["pages", "calculatedValues", ...HOLDERS]) {
    for (const child of itemsOf(node, key)) {
      yield child;
      yield* elementNodes(child);
    }
  }
}

/** Return `stem_n` with the first number from `from` that is free. */
export function freshName(stem: string, taken: ReadonlySet<string>, from = 1): string {
  for (let number = from; ; number += 1) {
    const name = `${stem}_${number}`;
    if (!taken.has(name.toLowerCase())) return name;
  }
}

/**
 * Return the text of an element with free names, and with what it reads of itself renamed along.
 *
 * Names in the rows of a roster are a scope of their own and stay.
 */
export function renamed(item: string, taken: ReadonlySet<string>): string {
  const { root } = readJson(item);
  if (root === undefined) return item;
  const used = new Set(taken);
  const edits: Edit[] = [];
  const changed = new Map<string, string>();
  for (const node of ownScope(root)) {
    const name = propertyOf(node, "name");
    if (typeof name?.value !== "string") continue;
    const fresh = freshName(stemOf(name.value), used);
    used.add(fresh.toLowerCase());
    changed.set(name.value, fresh);
    edits.push({ from: name.offset, to: name.offset + name.length, insert: JSON.stringify(fresh) });
  }
  return referencesRenamed(applied(item, edits), changed);
}

function* ownScope(node: Node): Generator<Node> {
  yield node;
  for (const child of itemsOf(node, "elements")) yield* ownScope(child);
}

/** `umur_2` and `umur` both count on from `umur`. */
function stemOf(name: string): string {
  return name.replace(/_\d+$/, "");
}

/** Rename in everything that is read between braces: `{old}`, `{old.part}`, `{old[0].x}`, `{panel.old}`. */
export function referencesRenamed(text: string, changed: ReadonlyMap<string, string>): string {
  if (changed.size === 0) return text;
  return text.replace(/\{([^{}"]+)\}/g, (whole, inside: string) => {
    const found = /^(panel\.|row\.|parentPanel\.)?([^.[\]]+)(.*)$/s.exec(inside);
    const fresh = found?.[2] === undefined ? undefined : changed.get(found[2]);
    return fresh === undefined ? whole : `{${found?.[1] ?? ""}${fresh}${found?.[3] ?? ""}}`;
  });
}

/** Return how often a text reads a name between braces. */
export function referencesTo(text: string, name: string): number {
  const other = new Map([[name, `${name} `]]);
  const made = referencesRenamed(text, other);
  return made.length - text.length;
}

/** Return every name an expression may read, in order of the form. inRoster: as `panel.x` too. */
export function readableNames(root: Node): { name: string; title: string }[] {
  const found: { name: string; title: string }[] = [];
  const visit = (node: Node, prefix: string): void => {
    for (const key of ["pages", ...HOLDERS]) {
      for (const child of itemsOf(node, key)) {
        const isPage = key === "pages";
        const name: unknown = propertyOf(child, "valueName")?.value ?? propertyOf(child, "name")?.value;
        const type: unknown = propertyOf(child, "type")?.value;
        if (!isPage && typeof name === "string" && type !== "panel" && type !== "html") {
          const title = propertyOf(child, "title");
          const words: unknown = title === undefined ? "" : getNodeValue(title);
          found.push({ name: prefix + name, title: typeof words === "string" ? words : "" });
        }
        visit(child, type === "paneldynamic" ? "panel." : type === "matrixdynamic" ? "row." : prefix);
      }
    }
  };
  visit(root, "");
  for (const value of itemsOf(root, "calculatedValues")) {
    const name: unknown = propertyOf(value, "name")?.value;
    if (typeof name === "string") found.push({ name, title: "" });
  }
  return found;
}
