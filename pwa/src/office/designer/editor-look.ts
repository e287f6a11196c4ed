/** Colours of the editor: the theme's own, so that light and dark follow the page. */

import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const colours = HighlightStyle.define([
  { tag: tags.propertyName, color: "var(--d-key)" },
  { tag: tags.string, color: "var(--d-string)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--d-number)" },
  { tag: [tags.separator, tags.brace, tags.squareBracket], color: "var(--d-subtle)" },
]);

const theme = EditorView.theme({
  "&": { height: "100%", fontSize: "0.8125rem", color: "var(--d-text)", backgroundColor: "var(--d-paper)" },
  "&.cm-focused": { outline: "2px solid var(--d-focus)", outlineOffset: "-2px" },
  ".cm-scroller": { fontFamily: "ui-monospace, 'Cascadia Mono', 'DejaVu Sans Mono', Menlo, Consolas, monospace", lineHeight: "1.5" },
  ".cm-content": { caretColor: "var(--d-text)" },
  ".cm-cursor": { borderLeftColor: "var(--d-text)" },
  ".cm-gutters": { backgroundColor: "var(--d-tint)", color: "var(--d-subtle)", border: "none" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "var(--d-active)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { background: "var(--d-selection)" },
  ".cm-selectionMatch, .cm-matchingBracket": { backgroundColor: "var(--d-match)" },
  ".cm-panels, .cm-tooltip": { backgroundColor: "var(--d-raised)", color: "var(--d-text)", borderColor: "var(--d-line)" },
  ".cm-panels-top": { borderBottom: "1px solid var(--d-line)" },
  ".cm-panel input, .cm-textfield": { backgroundColor: "var(--d-paper)", color: "var(--d-text)", border: "1px solid var(--d-line)", minHeight: "2rem" },
  ".cm-button": { backgroundImage: "none", backgroundColor: "var(--d-tint)", color: "var(--d-text)", border: "1px solid var(--d-line)", minHeight: "2rem" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "inherit", maxHeight: "16rem" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: ".375rem .5rem", display: "flex", gap: ".75rem", alignItems: "baseline" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { backgroundColor: "var(--d-chosen)", color: "var(--d-chosen-text)" },
  ".cm-completionDetail": { fontStyle: "normal", color: "var(--d-subtle)", marginLeft: "auto", fontSize: ".75rem" },
  "li[aria-selected] .cm-completionDetail": { color: "inherit" },
  ".cm-diagnostic": { whiteSpace: "pre-line", padding: ".375rem .5rem" },
  ".cm-diagnostic-error": { borderLeftColor: "var(--d-error)" },
  ".cm-diagnostic-warning": { borderLeftColor: "var(--d-warning)" },
  ".cm-diagnosticSource": { color: "var(--d-subtle)" },
  ".cm-foldPlaceholder": { backgroundColor: "var(--d-tint)", color: "var(--d-text)", border: "1px solid var(--d-line)" },
  ".cm-changedLine": { backgroundColor: "var(--d-mine)" },
  ".cm-deletedChunk": { backgroundColor: "var(--d-theirs)", paddingInlineStart: ".375rem" },
  ".cm-deletedChunk .cm-deletedText": { background: "none", textDecoration: "underline 2px var(--d-error)" },
  ".cm-deletedChunk .cm-chunkButtons": { insetInlineEnd: ".25rem", position: "static", display: "flex", gap: ".5rem", flexWrap: "wrap", paddingBlock: ".375rem" },
  ".cm-collapsedLines": { backgroundImage: "none", backgroundColor: "var(--d-tint)", color: "var(--d-subtle)" },
});

export const look = [theme, syntaxHighlighting(colours)];
