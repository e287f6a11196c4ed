/** The linter's faults at their places: in the text, and on the lines of the outline. */

import type { Node } from "jsonc-parser";

import { nearestNode, pathSegments, pathText } from "./json-path";
import { type OutlineNode, lineAt } from "./outline";

export type Severity = "error" | "warning";

/** One fault as the office answers it. line, column: from 1, null where only the path is known. */
export interface Fault {
  path: string;
  line: number | null;
  column: number | null;
  end_line: number | null;
  end_column: number | null;
  severity: Severity;
  code: string;
  message: string;
  remedy: string;
}

/** A fault with its letters in the text. */
export interface PlacedFault {
  fault: Fault;
  from: number;
  to: number;
}

/**
 * Return where each fault is. By its path, in the text as it is now; by line and column where the
 * text is no JSON or the path is of the whole.
 */
export function placed(text: string, root: Node | undefined, faults: readonly Fault[]): PlacedFault[] {
  return faults.map((fault) => {
    const range = byPath(text, root, fault.path) ?? byLine(text, fault) ?? { from: 0, to: firstLine(text, 0, text.length) };
    return { fault, ...range };
  });
}

function byPath(text: string, root: Node | undefined, path: string): { from: number; to: number } | undefined {
  if (root === undefined || path === "") return undefined;
  const node = nearestNode(root, pathSegments(path));
  return { from: node.offset, to: firstLine(text, node.offset, node.offset + node.length) };
}

function byLine(text: string, fault: Fault): { from: number; to: number } | undefined {
  if (fault.line === null) return undefined;
  const from = offsetOf(text, fault.line, fault.column ?? 1);
  const given = fault.end_line === null ? from : offsetOf(text, fault.end_line, fault.end_column ?? 1);
  const to = firstLine(text, from, Math.max(given, from));
  return to > from ? { from, to } : { from: Math.max(0, Math.min(from, text.length - 1)), to: Math.min(from + 1, text.length) };
}

/** A long value is marked on its first line only. */
function firstLine(text: string, from: number, to: number): number {
  const end = text.indexOf("\n", from);
  return end === -1 || end > to ? to : end;
}

/** Return the offset of a line and column, both from 1; the nearest there is. */
export function offsetOf(text: string, line: number, column: number): number {
  let start = 0;
  for (let number = 1; number < line; number += 1) {
    const end = text.indexOf("\n", start);
    if (end === -1) return text.length;
    start = end + 1;
  }
  return Math.min(start + column - 1, text.length);
}

/** How many faults stand on a line of the outline and below it. */
export interface FaultCount {
  errors: number;
  warnings: number;
}

/** Return the counts by path of the outline; each fault counts on its line and on those around it. */
export function countsByLine(pages: readonly OutlineNode[], faults: readonly Fault[]): Map<string, FaultCount> {
  const counts = new Map<string, FaultCount>();
  for (const fault of faults) {
    const line = lineAt(pages, fault.path);
    if (line === undefined) continue;
    for (let length = line.segments.length; length >= 2; length -= 2) {
      const path = pathText(line.segments.slice(0, length));
      const count = counts.get(path) ?? { errors: 0, warnings: 0 };
      counts.set(path, count);
      if (fault.severity === "error") count.errors += 1;
      else count.warnings += 1;
    }
  }
  return counts;
}
