/** The designer's state: text, outline, selection, faults, saving. The panes read and call it. */

import { type ComputedRef, type InjectionKey, type Ref, type ShallowRef, computed, inject, ref, shallowRef } from "vue";

import { Autosave, type SaveState } from "./autosave";
import { type Proposals, proposalsAt } from "./completion";
import type { DesignerConfig, Theirs } from "./config";
import type { Doors } from "./doors";
import type { Becoming, Editor } from "./editor";
import { type Fault, type FaultCount, type PlacedFault, countsByLine, placed } from "./faults";
import { pathSegments, nearestNode } from "./json-path";
import type { Offer, Shelf } from "./kept";
import type { Operated } from "./operations";
import { type Outline, type OutlineNode, lineAt, lineAtOffset, readJson, readOutline } from "./outline";
import { type FormSchema, formSchema } from "./schema";
import { type Typing, createTyping } from "./typing";

export const READ_MS = 120;
/** A form that is being typed is shown a moment after it was read. */
export const SHOW_MS = 120;
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
  typing: Typing;
  base: () => string | null;
  textTook: (text: string) => void;
  placeTook: (offset: number) => void;
  select: (path: string, options?: { reveal?: boolean; focus?: boolean }) => void;
  /** joins: one step of the history with the one before. */
  operate: (done: Operated | undefined, options?: { joins?: boolean }) => boolean;
  replace: (text: string) => void;
  proposals: (text: string, offset: number) => Proposals | undefined;
  schemaLoad: () => Promise<void>;
  lintNow: () => void;
  /** Go on from a merge with what somebody else saved; undoing goes back no further than here. */
  resolve: (theirs: Theirs, text: string) => void;
  /** Go on with a kept text where that takes nothing away; false when it is to be merged first. */
  restore: (kept: Offer) => boolean;
  /** Go on from a merge with a kept text: an edit like any other, over what the office has now. */
  restored: (kept: Offer, text: string) => void;
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
  const replace = (next: string, options?: Becoming): void => {
    editor.value?.become(next, options);
    textTook(next);
    read();
  };
  return {
    config, text, outline, selected, line, editor, autosave, textTook, replace, select, ...savings,
    typing: createTyping(),
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
    operate: (done, { joins = false } = {}) => {
      if (done === undefined) return false;
      replace(done.text, { joins });
      select(done.path);
      return true;
    },
    proposals: (now, offset) => (schema.value === undefined ? undefined : proposalsAt(now, offset, schema.value)),
    schemaLoad: schema.load,
    ...resolving({ autosave, shelf, text, saved: savings.saved, replace }),
  };
}

/** Save as one goes, and tell how that stands. */
function savingOf(config: DesignerConfig, doors: Doors, shelf: Shelf, text: ShallowRef<string>) {
  const saving = shallowRef<SaveState>({ kind: config.is_saved ? "saved" : "opened" });
  const saved = shallowRef<Saved>({ revision: config.revision, at: config.saved_at, by: config.saved_by, isMine: false });
  const isKept = ref(shelf.canKeep);
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
    config.base, config.revision, config.saved_at, config.is_saved, config.base_version,
  );
  return { autosave, saving, saved, isKept };
}

interface Resolving {
  autosave: Autosave;
  shelf: Shelf;
  text: ShallowRef<string>;
  saved: ShallowRef<Saved>;
  replace: (text: string, options?: Becoming) => void;
}

/** Go on from a merge, or from a text that was kept in the browser. */
function resolving({ autosave, shelf, text, saved, replace }: Resolving) {
  const restored = (kept: Offer, made: string): void => {
    replace(made);
    shelf.forget(kept.key); // first: there may be room for one only
    autosave.keepNow();
  };
  return {
    restored,
    resolve: (theirs: Theirs, made: string): void => {
      saved.value = { ...saved.value, by: theirs.by };
      replace(made, { isFresh: true });
      autosave.resolved(theirs);
    },
    restore: (kept: Offer): boolean => {
      // Nothing else is in the editor than what the kept text grew from.
      const isOver = text.value === kept.base && autosave.baseText === kept.base && autosave.baseRevision === kept.revision;
      const isSure = isOver && kept.isMine && autosave.current.kind !== "conflict";
      if (isSure) restored(kept, kept.text);
      return isSure;
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
    const looked = await doors.lint(judged, mine.signal);
    if (running !== mine) return;
    isRunning.value = false;
    if (judged !== text.value) return;
    if (looked.kind === "judged") show(looked.answer.faults, judged);
    else if (looked.kind === "busy") timer = setTimeout(() => void now(), LINT_AGAIN_MS);
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
