/** Going on from a file, from a kept text, from a merge: nothing of anybody is taken away unseen. */

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { PAUSE_MS } from "@/office/designer/autosave";
import { type DesignerConfig, type Linting, type Saving, configOf } from "@/office/designer/config";
import { shelfOf } from "@/office/designer/kept";
import { merged } from "@/office/designer/merging";
import { LINT_AGAIN_MS, LINT_MS, createDesigner } from "@/office/designer/use-designer";

import { Memory } from "./memory";

const lines = (...items: string[]): string => `{\n${items.map((item) => `  "${item}": 1`).join(",\n")}\n}\n`;
const STORED = lines("a", "b", "c");
const ANSWER_MS = 50;
const URLS = { save: "/s", lint: "/l", schema: "/j", preview: "/p", publish: "/t", back: "/b", discard: "/d" };

function world(told: Partial<DesignerConfig> = {}, lint: Linting = { kind: "refused" }) {
  const office = { text: STORED, revision: 3, looks: 0 };
  const config = configOf({
    urls: URLS, csrf: "", person: "7", text: STORED, base: STORED, base_version: null, is_saved: true, revision: 3,
    saved_by: "Ana", saved_at: null, kegiatan: { name: "Uji" }, roles: [], locale: "id", ...told,
  });
  const save = async (text: string, revision: number): Promise<Saving> => {
    await new Promise((done) => setTimeout(done, ANSWER_MS));
    if (revision !== office.revision) {
      return { kind: "changed", message: "", theirs: { text: office.text, revision: office.revision, by: "Budi", at: null } };
    }
    Object.assign(office, { text, revision: revision + 1 });
    return { kind: "saved", revision: office.revision, at: "" };
  };
  const storage = new Memory(10_000);
  const tab = (name: string, person = "7") => shelfOf(storage, { draft: "/s", person, tab: name }, { living: () => Promise.resolve(new Set<string>()) });
  const shelf = tab("ini");
  const doors = {
    save,
    lint: () => {
      office.looks += 1;
      return Promise.resolve(lint);
    },
    schema: () => Promise.resolve(undefined),
  };
  const designer = createDesigner(config, doors, shelf);
  const offer = async (text: string, revision: number, base: string | null, person = "7") => {
    tab("lama", person).keep({ text, revision, base, at: 1 });
    const [found] = await shelf.offers({ shown: config.text, stored: config.base });
    if (found === undefined) throw new Error("nothing is offered");
    return found;
  };
  return { office, config, designer, shelf, storage, offer };
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe("a file that was taken in", () => {
  test("stays in a merge: it grew from what is stored, not from itself", async () => {
    const file = lines("a", "dari_berkas", "c");
    const { office, designer } = world({ text: file, is_saved: false });
    Object.assign(office, { text: lines("a", "b", "c", "d"), revision: 4 });
    designer.textTook(lines("a", "dari_berkas", "c2"));
    await vi.advanceTimersByTimeAsync(PAUSE_MS + ANSWER_MS);
    const state = designer.saving.value;
    if (state.kind !== "conflict") throw new Error(state.kind);
    const result = merged(designer.base(), designer.text.value, state.theirs.text);
    expect(result.mine).toContain("dari_berkas");
    expect(result.conflicts).toBeGreaterThan(0);
  });

  test("with an unknown base everything is left to choose; a page that says none shows what is stored", () => {
    expect(world({ base: null }).designer.base()).toBeNull();
    expect(world({ base: null, revision: 0, text: "" }).designer.base()).toBe("");
    const told = { ...world().config, base: undefined as unknown as null };
    delete (told as Partial<DesignerConfig>).base;
    expect(configOf(told).base).toBe(STORED);
  });
});

describe("going on with a kept text", () => {
  const KEPT = lines("a", "ketikan", "c");

  test("at once where nothing else is in the editor than what it grew from", async () => {
    const { office, designer, storage, offer } = world();
    const found = await offer(KEPT, 3, STORED);
    expect(designer.restore(found)).toBe(true);
    expect(designer.text.value).toBe(KEPT);
    expect([storage.length, storage.key(0)]).toEqual([1, "cerdas-draft:/s:7:ini"]);
    await vi.advanceTimersByTimeAsync(PAUSE_MS + ANSWER_MS);
    expect(office).toMatchObject({ text: KEPT, revision: 4 });
    expect(storage.length).toBe(0);
  });

  test.each([
    ["something was typed since", 3, STORED, "7", lines("a", "b", "baru")],
    ["somebody saved since", 2, lines("a", "b"), "7", STORED],
    ["it grew from nobody knows what", 3, null, "7", STORED],
    ["it is of somebody else", 3, STORED, "8", STORED],
  ])("merged first when %s", async (_, revision, base, person, text) => {
    const { designer, offer, storage } = world();
    const found = await offer(KEPT, revision, base, person);
    designer.textTook(text);
    expect(designer.restore(found)).toBe(false);
    expect(designer.text.value).toBe(text);
    expect(storage.getItem(found.key)).not.toBeNull();
  });

  test("merged first over a file that was taken in", async () => {
    const file = lines("dari_berkas");
    const { designer, offer } = world({ text: file, is_saved: false });
    expect(designer.restore(await offer(KEPT, 3, STORED))).toBe(false);
    expect(designer.text.value).toBe(file);
  });

  test("the merge is an edit over what the office has now, also while a request runs", async () => {
    const { office, designer, storage, offer } = world();
    const found = await offer(KEPT, 3, STORED);
    designer.textTook(lines("a", "b", "c", "baru"));
    await vi.advanceTimersByTimeAsync(PAUSE_MS);
    expect(designer.saving.value.kind).toBe("saving");
    designer.restored(found, lines("a", "ketikan", "c", "baru"));
    await vi.advanceTimersByTimeAsync(2 * PAUSE_MS);
    expect(office).toMatchObject({ text: lines("a", "ketikan", "c", "baru"), revision: 5 });
    expect(designer.base()).toBe(office.text);
    expect(storage.length).toBe(0);
  });
});

describe("looking at the text again by itself", () => {
  test.each([
    ["after a busy engine or no connection", { kind: "busy" }, 2],
    ["never after a refusal", { kind: "refused" }, 1],
  ] as [string, Linting, number][])("%s", async (_, answer, looks) => {
    const { office, designer } = world({}, answer);
    designer.textTook(lines("x"));
    await vi.advanceTimersByTimeAsync(LINT_MS + LINT_AGAIN_MS + 100);
    expect(office.looks).toBe(looks);
  });
});
