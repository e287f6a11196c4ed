/** The designer's state: text, outline, selection, faults, saving. The panes read and call it. */

import { type ComputedRef, type InjectionKey, type Ref, type ShallowRef, computed, inject, ref, shallowRef } from "vue";

import { Autosave, type SaveState } from "./autosave";
import { type Proposals, proposalsAt } from "./completion";
import type { DesignerConfig, Theirs } from "./config";
import type { Doors } from "./doors";
import type { Editor } from "./editor";
import { type Fault, type FaultCount, type PlacedFault, countsByLine, placed } from "./faults";
import { pathSegments, nearestNode } from "./json-path";
import type { Shelf } from "./kept";
import type { Operated } from "./operations";
import { type Outline, type OutlineNode, lineAt, lineAtOffset, readJson, readOutline } from "./outline";
import { type FormSchema, formSchema } from "./schema";

export const READ_MS = 120;
export const LINT_MS = 800;
export const LINT_AGAIN_MS = 4_000;

export interface Saved {
  revision: number;
  at: string | null;
  by: string | null;
  isMine: boolean;
}

export interface Designer {
  config: DesignerConfig;
  text: ShallowRef<string>;
  /** Of the text as it is now, or the last that could be read; isBroken says which. */
  outline: ShallowRef<Outline>;
  isBroken: ComputedRef<boolean>;
  selected: Ref<string>;
  line: ComputedRef<OutlineNode | undefined>;
  faults: ShallowRef<PlacedFault[]>;
  counts: ComputedRef<Map<string, FaultCount>>;
  isLinting: Ref<boolean>;
  saving: ShallowRef<SaveState>;
  saved: ShallowRef<Saved>;
  canUndo: Ref<boolean>;
  canRedo: Ref<boolean>;
  isKept: Ref<boolean>;
  editor: ShallowRef<Editor | undefined>;
  autosave: Autosave;
  base: () => string;
  textTook: (text: string) => void;
  placeTook: (offset: number) => void;
  select: (path: string, options?: { reveal?: boolean; focus?: boolean }) => void;
  operate: (done: Operated | undefined) => boolean;
  replace: (text: string) => void;
  proposals: (text: string, offset: number) => Proposals | undefined;
  schemaLoad: () => Promise<void>;
  lintNow: () => void;
  resolve: (theirs: Theirs, text: string) => void;
  restore: (kept: { text: string; revision: number; base: string }) => boolean;
}

export const DESIGNER: InjectionKey<Designer> = Symbol("designer");

/** Return the designer that Designer.vue provides. */
export function useDesigner(): Designer {
  const designer = inject(DESIGNER);
  if (designer === undefined) throw new Error("no designer");
  return designer;
}

export function createDesigner(config: DesignerConfig, doors: Doors, shelf: Shelf): Designer {
  const text = shallowRef(config.text);
  const editor = shallowRef<Editor>();
  const selected = ref("");
  const { outline, isBroken, read, readSoon } = reading(config, text);
  const { autosave, ...savings } = savingOf(config, doors, shelf, text);
  const linting = lintingOf(doors, text, outline, editor);
  const schema = schemaOf(doors);
  const line = computed(() => lineAt(outline.value.pages, selected.value));

  const select: Designer["select"] = (path, { reveal = true, focus = false } = {}) => {
    selected.value = path;
    const { root } = readJson(text.value);
    if (!reveal || root === undefined || path === "") return;
    const node = nearestNode(root, pathSegments(path));
    editor.value?.reveal(node.offset, node.offset, { focus });
  };
  const textTook = (next: string): void => {
    if (next === text.value) return;
    text.value = next;
    autosave.changed();
    readSoon();
    linting.soon();
  };
  const replace = (next: string): void => {
    editor.value?.become(next);
    textTook(next);
    read();
  };
  return {
    config, text, outline, selected, line, editor, autosave, textTook, replace, select, ...savings,
    isBroken: computed(() => isBroken.value),
    faults: linting.found,
    isLinting: linting.isRunning,
    lintNow: linting.now,
    counts: computed(() => countsByLine(outline.value.pages, linting.found.value.map((one) => one.fault))),
    canUndo: ref(false),
    canRedo: ref(false),
    base: () => autosave.baseText,
    placeTook: (offset) => {
      const found = lineAtOffset(outline.value.pages, offset);
      if (found !== undefined && !isBroken.value) selected.value = found.path;
    },
    operate: (done) => {
      if (done === undefined) return false;
      replace(done.text);
      select(done.path);
      return true;
    },
    proposals: (now, offset) => (schema.value === undefined ? undefined : proposalsAt(now, offset, schema.value)),
    schemaLoad: schema.load,
    ...resolving(config, autosave, savings.saved, replace),
  };
}

/** Save as one goes, and tell how that stands. */
function savingOf(config: DesignerConfig, doors: Doors, shelf: Shelf, text: ShallowRef<string>) {
  const saving = shallowRef<SaveState>({ kind: config.is_saved ? "saved" : "opened" });
  const saved = shallowRef<Saved>({ revision: config.revision, at: config.saved_at, by: config.saved_by, isMine: false });
  const isKept = ref(true);
  const autosave = new Autosave(
    {
      text: () => text.value,
      send: doors.save,
      keep: (kept) => (isKept.value = shelf.keep(kept)),
      tell: (state, now) => {
        saving.value = state;
        saved.value = { ...now, by: now.isMine ? null : saved.value.by };
      },
      now: () => Date.now(),
    },
    config.text, config.revision, config.saved_at, config.is_saved,
  );
  return { autosave, saving, saved, isKept };
}

/** Go on from a merge, or from a text that was kept in the browser. */
function resolving(config: DesignerConfig, autosave: Autosave, saved: ShallowRef<Saved>, replace: (text: string) => void) {
  return {
    resolve: (theirs: Theirs, made: string): void => {
      saved.value = { ...saved.value, by: theirs.by };
      replace(made);
      autosave.resolved(theirs);
    },
    restore: (kept: { text: string; revision: number; base: string }): boolean => {
      const isSame = kept.revision === config.revision;
      replace(kept.text);
      const theirs = { text: config.text, revision: config.revision, by: config.saved_by, at: config.saved_at };
      if (!isSame) autosave.collided(kept.base, theirs);
      return isSame;
    },
  };
}

/** Read the outline again a moment after the last change; a text that is no JSON leaves the last one. */
function reading(config: DesignerConfig, text: ShallowRef<string>) {
  const outline = shallowRef(readOutline(config.text, config.locale));
  const isBroken = ref(outline.value.fault !== undefined && config.text.trim() !== "");
  let timer: ReturnType<typeof setTimeout> | undefined;
  const read = (): void => {
    clearTimeout(timer);
    const found = readOutline(text.value, config.locale);
    const isEmpty = text.value.trim() === "";
    isBroken.value = found.fault !== undefined && !isEmpty;
    outline.value = isBroken.value ? { ...outline.value, fault: found.fault } : found;
  };
  return {
    outline,
    isBroken,
    read,
    readSoon: () => {
      clearTimeout(timer);
      timer = setTimeout(read, READ_MS);
    },
  };
}

/** Ask the linter a moment after the last change; an answer to an older text is passed over. */
function lintingOf(doors: Doors, text: ShallowRef<string>, outline: ShallowRef<Outline>, editor: ShallowRef<Editor | undefined>) {
  const found = shallowRef<PlacedFault[]>([]);
  const isRunning = ref(false);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running: AbortController | undefined;
  const show = (faults: readonly Fault[], judged: string): void => {
    found.value = placed(judged, outline.value.fault === undefined ? outline.value.root : undefined, faults);
    editor.value?.show(found.value);
  };
  const now = async (): Promise<void> => {
    clearTimeout(timer);
    running?.abort();
    const judged = text.value;
    if (judged.trim() === "") {
      show([], judged);
      return;
    }
    const mine = (running = new AbortController());
    isRunning.value = true;
    const answer = await doors.lint(judged, mine.signal);
    if (running !== mine) return;
    isRunning.value = false;
    if (judged !== text.value) return;
    if (answer !== undefined) show(answer.faults, judged);
    else timer = setTimeout(() => void now(), LINT_AGAIN_MS); // busy, or no connection
  };
  return {
    found,
    isRunning,
    now: () => void now(),
    soon: () => {
      clearTimeout(timer);
      timer = setTimeout(() => void now(), LINT_MS);
    },
  };
}

/** The schema comes after the page stands: survey-core's description is a chunk of its own. */
function schemaOf(doors: Doors) {
  const schema = shallowRef<FormSchema>();
  return {
    get value(): FormSchema | undefined {
      return schema.value;
    },
    load: async () => {
      const [envelope, survey] = await Promise.all([doors.schema(), import("./survey-schema").then((made) => made.surveySchema(), () => undefined)]);
      schema.value = formSchema(envelope, survey);
    },
  };
}
