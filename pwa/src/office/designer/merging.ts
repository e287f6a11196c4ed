/**
 * Two texts that grew from one: what only one side changed is taken by itself, what both changed at
 * the same place is left to choose.
 */

import { diff } from "@codemirror/merge";

import type { Theirs } from "./config";
import type { Offer } from "./kept";

/** What the editor's text is merged with: what somebody else saved, or a text kept in the browser. */
export type Merging = { kind: "conflict"; theirs: Theirs } | { kind: "kept"; kept: Offer };

/** mine, theirs: the merged text with every conflict decided for that side. */
export interface Merged {
  mine: string;
  theirs: string;
  /** Places where both changed something. */
  conflicts: number;
  /** Places that only one side changed; they are in both texts. */
  taken: number;
}

interface Change {
  from: number;
  to: number;
  lines: string[];
}

const linesOf = (text: string): string[] => text.split("\n");

/** Letters that stand for lines, below those that come in pairs. */
const LETTERS = 0xd800;

/** Write texts with one letter for each different line; undefined when there are too many. */
function asLetters(texts: string[][]): string[] | undefined {
  const codes = new Map<string, number>();
  for (const line of texts.flat()) if (!codes.has(line)) codes.set(line, codes.size);
  if (codes.size > LETTERS) return undefined;
  return texts.map((lines) => lines.map((line) => String.fromCharCode(codes.get(line) ?? 0)).join(""));
}

/** Changes of lines from one text to another, as lines of the first. */
function changes(before: string, after: string, lines: string[]): Change[] {
  return diff(before, after, { scanLimit: 5_000, timeout: 500 }).map((change) => ({
    from: change.fromA,
    to: change.toA,
    lines: lines.slice(change.fromB, change.toB),
  }));
}

/** Merge by lines. base: the text both began from; null when unknown: every difference is a conflict. */
export function merged(base: string | null, mine: string, theirs: string): Merged {
  const undecided = { mine, theirs, conflicts: mine === theirs ? 0 : 1, taken: 0 };
  if (base === null) return undecided;
  const [lines, ownLines, otherLines] = [linesOf(base), linesOf(mine), linesOf(theirs)];
  const [first, second, third] = asLetters([lines, ownLines, otherLines]) ?? [];
  if (first === undefined || second === undefined || third === undefined) return undecided;
  const [own, other] = [changes(first, second, ownLines), changes(first, third, otherLines)];
  const result: { mine: string[]; theirs: string[]; conflicts: number; taken: number } = { mine: [], theirs: [], conflicts: 0, taken: 0 };
  let at = 0;
  for (const region of regions(own, other)) {
    const kept = lines.slice(at, region.from);
    const [a, b] = [sideOf(lines, region, region.own), sideOf(lines, region, region.other)];
    const isBoth = region.own.length > 0 && region.other.length > 0 && a.join("\n") !== b.join("\n");
    const forMine = region.own.length > 0 ? a : b;
    result.mine.push(...kept, ...forMine);
    result.theirs.push(...kept, ...(isBoth ? b : forMine));
    if (isBoth) result.conflicts += 1;
    else result.taken += 1;
    at = region.to;
  }
  const rest = lines.slice(at);
  return {
    mine: [...result.mine, ...rest].join("\n"),
    theirs: [...result.theirs, ...rest].join("\n"),
    conflicts: result.conflicts,
    taken: result.taken,
  };
}

interface Region {
  from: number;
  to: number;
  own: Change[];
  other: Change[];
}

/** Changes that overlap are one region, whoever made them; so is an insertion beside another change. */
function regions(own: Change[], other: Change[]): Region[] {
  const all = [...own.map((change) => ({ change, isOwn: true })), ...other.map((change) => ({ change, isOwn: false }))];
  all.sort((a, b) => a.change.from - b.change.from || a.change.to - b.change.to);
  const found: Region[] = [];
  for (const { change, isOwn } of all) {
    let region = found[found.length - 1];
    if (region === undefined || change.from > region.to || isBeside(change, region)) {
      region = { from: change.from, to: change.to, own: [], other: [] };
      found.push(region);
    }
    region.to = Math.max(region.to, change.to);
    (isOwn ? region.own : region.other).push(change);
  }
  return found;
}

function isBeside(change: Change, region: Region): boolean {
  return change.from === region.to && change.to > change.from && region.to > region.from;
}

/** Return a region as one side wrote it. */
function sideOf(lines: string[], region: Region, own: Change[]): string[] {
  const made: string[] = [];
  let at = region.from;
  for (const change of own) {
    made.push(...lines.slice(at, change.from), ...change.lines);
    at = change.to;
  }
  return [...made, ...lines.slice(at, region.to)];
}
