/**
 * What the outline does to the text of a questionnaire. Pure: text in, text and the place to select
 * out; undefined where it cannot be done. What is not concerned stays letter by letter.
 */

import { type Node, applyEdits, findNodeAtLocation, findNodeAtOffset, getNodePath, getNodeValue, modify } from "jsonc-parser";

import { type Segments, pathText } from "./json-path";
import {
  type Edit,
  applied,
  indentAt,
  indentUnit,
  lineEnd,
  reindented,
  removal,
  reordered,
  slotOf,
  valueText,
} from "./list-edits";
import { freshName, namesIn, renamed } from "./names";
import { type OutlineNode, holderOf, readJson } from "./outline";

/** A text after an operation, and the path of the element it was about. */
export interface Operated {
  text: string;
  path: string;
}

/** Where something goes: into the list at `list`, before its item `index`. */
export interface Target {
  list: Segments;
  index: number;
}

const MOST = Number.MAX_SAFE_INTEGER;

/** Return the target for a new element: in a page, panel or roster at its end, else after a question. */
export function targetFor(selected: OutlineNode | undefined, pages: readonly OutlineNode[], isInside: boolean): Target | undefined {
  const chosen = selected?.kind === "column" ? undefined : selected;
  const line = chosen ?? pages[pages.length - 1];
  if (line === undefined) return undefined;
  const takesIn = line.holder !== "" && line.holder !== "columns";
  if (takesIn && (isInside || line.kind === "page")) return { list: [...line.segments, line.holder], index: MOST };
  const last = line.segments[line.segments.length - 1];
  return { list: line.segments.slice(0, -1), index: Number(last) + 1 };
}

/** Insert an element. make: given a name that no other question has. */
export function elementAdd(text: string, target: Target, stem: string, make: (name: string) => Record<string, unknown>): Operated | undefined {
  const { root, fault } = readJson(text);
  if (root === undefined || fault !== undefined) return undefined;
  const name = freshName(stem, namesIn(root));
  return inserted(text, root, target, make(name));
}

/** Add a page after the one that holds the selected line, or at the end; a text without any begins with it. */
export function pageAdd(text: string, after: OutlineNode | undefined, made: { title: string; formName: string }): Operated | undefined {
  if (text.trim() === "") {
    const page = { name: "halaman_1", title: `${made.title} 1`, elements: [] };
    const form = { form_name: made.formName, locale: "id", pages: [page] };
    return { text: `${JSON.stringify(form, null, 2)}\n`, path: "pages[0]" };
  }
  const { root, fault } = readJson(text);
  if (root?.type !== "object" || fault !== undefined) return undefined;
  const pages = findNodeAtLocation(root, ["pages"]);
  const count = pages?.children?.length ?? 0;
  const name = freshName("halaman", namesIn(root), count + 1);
  const page = { name, title: `${made.title} ${count + 1}`, elements: [] };
  const index = after === undefined ? count : Number(after.segments[1]) + 1;
  return inserted(text, root, { list: ["pages"], index }, page);
}

function inserted(text: string, root: Node, target: Target, value: unknown): Operated | undefined {
  const list = findNodeAtLocation(root, [...target.list]);
  if (list === undefined) return withList(text, root, target, value);
  if (list.type !== "array") return undefined;
  const index = Math.min(target.index, list.children?.length ?? 0);
  const slot = slotOf(text, list, index);
  const edit = slot.edit(valueText(text, value, slot.indent));
  return { text: applied(text, [edit]), path: pathText([...target.list, index]) };
}

/** The list itself is not there yet: it is made with its first item. */
function withList(text: string, root: Node, target: Target, value: unknown): Operated | undefined {
  const holder = findNodeAtLocation(root, target.list.slice(0, -1));
  if (target.list.length > 1 && holder?.type !== "object") return undefined;
  return { text: propertySet(text, target.list, [value]), path: pathText([...target.list, 0]) };
}

/** Take an element out. The path is that of the one after it, before it, or around it. */
export function elementRemove(text: string, line: OutlineNode): Operated | undefined {
  const list = listOf(text, line);
  if (list === undefined) return undefined;
  const { node, segments, index } = list;
  const left = (node.children?.length ?? 1) - 1;
  const path = left === 0 ? segments.slice(0, -1) : [...segments, Math.min(index, left - 1)];
  return { text: applied(text, [removal(node, index)]), path: pathText(path) };
}

/** Write an element once more after itself, with names of its own. */
export function elementDuplicate(text: string, line: OutlineNode): Operated | undefined {
  const list = listOf(text, line);
  const item = list?.node.children?.[list.index];
  const { root } = readJson(text);
  if (list === undefined || item === undefined || root === undefined) return undefined;
  const copy = renamed(text.slice(item.offset, item.offset + item.length), namesIn(root));
  const slot = slotOf(text, list.node, list.index + 1);
  const edit = slot.edit(reindented(copy, indentAt(text, item.offset), slot.indent));
  return { text: applied(text, [edit]), path: pathText([...list.segments, list.index + 1]) };
}

export type Direction = "up" | "down" | "in" | "out";

/** Return where one step leads, undefined where there is none. pages: the whole outline. */
export function stepTarget(pages: readonly OutlineNode[], line: OutlineNode, step: Direction): Target | undefined {
  const index = Number(line.segments[line.segments.length - 1]);
  const list = line.segments.slice(0, -1);
  const around = parentOf(pages, line);
  const siblings = around === undefined ? pages : around.children;
  if (step === "up" && index > 0) return { list, index: index - 1 };
  if (step === "down" && index < siblings.length - 1) return { list, index: index + 2 };
  if (around === undefined || line.kind === "column") return undefined;
  if (step === "in") {
    const before = siblings[index - 1];
    const takesIn = before !== undefined && before.holder !== "" && before.holder !== "columns";
    return takesIn ? { list: [...before.segments, before.holder], index: MOST } : undefined;
  }
  return beyond(pages, around, step);
}

/** Out of a panel or roster; from the first or last place of a page into the page beside it. */
function beyond(pages: readonly OutlineNode[], around: OutlineNode, step: Direction): Target | undefined {
  const place = Number(around.segments[around.segments.length - 1]);
  if (around.kind !== "page") {
    return { list: around.segments.slice(0, -1), index: step === "up" ? place : place + 1 };
  }
  if (step === "out") return undefined;
  const page = pages[step === "up" ? place - 1 : place + 1];
  return page === undefined ? undefined : { list: [...page.segments, "elements"], index: step === "up" ? MOST : 0 };
}

/** Return the line around another, undefined around a page. */
export function parentOf(pages: readonly OutlineNode[], line: OutlineNode): OutlineNode | undefined {
  let found: OutlineNode | undefined;
  let lines = pages;
  for (;;) {
    const next = lines.find((one) => line.path !== one.path && line.path.startsWith(`${one.path}.`));
    if (next === undefined) return found;
    found = next;
    lines = next.children;
  }
}

/** Move an element before item `index` of a list, as the list is now; it cannot go into itself. */
export function elementMove(text: string, line: OutlineNode, target: Target): Operated | undefined {
  const source = listOf(text, line);
  const { root } = readJson(text);
  if (source === undefined || root === undefined) return undefined;
  const to = pathText(target.list);
  if (to.startsWith(`${line.path}.`)) return undefined;
  if (to === pathText(source.segments)) return reorder(text, source, target.index);
  const item = source.node.children?.[source.index];
  if (item === undefined) return undefined;
  return across(text, root, source, item, target);
}

function reorder(text: string, source: ListPlace, before: number): Operated | undefined {
  const count = source.node.children?.length ?? 0;
  const order = Array.from({ length: count }, (_, index) => index).filter((index) => index !== source.index);
  const at = Math.min(before > source.index ? before - 1 : before, count - 1);
  if (at === source.index) return undefined;
  order.splice(at, 0, source.index);
  return { text: applied(text, reordered(text, source.node, order)), path: pathText([...source.segments, at]) };
}

function across(text: string, root: Node, source: ListPlace, item: Node, target: Target): Operated | undefined {
  const list = findNodeAtLocation(root, [...target.list]);
  if (list === undefined) return acrossToNew(text, source, item, target);
  if (list.type !== "array") return undefined;
  const slot = slotOf(text, list, Math.min(target.index, list.children?.length ?? 0));
  const moved = reindented(text.slice(item.offset, item.offset + item.length), indentAt(text, item.offset), slot.indent);
  const insertion = slot.edit(moved);
  const taken = removal(source.node, source.index);
  const made = applied(text, [insertion, taken]);
  const start = insertion.from + slot.lead - lengthBefore(taken, insertion.from);
  return { text: made, path: pathAt(made, start) };
}

/** The list to move into is not there yet. */
function acrossToNew(text: string, source: ListPlace, item: Node, target: Target): Operated | undefined {
  const value: unknown = getNodeValue(item);
  const without = applied(text, [removal(source.node, source.index)]);
  const { root } = readJson(without);
  return root === undefined ? undefined : inserted(without, root, target, value);
}

function lengthBefore(edit: Edit, offset: number): number {
  return edit.from < offset ? edit.to - edit.from : 0;
}

function pathAt(text: string, offset: number): string {
  const { root } = readJson(text);
  const node = root === undefined ? undefined : findNodeAtOffset(root, offset);
  return node === undefined ? "" : pathText(getNodePath(node));
}

interface ListPlace {
  node: Node;
  segments: Segments;
  index: number;
}

/** Return the list in which a line stands, read from the text as it is now. */
function listOf(text: string, line: OutlineNode): ListPlace | undefined {
  const { root, fault } = readJson(text);
  if (root === undefined || fault !== undefined) return undefined;
  const segments = line.segments.slice(0, -1);
  const index = line.segments[line.segments.length - 1];
  const node = findNodeAtLocation(root, segments);
  if (node?.type !== "array" || typeof index !== "number" || node.children?.[index] === undefined) return undefined;
  return { node, segments, index };
}

/** Set a property, or take it out with undefined; other lines stay as they are. */
export function propertySet(text: string, segments: Segments, value: unknown): string {
  const unit = indentUnit(text);
  const edits = modify(text, [...segments], value, {
    formattingOptions: {
      insertSpaces: !unit.startsWith("\t"),
      tabSize: unit.startsWith("\t") ? 4 : unit.length,
      eol: lineEnd(text),
    },
  });
  return applyEdits(text, edits);
}

/** Whether an element can take others in. */
export function takesElements(line: OutlineNode): boolean {
  return line.kind !== "column" && ["elements", "templateElements"].includes(holderOf(line.type));
}
