/** The outline of a questionnaire: its pages, panels, rosters and questions, read from its text. */

import { type Node, type ParseError, getNodeValue, parseTree } from "jsonc-parser";

import { type Segments, pathText } from "./json-path";

export type OutlineKind = "page" | "panel" | "roster" | "question" | "column";

/** One line of the outline. children: in the order of the form; holder: the key they stand under. */
export interface OutlineNode {
  path: string;
  segments: Segments;
  kind: OutlineKind;
  type: string;
  name: string;
  title: string;
  isRequired: boolean;
  /** Whether its choices come from master data. */
  isLookup: boolean;
  inputType: string;
  offset: number;
  length: number;
  holder: string;
  children: OutlineNode[];
}

/** Where a text stops being JSON. */
export interface SyntaxFault {
  offset: number;
  length: number;
}

export interface Outline {
  pages: OutlineNode[];
  root: Node | undefined;
  fault: SyntaxFault | undefined;
}

const CHILDREN: Readonly<Record<string, string>> = {
  page: "elements",
  panel: "elements",
  paneldynamic: "templateElements",
  matrixdynamic: "columns",
  matrixdropdown: "columns",
};
export const ROSTERS: ReadonlySet<string> = new Set(["paneldynamic", "matrixdynamic"]);

/** Return the key under which elements of a type hold others, "" when they hold none. */
export function holderOf(type: string): string {
  return CHILDREN[type] ?? "";
}

/** Parse strict JSON: no comments, no comma before a closing bracket. */
export function readJson(text: string): { root: Node | undefined; fault: SyntaxFault | undefined } {
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { disallowComments: true, allowTrailingComma: false });
  const [first] = errors;
  if (first !== undefined) return { root, fault: { offset: first.offset, length: first.length } };
  return { root, fault: root === undefined ? { offset: 0, length: 0 } : undefined };
}

/** Read the outline of a text; what is no element is passed over. language: of the titles shown. */
export function readOutline(text: string, language = "id"): Outline {
  const { root, fault } = readJson(text);
  const pages = root === undefined ? [] : itemsOf(root, "pages");
  return {
    root,
    fault,
    pages: pages.map((page, index) => elementOf(page, ["pages", index], "page", language)),
  };
}

function elementOf(node: Node, segments: Segments, place: "page" | "element" | "column", language: string): OutlineNode {
  const ownType = textOf(node, place === "column" ? "cellType" : "type");
  const type = place === "page" ? "page" : ownType;
  const holder = place === "column" ? "" : holderOf(type);
  const inner = holder === "columns" ? "column" : "element";
  const children = holder === "" ? [] : itemsOf(node, holder);
  return {
    path: pathText(segments),
    segments,
    kind: kindOf(place, type),
    type,
    name: textOf(node, "name"),
    title: titleOf(node, language),
    isRequired: propertyOf(node, "isRequired")?.value === true,
    isLookup: propertyOf(node, "master") !== undefined,
    inputType: textOf(node, "inputType"),
    offset: node.offset,
    length: node.length,
    holder,
    children: children.map((child, index) => elementOf(child, [...segments, holder, index], inner, language)),
  };
}

function kindOf(place: string, type: string): OutlineKind {
  if (place === "page") return "page";
  if (place === "column") return "column";
  if (type === "panel") return "panel";
  return ROSTERS.has(type) ? "roster" : "question";
}

/** Return the value of a property of an object node. */
export function propertyOf(node: Node | undefined, key: string): Node | undefined {
  if (node?.type !== "object") return undefined;
  return node.children?.find((child) => child.children?.[0]?.value === key)?.children?.[1];
}

/** Return the objects of a list under a key; places of others stay, as undefined items are kept out. */
export function itemsOf(node: Node, key: string): Node[] {
  const list = propertyOf(node, key);
  return list?.type === "array" ? (list.children ?? []) : [];
}

function textOf(node: Node, key: string): string {
  const value: unknown = propertyOf(node, key)?.value;
  return typeof value === "string" ? value : "";
}

/** Return a title in a language: texts are strings or {language: string}. */
function titleOf(node: Node, language: string): string {
  const title = propertyOf(node, "title") ?? propertyOf(node, "html");
  if (title === undefined) return "";
  const value: unknown = getNodeValue(title);
  if (typeof value === "string") return plain(value);
  if (typeof value !== "object" || value === null) return "";
  const texts = value as Record<string, unknown>;
  const found = [texts[language], texts["default"], ...Object.values(texts)].find((text) => typeof text === "string");
  return plain(typeof found === "string" ? found : "");
}

/** Markup of an html note has no place in an outline. */
function plain(text: string): string {
  return text.replace(/<[^<>]*>/g, " ").replace(/\s+/g, " ").trim();
}

/** Return every line of an outline, top to bottom. */
export function* linesOf(nodes: readonly OutlineNode[]): Generator<OutlineNode> {
  for (const node of nodes) {
    yield node;
    yield* linesOf(node.children);
  }
}

/** Return the line at a path, or the innermost line in which the path lies. */
export function lineAt(nodes: readonly OutlineNode[], path: string): OutlineNode | undefined {
  let found: OutlineNode | undefined;
  for (const line of linesOf(nodes)) {
    const isAbove = path === line.path || path.startsWith(`${line.path}.`) || path.startsWith(`${line.path}[`);
    if (isAbove && line.path.length >= (found?.path.length ?? 0)) found = line;
  }
  return found;
}

/** Return the innermost line that holds a place of the text. */
export function lineAtOffset(nodes: readonly OutlineNode[], offset: number): OutlineNode | undefined {
  for (const node of nodes) {
    if (offset < node.offset || offset > node.offset + node.length) continue;
    return lineAtOffset(node.children, offset) ?? node;
  }
  return undefined;
}

/** Return the lines around a place, the outermost first. */
export function linesAround(nodes: readonly OutlineNode[], path: string): OutlineNode[] {
  const isAbove = (line: OutlineNode): boolean => path.startsWith(`${line.path}.`);
  return [...linesOf(nodes)].filter(isAbove);
}
