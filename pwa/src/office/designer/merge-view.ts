/** The view in which two drafts are merged: mine as the text, theirs above it block by block. */

import { json } from "@codemirror/lang-json";
import { acceptChunk, getChunks, rejectChunk, unifiedMergeView } from "@codemirror/merge";
import { EditorState } from "@codemirror/state";
import { EditorView, lineNumbers } from "@codemirror/view";

import { look } from "./editor-look";
import type { Merged } from "./merging";

export interface MergeParts {
  parent: HTMLElement;
  merged: Merged;
  label: string;
  phrases: Record<string, string>;
  words: { mine: string; theirs: string };
  /** How many blocks are still to choose. */
  onLeft: (count: number) => void;
}

export interface MergeBox {
  text: () => string;
  all: (side: "mine" | "theirs") => void;
  destroy: () => void;
}

export function createMerge(parts: MergeParts): MergeBox {
  const left = (state: EditorState): number => getChunks(state)?.chunks.length ?? 0;
  const view = new EditorView({
    parent: parts.parent,
    state: EditorState.create({
      doc: parts.merged.mine,
      extensions: [
        lineNumbers(),
        json(),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ "aria-label": parts.label, tabindex: "0" }),
        EditorState.phrases.of(parts.phrases),
        look,
        unifiedMergeView({
          original: parts.merged.theirs,
          collapseUnchanged: { margin: 3, minSize: 6 },
          diffConfig: { scanLimit: 5_000, timeout: 500 },
          mergeControls: (type, action) => choice(type === "accept" ? "mine" : "theirs", parts.words, action),
        }),
        EditorView.updateListener.of((update) => parts.onLeft(left(update.state))),
      ],
    }),
  });
  parts.onLeft(left(view.state));
  const [first] = getChunks(view.state)?.chunks ?? [];
  if (first !== undefined) {
    view.dispatch({ effects: EditorView.scrollIntoView(Math.min(first.fromB, view.state.doc.length), { y: "center" }) });
  }
  return {
    text: () => view.state.doc.toString(),
    all: (side) => {
      for (;;) {
        const [first] = getChunks(view.state)?.chunks ?? [];
        if (first === undefined) return;
        if (!(side === "mine" ? acceptChunk : rejectChunk)(view, first.fromB)) return;
      }
    },
    destroy: () => view.destroy(),
  };
}

function choice(side: "mine" | "theirs", words: MergeParts["words"], action: (event: MouseEvent) => void): HTMLElement {
  const button = document.createElement("button");
  button.type = "button";
  button.className = `d-choice d-choice-${side}`;
  button.textContent = words[side];
  // The view chooses on pressing; Enter and Space bring a click only.
  button.addEventListener("mousedown", action);
  button.addEventListener("click", (event) => {
    if (event.detail === 0) action(event);
  });
  return button;
}
