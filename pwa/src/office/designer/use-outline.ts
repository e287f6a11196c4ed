/** What the outline's lines and buttons do: folding, selecting, moving, adding. */

import { computed, ref } from "vue";

import type { Kind, KindWords } from "./kinds";
import {
  type Direction,
  type Operated,
  elementAdd,
  elementDuplicate,
  elementMove,
  elementRemove,
  pageAdd,
  stepTarget,
  targetFor,
} from "./operations";
import { type OutlineNode, itemsOf, linesAround, linesOf, propertyOf, readOutline } from "./outline";
import type { Designer } from "./use-designer";

/** Forms with more lines begin with their pages folded. */
const FOLDED_FROM = 400;

export interface Row {
  node: OutlineNode;
  level: number;
  index: number;
  count: number;
  isOpen: boolean;
}

export function createOutline(designer: Designer, words: () => KindWords) {
  const folded = ref(new Set<string>());
  const isLarge = [...linesOf(designer.outline.value.pages)].length > FOLDED_FROM;
  if (isLarge) folded.value = new Set(designer.outline.value.pages.map((page) => page.path));

  const rows = computed(() => [...rowsOf(designer.outline.value.pages, folded.value, 1)]);
  const fold = (path: string, isFolded: boolean): void => {
    const next = new Set(folded.value);
    if (isFolded) next.add(path);
    else next.delete(path);
    folded.value = next;
  };
  const operate = (done: Operated | undefined): boolean => {
    const isDone = designer.operate(done);
    if (isDone) unfoldTo(designer.selected.value);
    return isDone;
  };
  const unfoldTo = (path: string): void => {
    for (const around of linesAround(designer.outline.value.pages, path)) fold(around.path, false);
  };
  const text = (): string => designer.text.value;
  const step = (line: OutlineNode, direction: Direction): boolean => {
    const target = stepTarget(designer.outline.value.pages, line, direction);
    return target !== undefined && operate(elementMove(text(), line, target));
  };
  return {
    rows,
    fold,
    unfoldTo,
    step,
    canStep: (line: OutlineNode, direction: Direction) => stepTarget(designer.outline.value.pages, line, direction) !== undefined,
    remove: (line: OutlineNode) => operate(elementRemove(text(), line)),
    duplicate: (line: OutlineNode) => operate(elementDuplicate(text(), line)),
    addPage: () => {
      const made = { title: words().texts.page, formName: designer.config.kegiatan.name };
      return operate(pageAdd(text(), designer.line.value, made));
    },
    add: (kind: Kind, isInside: boolean) => operate(added(designer, words(), kind, isInside)),
    /** Move a line before or behind another, or into it. */
    drop: (from: OutlineNode, onto: OutlineNode, place: "before" | "after" | "into") => {
      const list = place === "into" ? [...onto.segments, onto.holder] : onto.segments.slice(0, -1);
      const index = place === "into" ? Number.MAX_SAFE_INTEGER : Number(onto.segments.at(-1)) + (place === "after" ? 1 : 0);
      return operate(elementMove(text(), from, { list, index }));
    },
  };
}

function added(designer: Designer, words: KindWords, kind: Kind, isInside: boolean): Operated | undefined {
  let text = designer.text.value;
  let pages = designer.outline.value.pages;
  const made = { title: words.texts.page, formName: designer.config.kegiatan.name };
  let line = designer.line.value;
  if (pages.length === 0) {
    // Nothing to add to yet: the first page comes along.
    const begun = pageAdd(text, undefined, made);
    if (begun === undefined) return undefined;
    text = begun.text;
    pages = readOutline(text).pages;
    line = pages[0];
  }
  const target = targetFor(line, pages, isInside);
  const { root } = designer.outline.value;
  const masters = root === undefined ? [] : itemsOf(root, "masters_used").map((one) => String(propertyOf(one, "type")?.value ?? ""));
  if (target === undefined) return undefined;
  return elementAdd(text, target, kind.stem, (name) => ({ type: kind.type, name, ...kind.make(words.texts, masters) }));
}

function* rowsOf(nodes: readonly OutlineNode[], folded: ReadonlySet<string>, level: number): Generator<Row> {
  for (const [index, node] of nodes.entries()) {
    const isOpen = node.children.length > 0 && !folded.has(node.path);
    yield { node, level, index: index + 1, count: nodes.length, isOpen };
    if (isOpen) yield* rowsOf(node.children, folded, level + 1);
  }
}
