/**
 * Edits of the lists in a JSON text that leave everything else as its author wrote it: line ends,
 * indentation and the order of keys.
 */

import type { Node } from "jsonc-parser";

/** Replace the letters from `from` to `to` of the text before. */
export interface Edit {
  from: number;
  to: number;
  insert: string;
}

const endOf = (node: Node): number => node.offset + node.length;

/** Apply edits that do not overlap; all count from the text before. */
export function applied(text: string, edits: readonly Edit[]): string {
  let made = text;
  for (const edit of [...edits].sort((a, b) => b.from - a.from)) {
    made = made.slice(0, edit.from) + edit.insert + made.slice(edit.to);
  }
  return made;
}

/** Return the one replacement that makes `after` of `before`. */
export function replacement(before: string, after: string): Edit {
  const most = Math.min(before.length, after.length);
  let from = 0;
  while (from < most && before[from] === after[from]) from += 1;
  let tail = 0;
  while (tail < most - from && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail += 1;
  return { from, to: before.length - tail, insert: after.slice(from, after.length - tail) };
}

/** Return the step of indentation of a text: two spaces unless it shows another. */
export function indentUnit(text: string): string {
  return /\n([ \t]+)\S/.exec(text)?.[1] ?? "  ";
}

/** Return the line end of a text. */
export function lineEnd(text: string): string {
  return text.includes("\r\n") ? "\r\n" : "\n";
}

/** Return the blanks with which the line of a place begins. */
export function indentAt(text: string, offset: number): string {
  const start = text.lastIndexOf("\n", offset - 1) + 1;
  return /^[ \t]*/.exec(text.slice(start, offset))?.[0] ?? "";
}

/** Write a value as the text does: over lines, or in one line when the text has one only. */
export function valueText(text: string, value: unknown, indent: string): string {
  const isFlat = text.trim() !== "" && !text.trim().includes("\n");
  if (isFlat) return JSON.stringify(value);
  const lines = JSON.stringify(value, null, indentUnit(text)).split("\n");
  return lines.join(lineEnd(text) + indent);
}

/** Return item text that stood at one indentation as it is written at another. */
export function reindented(item: string, before: string, after: string): string {
  if (before === after) return item;
  return item
    .split("\n")
    .map((line, index) => (index > 0 && line.startsWith(before) ? after + line.slice(before.length) : line))
    .join("\n");
}

/** Where an item would be written: the edit, made of the item's text, and its indentation. */
interface Slot {
  indent: string;
  edit: (item: string) => Edit;
  /** Letters of the insertion before the item. */
  lead: number;
}

/** Return the slot before the item of an index; at the end for the number of items. */
export function slotOf(text: string, list: Node, index: number): Slot {
  const items = list.children ?? [];
  const [first] = items;
  if (first === undefined) return emptySlot(text, list);
  const at = items[index];
  const neighbour = at ?? items[items.length - 1] ?? first;
  const blanks = blanksBefore(text, neighbour);
  const indent = blanks.includes("\n") ? blanks.slice(blanks.lastIndexOf("\n") + 1) : indentAt(text, neighbour.offset);
  if (at !== undefined) {
    return { indent, lead: 0, edit: (item) => ({ from: at.offset, to: at.offset, insert: `${item},${blanks || " "}` }) };
  }
  const end = endOf(neighbour);
  const lead = `,${blanks || (text.includes("\n") ? " " : "")}`;
  return { indent, lead: lead.length, edit: (item) => ({ from: end, to: end, insert: lead + item }) };
}

function emptySlot(text: string, list: Node): Slot {
  const [from, to] = [list.offset + 1, endOf(list) - 1];
  const outer = indentAt(text, list.offset);
  if (!text.trim().includes("\n")) return { indent: "", lead: 0, edit: (item) => ({ from, to, insert: item }) };
  const [end, indent] = [lineEnd(text), outer + indentUnit(text)];
  const lead = end + indent;
  return { indent, lead: lead.length, edit: (item) => ({ from, to, insert: lead + item + end + outer }) };
}

function blanksBefore(text: string, node: Node): string {
  return /\s*$/.exec(text.slice(0, node.offset))?.[0] ?? "";
}

/** Return the edit that takes an item out of a list, with its comma. */
export function removal(list: Node, index: number): Edit {
  const items = list.children ?? [];
  const [item, next, before] = [items[index], items[index + 1], items[index - 1]];
  if (item === undefined) return { from: list.offset, to: list.offset, insert: "" };
  if (next !== undefined) return { from: item.offset, to: next.offset, insert: "" };
  if (before !== undefined) return { from: endOf(before), to: endOf(item), insert: "" };
  return { from: list.offset + 1, to: endOf(list) - 1, insert: "" };
}

/** Return the edits that put a list's items in another order; each place keeps its blanks. */
export function reordered(text: string, list: Node, order: readonly number[]): Edit[] {
  const items = list.children ?? [];
  return order.flatMap((from, to) => {
    const [source, place] = [items[from], items[to]];
    if (source === undefined || place === undefined || from === to) return [];
    const item = text.slice(source.offset, endOf(source));
    const insert = reindented(item, indentAt(text, source.offset), indentAt(text, place.offset));
    return [{ from: place.offset, to: endOf(place), insert }];
  });
}
