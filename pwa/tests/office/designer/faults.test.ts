import { describe, expect, test } from "vitest";

import { type Fault, countsByLine, offsetOf, placed } from "@/office/designer/faults";
import { readOutline } from "@/office/designer/outline";

const TEXT = `{
  "pages": [
    {
      "name": "satu",
      "elements": [
        {
          "type": "text",
          "name": "a",
          "visibleIf": "{x} = 1"
        },
        { "type": "panel", "name": "p", "elements": [ { "type": "text", "name": "b" } ] }
      ]
    }
  ]
}
`;

const fault = (path: string, more: Partial<Fault> = {}): Fault => ({
  path, line: null, column: null, end_line: null, end_column: null,
  severity: "error", code: "unknown_name", message: "", remedy: "", ...more,
});

function letters(one: Fault, text = TEXT): string {
  const { root } = readOutline(text);
  const [found] = placed(text, root, [one]);
  if (found === undefined) throw new Error("not placed");
  return text.slice(found.from, found.to);
}

describe("places of faults", () => {
  test("a fault marks the value at its path, a long one on its first line", () => {
    expect(letters(fault("pages[0].elements[0].visibleIf"))).toBe('"{x} = 1"');
    expect(letters(fault("pages[0].elements[0]"))).toBe("{");
    expect(letters(fault("pages[0].elements[1]"))).toBe('{ "type": "panel", "name": "p", "elements": [ { "type": "text", "name": "b" } ] }');
  });

  test("what is not there is marked at its nearest parent", () => {
    expect(letters(fault("pages[0].elements[1].elements[0].title.en"))).toBe('{ "type": "text", "name": "b" }');
    expect(letters(fault("masters_used[3]"))).toBe("{");
  });

  test("a text that is no JSON is marked by line and column", () => {
    const broken = '{\n  "a": 1\n  "b": 2\n}';
    expect(letters(fault("", { line: 3, column: 3 }), broken)).toBe('"');
    expect(letters(fault("", { line: 3, column: 3, end_line: 3, end_column: 6 }), broken)).toBe('"b"');
    expect(letters(fault("", { line: 99, column: 3 }), broken)).toBe("}");
    expect(letters(fault("", { line: 1, column: 1 }), "")).toBe("");
  });

  test("lines and columns count from one", () => {
    expect(offsetOf("ab\ncd", 1, 1)).toBe(0);
    expect(offsetOf("ab\ncd", 2, 2)).toBe(4);
    expect(offsetOf("ab\ncd", 9, 1)).toBe(5);
  });
});

test("a fault counts on its question and on everything around it", () => {
  const { pages } = readOutline(TEXT);
  const counts = countsByLine(pages, [
    fault("pages[0].elements[1].elements[0].name"),
    fault("pages[0].elements[0].title", { severity: "warning" }),
    fault("form_name"),
  ]);
  expect(Object.fromEntries(counts)).toEqual({
    "pages[0]": { errors: 1, warnings: 1 },
    "pages[0].elements[0]": { errors: 0, warnings: 1 },
    "pages[0].elements[1]": { errors: 1, warnings: 0 },
    "pages[0].elements[1].elements[0]": { errors: 1, warnings: 0 },
  });
});
