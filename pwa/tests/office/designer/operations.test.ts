import { describe, expect, test } from "vitest";

import { applied, replacement } from "@/office/designer/list-edits";
import {
  type Operated,
  elementAdd,
  elementDuplicate,
  elementMove,
  elementRemove,
  pageAdd,
  propertySet,
  stepTarget,
  targetFor,
} from "@/office/designer/operations";
import { type OutlineNode, lineAt, lineAtOffset, linesOf, readOutline } from "@/office/designer/outline";

// Written as its author likes it: four spaces, short objects in one line, keys in an order of their own.
const FORM = `{
    "form_name": "Uji",  "locale": "id",
    "pages": [
        {
            "name": "satu",
            "elements": [
                { "type": "text", "name": "a" },
                {
                    "title": {"id": "Bagian", "en": "Part"},
                    "type": "panel", "name": "p",
                    "elements": [ { "type": "text", "name": "dalam", "visibleIf": "{a} = 1" } ]
                },
                { "type": "text",    "name": "b" }
            ]
        },
        {
            "name": "dua",
            "elements": []
        }
    ]
}
`;

function line(text: string, path: string): OutlineNode {
  const found = lineAt(readOutline(text).pages, path);
  if (found?.path !== path) throw new Error(`no line at ${path}`);
  return found;
}

function names(text: string): string[] {
  return [...linesOf(readOutline(text).pages)].map((one) => one.name);
}

function made(done: Operated | undefined): Operated {
  if (done === undefined) throw new Error("not done");
  JSON.parse(done.text);
  return done;
}

function step(text: string, path: string, direction: "up" | "down" | "in" | "out"): Operated | undefined {
  const { pages } = readOutline(text);
  const moved = line(text, path);
  const target = stepTarget(pages, moved, direction);
  return target === undefined ? undefined : elementMove(text, moved, target);
}

describe("outline", () => {
  test("names pages, panels and questions with their places", () => {
    const { pages, fault } = readOutline(FORM, "en");
    expect(fault).toBeUndefined();
    expect([...linesOf(pages)].map((one) => [one.path, one.kind, one.name])).toEqual([
      ["pages[0]", "page", "satu"],
      ["pages[0].elements[0]", "question", "a"],
      ["pages[0].elements[1]", "panel", "p"],
      ["pages[0].elements[1].elements[0]", "question", "dalam"],
      ["pages[0].elements[2]", "question", "b"],
      ["pages[1]", "page", "dua"],
    ]);
    expect(line(FORM, "pages[0].elements[1]").title).toBe("Bagian");
    expect(lineAt(pages, "pages[0].elements[1]")?.title).toBe("Part");
  });

  test("leads from the cursor to the innermost question", () => {
    const { pages } = readOutline(FORM);
    expect(lineAtOffset(pages, FORM.indexOf("{a} = 1"))?.name).toBe("dalam");
    expect(lineAtOffset(pages, FORM.indexOf('"en"'))?.name).toBe("p");
    expect(lineAtOffset(pages, 1)).toBeUndefined();
  });

  test("tells where a text stops being JSON, comments and hanging commas included", () => {
    for (const [text, place] of [['{"pages": [1,]}', 13], ['{"a": 1 // nein\n}', 8], ['{"a": }', 6], ["", 0]] as const) {
      expect(readOutline(text).fault?.offset, text).toBe(place);
    }
  });

  test("passes over what is no form", () => {
    for (const text of ["[]", "1", '{"pages": 3}', '{"pages": [null, 3, {"elements": {"a": 1}}]}']) {
      expect([...linesOf(readOutline(text).pages)].every((one) => one.name === ""), text).toBe(true);
    }
  });
});

describe("operations leave the rest of the text as it was written", () => {
  test("a question is added after the selected one, at its indentation", () => {
    const { pages } = readOutline(FORM);
    const target = targetFor(line(FORM, "pages[0].elements[0]"), pages, true);
    if (target === undefined) throw new Error("no target");
    const done = made(elementAdd(FORM, target, "teks", (name) => ({ type: "text", name })));
    expect(done.path).toBe("pages[0].elements[1]");
    expect(names(done.text)).toEqual(["satu", "a", "teks_1", "p", "dalam", "b", "dua"]);
    const edit = replacement(FORM, done.text);
    expect(edit.to - edit.from).toBe(0);
    expect(done.text).toContain('                {\n                    "type": "text",\n                    "name": "teks_1"\n                },\n');
  });

  test("an empty page, a panel, a roster take a question in", () => {
    const { pages } = readOutline(FORM);
    for (const [path, at] of [["pages[1]", "pages[1].elements[0]"], ["pages[0].elements[1]", "pages[0].elements[1].elements[1]"]] as const) {
      const target = targetFor(line(FORM, path), pages, true);
      const done = made(target && elementAdd(FORM, target, "x", (name) => ({ type: "text", name })));
      expect(done.path).toBe(at);
      expect(line(done.text, at).name).toBe("x_1");
    }
    const after = targetFor(line(FORM, "pages[0].elements[1]"), pages, false);
    expect(after).toEqual({ list: ["pages", 0, "elements"], index: 2 });
  });

  test("a page without elements gets its list, a text without pages its first page", () => {
    const bare = '{"form_name": "X", "pages": [{"name": "h"}]}';
    const { pages } = readOutline(bare);
    const target = targetFor(pages[0], pages, true);
    const done = made(target && elementAdd(bare, target, "x", (name) => ({ type: "text", name })));
    expect(names(done.text)).toEqual(["h", "x_1"]);
    const first = made(pageAdd("", undefined, { title: "Halaman", formName: "Survei" }));
    expect(JSON.parse(first.text)).toMatchObject({ form_name: "Survei", pages: [{ name: "halaman_1" }] });
    const noPages = made(pageAdd('{\n  "form_name": "X"\n}', undefined, { title: "Halaman", formName: "" }));
    expect(JSON.parse(noPages.text)).toMatchObject({ form_name: "X", pages: [{ title: "Halaman 1" }] });
  });

  test("a text in one line stays in one line", () => {
    const flat = '{"pages":[{"name":"h","elements":[{"type":"text","name":"a"}]}]}';
    const { pages } = readOutline(flat);
    const target = targetFor(line(flat, "pages[0].elements[0]"), pages, true);
    const done = made(target && elementAdd(flat, target, "x", (name) => ({ type: "text", name })));
    expect(done.text).toBe('{"pages":[{"name":"h","elements":[{"type":"text","name":"a"},{"type":"text","name":"x_1"}]}]}');
  });

  test("line ends of Windows stay", () => {
    const text = FORM.replaceAll("\n", "\r\n");
    const done = made(pageAdd(text, undefined, { title: "Halaman", formName: "" }));
    expect(done.text.replaceAll("\r\n", "")).not.toContain("\n");
  });

  test("up and down change places with the neighbour, each written as before", () => {
    const down = made(step(FORM, "pages[0].elements[0]", "down"));
    expect(down.path).toBe("pages[0].elements[1]");
    expect(names(down.text)).toEqual(["satu", "p", "dalam", "a", "b", "dua"]);
    const back = made(step(down.text, down.path, "up"));
    expect(back.text).toBe(FORM);
  });

  test("at the end of a page down leads into the next, and up back again", () => {
    const down = made(step(FORM, "pages[0].elements[2]", "down"));
    expect(down.path).toBe("pages[1].elements[0]");
    expect(down.text).toContain('{ "type": "text",    "name": "b" }');
    const back = made(step(down.text, down.path, "up"));
    expect(back.path).toBe("pages[0].elements[2]");
    expect(names(back.text)).toEqual(names(FORM));
  });

  test("in leads into the panel before, out behind it", () => {
    const inside = made(step(FORM, "pages[0].elements[2]", "in"));
    expect(inside.path).toBe("pages[0].elements[1].elements[1]");
    const out = made(step(inside.text, inside.path, "out"));
    expect(out.path).toBe("pages[0].elements[2]");
    expect(names(out.text)).toEqual(names(FORM));
    expect(step(FORM, "pages[0].elements[0]", "in")).toBeUndefined();
    expect(step(FORM, "pages[0].elements[0]", "out")).toBeUndefined();
    expect(step(FORM, "pages[0]", "up")).toBeUndefined();
  });

  test("the last one moved out leaves an empty list", () => {
    const out = made(step(FORM, "pages[0].elements[1].elements[0]", "up"));
    expect(out.path).toBe("pages[0].elements[1]");
    expect(names(out.text)).toEqual(["satu", "a", "dalam", "p", "b", "dua"]);
    expect(out.text).toContain('"elements": []');
  });

  test("pages move with all they hold", () => {
    const down = made(step(FORM, "pages[0]", "down"));
    expect(names(down.text)).toEqual(["dua", "satu", "a", "p", "dalam", "b"]);
    expect(made(step(down.text, "pages[1]", "up")).text).toBe(FORM);
  });

  test("nothing moves into itself", () => {
    const panel = line(FORM, "pages[0].elements[1]");
    expect(elementMove(FORM, panel, { list: [...panel.segments, "elements"], index: 0 })).toBeUndefined();
  });

  test("a copy has names of its own and reads its own questions", () => {
    const text = FORM.replace('"name": "dalam", "visibleIf": "{a} = 1" }', '"name": "dalam" }, { "type": "text", "name": "lain", "visibleIf": "{dalam} = 1 and {a} = 2" }');
    const done = made(elementDuplicate(text, line(text, "pages[0].elements[1]")));
    expect(names(done.text)).toEqual(["satu", "a", "p", "dalam", "lain", "p_1", "dalam_1", "lain_1", "b", "dua"]);
    expect(done.text).toContain('"{dalam_1} = 1 and {a} = 2"');
    expect(done.text).toContain('"{dalam} = 1 and {a} = 2"');
  });

  test("what is taken out goes with its comma; the selection stays near", () => {
    const first = made(elementRemove(FORM, line(FORM, "pages[0].elements[0]")));
    expect([first.path, names(first.text)[1]]).toEqual(["pages[0].elements[0]", "p"]);
    const last = made(elementRemove(FORM, line(FORM, "pages[0].elements[2]")));
    expect(last.path).toBe("pages[0].elements[1]");
    const only = made(elementRemove(FORM, line(FORM, "pages[0].elements[1].elements[0]")));
    expect(only.path).toBe("pages[0].elements[1]");
  });

  test("a property is set, replaced and taken out in its own lines", () => {
    const set = propertySet(FORM, ["pages", 0, "elements", 0, "isRequired"], true);
    expect(JSON.parse(set)).toMatchObject({ pages: [{ elements: [{ name: "a", isRequired: true }, {}, {}] }, {}] });
    expect(set).toContain('{ "type": "text",    "name": "b" }');
    const gone = propertySet(set, ["pages", 0, "elements", 0, "isRequired"], undefined);
    expect(JSON.parse(gone)).toEqual(JSON.parse(FORM));
  });

  test("a text that is no JSON is left alone", () => {
    const broken = FORM.replace('"name": "a" }', '"name": "a" ');
    const { pages } = readOutline(FORM);
    const [first] = pages;
    if (first === undefined) throw new Error("no page");
    expect(elementRemove(broken, first)).toBeUndefined();
    expect(elementDuplicate(broken, first)).toBeUndefined();
    expect(pageAdd(broken, undefined, { title: "", formName: "" })).toBeUndefined();
  });
});

test("one replacement makes the new text of the old", () => {
  for (const [before, after] of [["", "a"], ["abc", "abXc"], ["aaa", "aa"], ["sama", "sama"], ["{}", '{"a": 1}']] as const) {
    expect(applied(before, [replacement(before, after)])).toBe(after);
  }
});
