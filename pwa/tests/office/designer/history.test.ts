// @vitest-environment jsdom
/** What one undoes: own steps, a field as one of them, and never what somebody else saved. */

import { afterEach, beforeAll, expect, test } from "vitest";

import { type Editor, createEditor } from "@/office/designer/editor";

const open: Editor[] = [];
beforeAll(() => {
  Range.prototype.getClientRects = () => [] as unknown as DOMRectList; // jsdom measures nothing
});
afterEach(() => open.splice(0).forEach((editor) => editor.destroy()));

function editorOn(text: string) {
  const seen = { text, canUndo: false };
  const editor: Editor = createEditor({
    parent: document.body, text, label: "", phrases: {},
    proposals: () => undefined,
    onText: (now) => (seen.text = now),
    onPlace: () => undefined,
    onHistory: (canUndo) => (seen.canUndo = canUndo),
  });
  open.push(editor);
  return { editor, seen };
}

test("a field that was typed piece by piece is one step, apart from the one before", () => {
  const { editor, seen } = editorOn('{"a": 1}');
  editor.become('{"a": 2}');
  editor.become('{"a": 2, "title": "N"}');
  editor.become('{"a": 2, "title": "Nama"}', { joins: true });
  editor.become('{"a": 2, "title": "Nama KRT"}', { joins: true });
  editor.undo();
  expect(seen.text).toBe('{"a": 2}');
  editor.undo();
  expect(seen.text).toBe('{"a": 1}');
  editor.redo();
  editor.redo();
  expect(seen.text).toBe('{"a": 2, "title": "Nama KRT"}');
});

test("undoing goes back to a merge and no further: theirs stays", () => {
  const { editor, seen } = editorOn('{"a": 1, "b": 1}');
  editor.become('{"a": 2, "b": 1}');
  expect(seen.canUndo).toBe(true);
  editor.become('{"a": 2, "b": 3}', { isFresh: true });
  expect(seen.canUndo).toBe(false);
  editor.undo();
  expect(seen.text).toBe('{"a": 2, "b": 3}');
  editor.become('{"a": 2, "b": 4}');
  editor.undo();
  editor.undo();
  expect(seen.text).toBe('{"a": 2, "b": 3}');
});
