/** One interview: opened where it was left, saved while it is typed, judged beside, sent when it is whole. */

import { type ComputedRef, type ShallowRef, computed, nextTick, onScopeDispose, shallowRef } from "vue";

import { type FormTree, type JsonObject, type Verdict, formTree, get, labelOf, sameJson } from "@/engine";
import { store } from "@/store";
import { storeError } from "@/store/errors";
import { type AssignmentFull, type Draft, FILLABLE, type FormVersion, type StoreFault } from "@/store/types";
import { sync } from "@/sync";
import { Judge } from "@/ui/survey/judge";
import { Masters, phoneServices } from "@/ui/survey/phone-services";
import { joinPath, splitPath } from "@/ui/survey/paths";
import type { Place } from "@/ui/survey/places";
import { type Summary, isMissing, summaryOf } from "@/ui/survey/progress";
import { outcomeText } from "@/ui/survey/wording";
import { language } from "@/ui/words";

import { type FormOnScreen, useSaving } from "./draft-writing";
import { broughtBack, formChanges, versionToOpen } from "./opening";
import type { SaveState } from "./saving";
import { UnitLock } from "./unit-lock";

const ROLE = "PPL";
/** After the last change; a verdict of a large household takes up to a second on a cheap phone. */
const JUDGE_MS = 600;
/** Until a photo is small enough to be kept, on the slowest phones. */
const QUIET_MS = 15_000;
/** The window that a unit is taken over from writes its last words meanwhile. */
const HAND_OVER_MS = 500;

/** What the screen shows: still opening, cannot be opened, to fill in, or to look at (sent, or open elsewhere). */
export type Opened =
  | { state: "opening" }
  | { state: "absent" }
  | { state: "no_form"; version: number }
  | { state: "fault"; fault: StoreFault }
  | ({ state: "fill"; draft: Draft } & Material)
  | ({ state: "elsewhere"; draft: Draft } & Material)
  | ({ state: "locked"; answers: JsonObject } & Material);

export interface Material {
  /** Rises with every reading: the form on the screen is drawn anew. */
  round: number;
  unit: AssignmentFull;
  form: FormVersion;
  tree: FormTree;
  /** As they were read; what is typed since is in `answers` of the interview. */
  start: JsonObject;
  place: Place | null;
  /** Version the answers were begun in, and what is new, when another one is open. */
  change: { previous: number; added: string[]; removed: string[] } | null;
  newer: number | null;
  services: ReturnType<typeof phoneServices>;
  masters: Masters;
}

export interface Interview {
  opened: ShallowRef<Opened>;
  answers: ShallowRef<JsonObject>;
  label: ComputedRef<string>;
  verdict: ShallowRef<Verdict | null>;
  summary: ComputedRef<Summary | null>;
  saving: ShallowRef<SaveState>;
  changed: (answers: JsonObject) => void;
  moved: (place: Place) => void;
  flush: () => Promise<void>;
  judgeNow: () => Promise<Verdict>;
  /** false: the answers are others than those that were judged, and nothing was sent. */
  submit: (verdict: Verdict) => Promise<boolean>;
  /** Bring everything typed into the store; see `saving` for whether it is there. */
  settle: () => Promise<void>;
  takeOver: () => Promise<void>;
  useVersion: (version: number) => Promise<void>;
  reopen: () => Promise<void>;
}

interface Key {
  person: string;
  kegiatan: string;
  assignment: string;
}

/** Judge beside the typing; a verdict on answers that changed meanwhile is not shown. */
function useJudging(opened: ShallowRef<Opened>, answers: ShallowRef<JsonObject>, assignmentId: string): {
  verdict: ShallowRef<Verdict | null>;
  now: () => Promise<Verdict>;
  soon: (delayMs: number) => void;
  /** The answers that a verdict is on. */
  judged: WeakMap<Verdict, JsonObject>;
} {
  const judgedBy = new WeakMap<Verdict, JsonObject>();
  const verdict = shallowRef<Verdict | null>(null);
  const judge = new Judge();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isClosed = false;

  async function now(): Promise<Verdict> {
    const found = opened.value;
    if (!("start" in found)) throw new Error("nothing is open");
    const judged = answers.value;
    const made = await judge.verdict({
      formKey: found.form.checksum,
      form: found.form.schema,
      answers: judged,
      prefilled: found.unit.prefilled_data ?? {},
      assignmentId,
      locale: language(),
      codes: found.masters.codes,
    });
    judgedBy.set(made, judged);
    if (judged === answers.value && !isClosed) verdict.value = made;
    return made;
  }

  function soon(delayMs: number): void {
    clearTimeout(timer);
    timer = setTimeout(() => void now().catch(() => undefined), delayMs);
  }

  onScopeDispose(() => {
    isClosed = true;
    clearTimeout(timer);
    judge.close();
  });
  return { verdict, now, soon, judged: judgedBy };
}

/**
 * Use the interview of one unit; it closes with the component.
 *
 * form: the one on the screen. turned: another window wrote this draft; it was read anew.
 */
// eslint-disable-next-line max-lines-per-function -- one closure over what is open now
export function useInterview(key: Key, form: FormOnScreen, turned: () => void): Interview {
  const unitKey = { person: key.person, assignment: key.assignment };
  const opened = shallowRef<Opened>({ state: "opening" });
  const answers = shallowRef<JsonObject>({});
  const lock = new UnitLock(navigator.locks, UnitLock.nameOf(key.person, key.assignment), () => void reopen());
  const { saving, saver, seen } = useSaving(key, {
    now: () => ("draft" in opened.value ? opened.value.draft : null),
    turned: () => void readAnew(),
    form,
  });
  const judging = useJudging(opened, answers, key.assignment);
  const { verdict } = judging;
  const label = computed(() => labelNow(opened.value, answers.value));
  const summary = computed(() => {
    const now = opened.value;
    if (verdict.value === null || !("unit" in now)) return null;
    return summaryOf(now.tree, verdict.value, ROLE, language());
  });
  let round = 0;
  let lastPlace: Place | null = null;
  let isClosed = false;
  /** Another form is about to stand on the screen: what the old one says on leaving is not of its draft. */
  let isTurning = false;

  async function open(): Promise<void> {
    try {
      isTurning = true;
      const isHeld = await lock.take();
      const found = await readUnit(key, isHeld);
      if (isClosed) { closeMaterial(found); return; }
      closeMaterial(opened.value);
      if (!("start" in found)) { opened.value = found; return; }
      seen.at = "draft" in found ? found.draft.updated_at : undefined;
      answers.value = found.start;
      round += 1;
      opened.value = { ...found, round, place: found.place ?? lastPlace };
      await nextTick();
      isTurning = false; // data sets may take longer, and are for the list of codes alone
      await found.masters.load();
      judging.soon(0);
    } catch (error) {
      opened.value = { state: "fault", fault: storeError(error).fault };
    } finally {
      isTurning = false;
    }
  }

  async function settle(): Promise<void> {
    await form()?.quiet(QUIET_MS);
    if (opened.value.state === "fill") form()?.flush();
    await saver.flush();
  }

  async function reopen(): Promise<void> {
    await settle();
    await open();
  }

  /** What this window has not written is of a draft that is no more. */
  async function readAnew(): Promise<void> {
    saver.drop();
    await open();
    turned();
  }

  function changed(now: JsonObject): void {
    if (opened.value.state !== "fill" || isTurning) return;
    answers.value = now;
    saver.change({ answers: now, label: label.value });
    judging.soon(JUDGE_MS);
  }

  async function submit(final: Verdict): Promise<boolean> {
    await settle();
    const now = opened.value;
    if (now.state !== "fill") return false;
    if (!sameJson(judging.judged.get(final), answers.value)) return false;
    if (saving.value.state === "failed") throw saving.value.error;
    try {
      await store.draftSubmit({ ...unitKey, ...submissionOf(final, now), ...(seen.at === undefined ? {} : { seen_at: seen.at }) });
    } catch (error) {
      if (storeError(error).fault !== "wrong_state") throw error;
      await readAnew();
      return false;
    }
    await open();
    void sync.now({ reason: "queued" });
    return true;
  }

  async function useVersion(version: number): Promise<void> {
    await settle();
    await store.draftSave({ ...unitKey, form_version: version });
    verdict.value = null;
    await open();
  }

  async function takeOver(): Promise<void> {
    await lock.steal();
    await new Promise((done) => setTimeout(done, HAND_OVER_MS));
    await open();
  }

  onScopeDispose(() => {
    isClosed = true;
    closeMaterial(opened.value);
    void saver.flush().then(() => lock.release());
  });
  void open();
  return {
    opened, answers, label, verdict, summary, saving, changed, submit, useVersion, settle, takeOver, reopen,
    flush: () => saver.flush(),
    judgeNow: judging.now,
    moved: (place) => {
      lastPlace = place;
      if (opened.value.state === "fill") saver.change({ place });
    },
  };
}

/** Return the label by the template once something is answered, else the one that the office gave. */
function labelNow(opened: Opened, answers: JsonObject): string {
  if (!("unit" in opened)) return "";
  const { tree, unit } = opened;
  if (Object.keys(answers).length === 0) return unit.label;
  const made = labelOf(tree, answers, unit.prefilled_data ?? {});
  return made === "" ? (unit.local_label ?? unit.label) : made;
}

function closeMaterial(opened: Opened): void {
  if ("services" in opened) opened.services.close();
}

/** Return what is sent; the verdict goes along as evidence of what the phone thought. */
function submissionOf(final: Verdict, { form, unit }: Material): {
  answers: JsonObject; form_version: number; visit_outcome: string; label: string; verdict: JsonObject; engine?: string;
} {
  const { errors, warnings, blanks, hidden } = final;
  const evidence = { errors, warnings, blanks: blanks.length, hidden: hidden.length };
  return {
    answers: final.answers,
    form_version: form.version,
    visit_outcome: outcomeText(final.outcome),
    label: final.label || unit.label,
    verdict: JSON.parse(JSON.stringify(evidence)) as JsonObject,
    ...(form.engine === null ? {} : { engine: form.engine }),
  };
}

/** isHeld: this window is the one that fills the unit in. */
async function readUnit(key: Key, isHeld: boolean): Promise<Opened> {
  const unitKey = { person: key.person, assignment: key.assignment };
  const unit = await store.assignmentGet(unitKey);
  if (unit === null) return { state: "absent" };
  const newest = await store.formGet({ person: key.person, kegiatan: key.kegiatan });
  const before = await store.draftGet(unitKey);
  const choice = versionToOpen({
    status: unit.status,
    usedVersion: unit.form_version_used,
    hasAnswers: unit.responses !== null && Object.keys(unit.responses).length > 0,
    draftVersion: before?.form_version ?? null,
    newest: newest?.version ?? unit.form_version_used,
  });
  const draft = FILLABLE.includes(unit.status) || before !== null
    ? await store.draftOpen({ ...unitKey, role: ROLE, form_version: choice.version })
    : null;
  const sent = draft === null ? await sentWork(key) : null;
  const version = draft?.form_version ?? sent?.version ?? choice.version;
  const form = await formOf(key, version);
  if (form === null) return { state: "no_form", version };
  const tree = formTree(form.schema);
  const masters = new Masters(form.schema, key);
  const material = {
    round: 0,
    unit: (await store.assignmentGet(unitKey)) ?? unit,
    form, tree, masters,
    services: phoneServices(unitKey, masters),
    newer: draft === null ? null : choice.newer,
    change: draft === null || choice.previous === null ? null : await changeOf(key, choice.previous, tree),
  };
  if (draft === null) {
    const shown = sent?.answers ?? unit.responses ?? {};
    return { state: "locked", ...material, answers: shown, start: shown, place: null };
  }
  const start = broughtBack(tree.scope, draft.answers);
  return { state: isHeld ? "fill" : "elsewhere", draft, ...material, start, place: draft.place };
}

/** Return the answers that wait for the server, undefined where none do. */
async function sentWork(
  key: { person: string; assignment: string },
): Promise<{ answers: JsonObject; version: number } | null> {
  const waiting = await store.operationList({ person: key.person, assignment: key.assignment });
  const data = waiting.findLast((operation) => operation.type === "submit")?.data;
  const answers = data && get(data, "responses");
  const version = data && get(data, "form_version_used");
  const isWhole = typeof answers === "object" && answers !== null && !Array.isArray(answers);
  return isWhole && typeof version === "number" ? { answers, version } : null;
}

async function formOf(key: { person: string; kegiatan: string }, version: number): Promise<FormVersion | null> {
  const here = await store.formGet({ ...key, version });
  if (here !== null) return here;
  await sync.formFetch({ kegiatan: key.kegiatan, version });
  return store.formGet({ ...key, version });
}

async function changeOf(
  key: { person: string; kegiatan: string },
  previous: number,
  tree: FormTree,
): Promise<Material["change"]> {
  const old = await store.formGet({ person: key.person, kegiatan: key.kegiatan, version: previous });
  const changes = old === null ? { added: [], removed: [] } : formChanges(formTree(old.schema), tree, language());
  return { previous, ...changes };
}

/** Return how many wrong answers each row of a roster holds, outer rows with those of inner ones. */
export function errorsByRow(verdict: Verdict | null): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const error of verdict?.errors ?? []) {
    if (isMissing(error)) continue;
    const { path } = error;
    const steps = splitPath(path)?.steps ?? [];
    steps.forEach((_, at) => {
      const row = joinPath({ steps: steps.slice(0, at + 1), last: "" });
      counts.set(row, (counts.get(row) ?? 0) + 1);
    });
  }
  return counts;
}
