import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { Autosave, KEEP_MS, type Kept, PAUSE_MS } from "@/office/designer/autosave";
import type { Saving } from "@/office/designer/config";

import { READ_MS, SHOW_MS } from "@/office/designer/use-designer";

/** An office with one draft, and an editor on it. */
function world(answer?: (text: string, revision: number) => Saving | Promise<Saving>) {
  const office = { text: "lama", revision: 3, requests: 0 };
  const editor = { text: "lama", kept: undefined as Kept | undefined, states: [] as string[] };
  const save = (text: string, revision: number): Saving => {
    if (revision !== office.revision) {
      return { kind: "changed", message: "", theirs: { text: office.text, revision: office.revision, by: "Ana", at: "" } };
    }
    office.text = text;
    office.revision += 1;
    return { kind: "saved", revision: office.revision, at: "2026-11-20T10:00:00Z" };
  };
  const autosave = new Autosave(
    {
      text: () => editor.text,
      send: async (text, revision) => {
        office.requests += 1;
        return (answer ?? save)(text, revision);
      },
      keep: (kept) => (editor.kept = kept),
      tell: (state) => editor.states.push(state.kind),
      now: () => Date.now(),
    },
    "lama", 3, null, true,
  );
  const type = (text: string): void => {
    editor.text = text;
    autosave.changed();
  };
  return { office, editor, autosave, type, save };
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe("saving as one goes", () => {
  test("two seconds after the last change, once", async () => {
    const { office, editor, type } = world();
    type("a");
    await vi.advanceTimersByTimeAsync(PAUSE_MS - 1);
    type("ab");
    await vi.advanceTimersByTimeAsync(PAUSE_MS - 1);
    expect(office.requests).toBe(0);
    await vi.advanceTimersByTimeAsync(1);
    expect(office).toMatchObject({ text: "ab", revision: 4, requests: 1 });
    expect(editor.states).toEqual(["changed", "changed", "saving", "saved"]);
    expect(editor.kept).toBeUndefined();
  });

  test("a form that freezes the page when it is shown was kept before", () => {
    expect(KEEP_MS).toBeLessThan(READ_MS + SHOW_MS);
    expect(KEEP_MS).toBeLessThan(SHOW_MS); // edits of the outline are read at once
  });

  test("signed out it tries again, and says so; another person's sign-in stops it", async () => {
    const out = world(() => ({ kind: "signed_out" }));
    out.type("baru");
    await vi.advanceTimersByTimeAsync(PAUSE_MS);
    expect(out.autosave.current).toMatchObject({ kind: "waiting", isSignedOut: true });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(out.office.requests).toBe(2);
    const other = world(() => ({ kind: "refused", code: "other_person", message: "" }));
    other.type("baru");
    await vi.advanceTimersByTimeAsync(120_000);
    expect(other.office.requests).toBe(1);
    expect(other.editor.kept?.text).toBe("baru");
  });

  test("what is not saved is kept in the browser, with what it grew from", async () => {
    const { editor, type } = world();
    type("baru");
    await vi.advanceTimersByTimeAsync(400);
    expect(editor.kept).toMatchObject({ text: "baru", revision: 3, base: "lama" });
    await vi.advanceTimersByTimeAsync(PAUSE_MS);
    expect(editor.kept).toBeUndefined();
  });

  test("what is typed during a request is saved after it, over its revision", async () => {
    let release: (saving: Saving) => void = () => undefined;
    const found = world(() => new Promise((resolve) => (release = resolve)));
    found.type("satu");
    await vi.advanceTimersByTimeAsync(PAUSE_MS);
    found.type("satu dua");
    release(found.save("satu", 3));
    await vi.advanceTimersByTimeAsync(PAUSE_MS);
    release(found.save("satu dua", 4));
    await vi.advanceTimersByTimeAsync(0);
    expect(found.office).toMatchObject({ text: "satu dua", revision: 5, requests: 2 });
    expect(found.editor.states.at(-1)).toBe("saved");
    expect(found.editor.kept).toBeUndefined();
  });

  test("without an answer it tries again, less and less often, and keeps the text", async () => {
    let isThere = false;
    const found = world((text, revision) => (isThere ? found.save(text, revision) : { kind: "unreachable" }));
    found.type("baru");
    await vi.advanceTimersByTimeAsync(PAUSE_MS);
    expect(found.autosave.current.kind).toBe("waiting");
    await vi.advanceTimersByTimeAsync(10_000);
    const before = found.office.requests;
    expect(before).toBe(2);
    expect(found.editor.kept?.text).toBe("baru");
    isThere = true;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(found.office).toMatchObject({ text: "baru", revision: 4 });
  });

  test("over what somebody else saved nothing is written", async () => {
    const { office, editor, autosave, type } = world();
    Object.assign(office, { text: "orang lain", revision: 4 });
    type("saya");
    await vi.advanceTimersByTimeAsync(PAUSE_MS);
    expect(office.text).toBe("orang lain");
    expect(autosave.current).toMatchObject({ kind: "conflict", theirs: { by: "Ana", text: "orang lain" } });
    type("saya lagi");
    await vi.advanceTimersByTimeAsync(60_000);
    expect(office.requests).toBe(1);
    expect(editor.kept).toMatchObject({ text: "saya lagi", base: "lama" });
    expect(await autosave.flush()).toBe(false);

    editor.text = "saya dan orang lain";
    autosave.resolved({ text: "orang lain", revision: 4, by: "Ana", at: null });
    await vi.advanceTimersByTimeAsync(0);
    expect(office).toMatchObject({ text: "saya dan orang lain", revision: 5 });
  });

  test("taking theirs alone saves nothing", async () => {
    const { office, editor, autosave, type } = world();
    Object.assign(office, { text: "orang lain", revision: 4 });
    type("saya");
    await vi.advanceTimersByTimeAsync(PAUSE_MS);
    editor.text = "orang lain";
    autosave.resolved({ text: "orang lain", revision: 4, by: "Ana", at: null });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(office.requests).toBe(1);
    expect(autosave.current.kind).toBe("saved");
    expect(editor.kept).toBeUndefined();
  });

  test("flushing saves at once; a refusal is told and not repeated by itself", async () => {
    const good = world();
    good.type("cepat");
    expect(await good.autosave.flush()).toBe(true);
    expect(good.office.text).toBe("cepat");
    const bad = world(() => ({ kind: "refused", code: "invalid", message: "Terlalu besar" }));
    bad.type("besar");
    await vi.advanceTimersByTimeAsync(120_000);
    expect(bad.office.requests).toBe(1);
    expect(bad.autosave.current).toEqual({ kind: "refused", code: "invalid", message: "Terlalu besar" });
    expect(bad.editor.kept?.text).toBe("besar");
  });
});
