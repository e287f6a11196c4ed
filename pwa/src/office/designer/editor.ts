/** The JSON editor: CodeMirror with the form's completion, the linter's faults, one history for all edits. */

import { acceptCompletion, autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap, type CompletionResult } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, isolateHistory, redo, redoDepth, undo, undoDepth } from "@codemirror/commands";
import { json } from "@codemirror/lang-json";
import { bracketMatching, foldGutter, foldKeymap, indentOnInput, indentUnit } from "@codemirror/language";
import { type Diagnostic, lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { Annotation, Compartment, EditorState, Prec } from "@codemirror/state";
import { EditorView, drawSelection, highlightActiveLine, highlightActiveLineGutter, keymap, lineNumbers } from "@codemirror/view";

import type { Proposals } from "./completion";
import { look } from "./editor-look";
import type { PlacedFault } from "./faults";
import { replacement } from "./list-edits";

export interface EditorParts {
  parent: HTMLElement;
  text: string;
  label: string;
  phrases: Record<string, string>;
  proposals: (text: string, offset: number) => Proposals | undefined;
  onText: (text: string) => void;
  onPlace: (offset: number, isByPerson: boolean) => void;
  onHistory: (canUndo: boolean, canRedo: boolean) => void;
}

/** joins: the step of the history before goes on; isFresh: the history begins anew, undoing stops here. */
export interface Becoming {
  joins?: boolean;
  isFresh?: boolean;
}

/** What the rest of the designer does with the editor. */
export interface Editor {
  text: () => string;
  /** Make the text another in one step of the history. */
  become: (text: string, options?: Becoming) => void;
  show: (faults: readonly PlacedFault[]) => void;
  /** Bring letters into view and select them. */
  reveal: (from: number, to: number, options: { focus: boolean }) => void;
  undo: () => void;
  redo: () => void;
  focus: () => void;
  destroy: () => void;
}

const BY_OUTLINE = "outline";
/** The one kind of change that the history joins to the one before however long ago that was. */
const GOES_ON = "input.type.compose";
const byOutline = Annotation.define<boolean>();
/** Reading a longer text at every key is felt; there proposals come when asked for (Ctrl+Space). */
const PROPOSES_BELOW = 600_000;

export function createEditor(parts: EditorParts): Editor {
  const past = new Compartment();
  const view = new EditorView({
    parent: parts.parent,
    state: EditorState.create({ doc: parts.text, extensions: [past.of(history()), ...extensionsOf(parts)] }),
  });
  const forget = (): void => {
    view.dispatch({ effects: past.reconfigure([]) });
    view.dispatch({ effects: past.reconfigure(history()) });
    parts.onHistory(false, false);
  };
  return {
    text: () => view.state.doc.toString(),
    become: (text, { joins = false, isFresh = false } = {}) => {
      const { from, to, insert } = replacement(view.state.doc.toString(), text);
      if (from !== to || insert !== "") {
        view.dispatch({
          changes: { from, to, insert },
          annotations: [byOutline.of(true), ...(joins ? [] : [isolateHistory.of("full")])],
          userEvent: joins ? GOES_ON : BY_OUTLINE,
          filter: false, // what helps while typing in the editor: indenting, closing brackets
        });
      }
      if (isFresh) forget();
    },
    show: (faults) => view.dispatch(setDiagnostics(view.state, faults.map((one) => diagnosticOf(one, view.state.doc.length)))),
    reveal: (from, to, { focus }) => {
      const most = view.state.doc.length;
      view.dispatch({
        selection: { anchor: Math.min(from, most), head: Math.min(to, most) },
        effects: EditorView.scrollIntoView(Math.min(from, most), { y: "start", yMargin: 60 }),
        annotations: byOutline.of(true),
      });
      if (focus) view.focus();
    },
    undo: () => undo(view),
    redo: () => redo(view),
    focus: () => view.focus(),
    destroy: () => view.destroy(),
  };
}

function diagnosticOf({ fault, from, to }: PlacedFault, most: number): Diagnostic {
  return {
    from: Math.min(from, most),
    to: Math.min(to, most),
    severity: fault.severity,
    source: fault.code,
    message: fault.remedy === "" ? fault.message : `${fault.message}\n${fault.remedy}`,
  };
}

function extensionsOf(parts: EditorParts) {
  return [
    lineNumbers(),
    foldGutter(),
    lintGutter(),
    drawSelection(),
    indentOnInput(),
    indentUnit.of("  "),
    bracketMatching(),
    closeBrackets(),
    highlightActiveLine(),
    highlightActiveLineGutter(),
    highlightSelectionMatches(),
    search({ top: true }),
    json(),
    EditorView.lineWrapping,
    EditorView.contentAttributes.of({ "aria-label": parts.label, tabindex: "0", spellcheck: "false", autocapitalize: "off" }),
    EditorState.phrases.of(parts.phrases),
    autocompletion({ override: [(context) => context.view?.hasFocus === false ? null : completed(parts, context.state.doc.toString(), context.pos, context.explicit)], icons: false }),
    // Tab leaves the editor, as people who use the keyboard alone expect; Enter or Ctrl+Enter takes a proposal.
    Prec.high(keymap.of([{ key: "Mod-Enter", run: acceptCompletion }])),
    keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...searchKeymap, ...historyKeymap, ...foldKeymap, ...completionKeymap, ...lintKeymap]),
    look,
    EditorView.updateListener.of((update) => {
      if (update.docChanged) {
        parts.onText(update.state.doc.toString());
        parts.onHistory(undoDepth(update.state) > 0, redoDepth(update.state) > 0);
      }
      if (update.docChanged || update.selectionSet) {
        const isByPerson = !update.transactions.some((transaction) => transaction.annotation(byOutline) === true);
        parts.onPlace(update.state.selection.main.head, isByPerson && update.view.hasFocus);
      }
    }),
  ];
}

/** Asked at every key: proposals come by themselves behind a quote or a brace, else when asked for. */
function completed(parts: EditorParts, text: string, offset: number, isAsked: boolean): CompletionResult | null {
  if (!isAsked && text.length > PROPOSES_BELOW) return null;
  if (!isAsked && !/["{\w.]$/.test(text.slice(Math.max(0, offset - 1), offset))) return null;
  const found = parts.proposals(text, offset);
  if (found === undefined) return null;
  return {
    from: found.from,
    to: found.to,
    filter: false,
    options: fitting(found, text.slice(found.from, offset)).map((option) => ({
      label: option.label,
      ...(option.detail === "" ? {} : { detail: option.detail }),
      type: option.kind,
      apply: (view: EditorView, _: unknown, from: number, to: number) => {
        const end = Math.max(to, found.to <= view.state.doc.length ? found.to : to);
        view.dispatch({
          changes: { from, to: end, insert: option.apply },
          selection: { anchor: from + option.cursor },
          userEvent: "input.complete",
        });
      },
    })),
  };
}

/** Those that begin with what is typed first, then those that hold it. */
function fitting(found: Proposals, written: string): Proposals["options"] {
  const typed = written.replace(/"/g, "").toLowerCase();
  const begins = found.options.filter((option) => option.label.toLowerCase().startsWith(typed));
  const holds = found.options.filter((option) => !begins.includes(option) && option.label.toLowerCase().includes(typed));
  return [...begins, ...holds];
}
