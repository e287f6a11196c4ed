/** One interview: opened where it was left, saved while it is typed, judged beside, sent when it is whole. */

import { type ComputedRef, type ShallowRef, computed, shallowRef } from "vue";

import { type JsonObject, type Verdict, sameJson } from "@/engine";
import { store } from "@/store";
import { storeError } from "@/store/errors";
import { sync } from "@/sync";
import type { Place } from "@/ui/survey/places";
import { type Summary, summaryOf } from "@/ui/survey/progress";
import { language } from "@/ui/words";

import type { FormOnScreen } from "./draft-writing";
import { type Key, type Opened, ROLE, closeMaterial, labelNow, readUnit, submissionOf } from "./material";
import type { SaveState } from "./saving";
import { type Judging, useJudging } from "./use-judging";
import { type OpenDraft, useOpenDraft } from "./use-open-draft";

/** After the last change; a verdict of a large household takes up to a second on a cheap phone. */
const JUDGE_MS = 600;

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

/**
 * Use the interview of one unit; it closes with the component.
 *
 * form: the one on the screen. turned: another window wrote this draft; it was read anew.
 */
export function useInterview(key: Key, form: FormOnScreen, turned: () => void): Interview {
  const answers = shallowRef<JsonObject>({});
  const place = { last: null as Place | null, round: 0 };
  const draft: OpenDraft<Opened> = useOpenDraft<Opened>(key, {
    first: { state: "opening" },
    read: (isHeld) => readUnit(key, isHeld),
    show: (found) => {
      if (!("start" in found)) return found;
      answers.value = found.start;
      place.round += 1;
      return { ...found, round: place.round, place: found.place ?? place.last };
    },
    shown: async (found) => {
      if (!("masters" in found)) return;
      await found.masters.load(); // may take a while, and is for the list of codes alone
      judging.soon(0);
    },
    failed: (error) => ({ state: "fault", fault: storeError(error).fault }),
    close: closeMaterial,
    form, turned,
  });
  const { opened, saving, flush, settle, takeOver, reopen } = draft;
  const judging = useJudging(opened, answers, key.assignment, (hidden) => form()?.leaveOut?.(hidden));
  const { verdict } = judging;
  const label = computed(() => {
    const isPresent = verdict.value !== null && judging.judged.get(verdict.value) === answers.value;
    return labelNow(opened.value, answers.value, isPresent ? verdict.value : null);
  });
  const summary = computed(() => {
    const now = opened.value;
    if (verdict.value === null || !("unit" in now)) return null;
    return summaryOf(now.tree, verdict.value, ROLE, language());
  });
  void draft.open();
  return {
    opened, answers, label, verdict, summary, saving, flush, settle, takeOver, reopen,
    judgeNow: judging.now,
    changed: (now) => {
      if (!draft.mayWrite()) return;
      answers.value = now;
      draft.write({ answers: now, label: label.value });
      judging.soon(JUDGE_MS);
    },
    moved: (now) => {
      place.last = now;
      if (opened.value.state === "fill") draft.write({ place: now });
    },
    submit: (final) => submitted(key, draft, answers, judging, final),
    useVersion: async (version) => {
      await settle();
      await store.draftSave({ person: key.person, assignment: key.assignment, form_version: version });
      verdict.value = null;
      await draft.open();
    },
  };
}

/** Send what was judged, on the draft that was seen; false: something is another one by now. */
async function submitted(
  { person, assignment }: Key,
  draft: OpenDraft<Opened>,
  answers: ShallowRef<JsonObject>,
  judging: Judging,
  final: Verdict,
): Promise<boolean> {
  await draft.settle();
  const now = draft.opened.value;
  if (now.state !== "fill") return false;
  if (!sameJson(judging.judged.get(final), answers.value)) return false;
  if (draft.saving.value.state === "failed") throw draft.saving.value.error;
  const seen = draft.seen.at === undefined ? {} : { seen_at: draft.seen.at };
  try {
    await store.draftSubmit({ person, assignment, ...submissionOf(final, now), ...seen });
  } catch (error) {
    if (storeError(error).fault !== "wrong_state") throw error;
    await draft.readAnew();
    return false;
  }
  await draft.open();
  void sync.now({ reason: "queued" });
  return true;
}
