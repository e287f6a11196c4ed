/** The form that is tried out: its model, the answers kept through its changes, and what the phone says to them. */

import type { SurveyModel } from "survey-core";
import { type ComputedRef, type Ref, type ShallowRef, computed, nextTick, ref, shallowRef, watch } from "vue";

import { type FormTree, type JsonObject, NO_ASSIGNMENT, type Verdict, labelOf } from "@/engine";
import { mastersOf } from "@/ui/survey/master";
import { type Summary, summaryOf } from "@/ui/survey/progress";
import type { FormHandle, FormServices } from "@/ui/survey/services";

import { Codes, deskServices } from "./desk-services";
import { type JudgingSoon, useJudgingSoon } from "./judging-soon";
import { answersFor, knownAfter } from "./keeping";
import { type Refusal, made } from "./making";
import { stand, standing } from "./model-places";
import type { PreviewConfig } from "./office";
import { samplePrelist } from "./prelist";

export const ROLES = ["PPL", "PML", "admin"] as const;
export type Role = (typeof ROLES)[number];

/** Rows that come without an id get theirs by it; no assignment has it. */
export const UNIT = NO_ASSIGNMENT;
/** After the last change; less than the phone waits, as a desk is faster. */
const JUDGE_MS = 250;

/** The form on the screen. round: rises with every model made; start: answers the model began with. */
export interface Shown {
  round: number;
  form: JsonObject;
  tree: FormTree;
  model: SurveyModel;
  start: JsonObject;
}

export interface Preview {
  shown: ShallowRef<Shown | null>;
  /** What the engine has against the newest form; the one before stays on the screen. */
  refusals: ShallowRef<Refusal[]>;
  role: Ref<Role>;
  language: Ref<string>;
  answers: ShallowRef<JsonObject>;
  prefilled: ShallowRef<JsonObject>;
  judging: Pick<JudgingSoon, "judged" | "isBusy" | "last" | "besides">;
  verdict: ComputedRef<Verdict | null>;
  summary: ComputedRef<Summary | null>;
  label: ComputedRef<string>;
  services: FormServices;
  use: (form: JsonObject) => void;
  changed: (now: JsonObject, round: number) => void;
  restart: () => void;
  prelistUse: (data: JsonObject) => void;
  /** Drawing the newest form failed: back to the one before. */
  failed: (error: unknown) => void;
}

/** Use the preview. handle: the form on the screen. */
// eslint-disable-next-line max-lines-per-function -- one closure over what is shown now
export function usePreview(config: PreviewConfig, handle: () => Pick<FormHandle, "flush"> | null): Preview {
  const shown = shallowRef<Shown | null>(null);
  const refusals = shallowRef<Refusal[]>([]);
  const role = ref<Role>("PPL");
  const language = ref<string>("id");
  const answers = shallowRef<JsonObject>({});
  const prefilled = shallowRef<JsonObject>({});
  const codes = new Codes();
  const services = deskServices(config.mastersUrl, codes, () => mastersOf(shown.value?.form ?? {}));
  const judging = useJudgingSoon();
  /** Everything ever answered here, also to questions that the form has not now. */
  let memory: JsonObject = {};
  let text = "";
  let isPrelistTyped = false;
  let round = 0;
  /** The last form that was drawn. */
  let good: JsonObject | undefined;

  function use(form: JsonObject): void {
    const now = JSON.stringify(form);
    if (now === text) return;
    text = now;
    if (!isPrelistTyped) prefilled.value = samplePrelist(form);
    show(form);
  }

  function show(form: JsonObject, isFresh = false): void {
    handle()?.flush();
    const before = shown.value;
    const result = made(
      { form, role: role.value, prefilled: prefilled.value, assignmentId: UNIT, locale: language.value, lookups: services.lookups },
      (tree) => answersFor(tree, memory),
    );
    refusals.value = result.state === "refused" ? result.refusals : [];
    if (result.state === "refused") return;
    const { model, tree, start } = result;
    if (before !== null) {
      if (!isFresh) stand(model, standing(before.model, UNIT), UNIT);
      judging.forget(before.round);
    }
    round += 1;
    shown.value = { round, form, tree, model, start };
    answers.value = start;
    soon(0);
    const drawn = round;
    void nextTick(() => {
      if (round === drawn) good = form;
    });
  }

  function changed(now: JsonObject, of: number): void {
    const here = shown.value;
    if (here?.round !== of) return;
    memory = knownAfter(here.tree, memory, now);
    answers.value = now;
    soon(JUDGE_MS);
  }

  function soon(delayMs: number): void {
    const here = shown.value;
    if (here === null) return;
    const { form } = here;
    judging.soon(delayMs, {
      round: here.round, form, answers: answers.value, prefilled: prefilled.value, assignmentId: UNIT, locale: language.value, codes,
    });
  }

  function again(isFresh = false): void {
    if (shown.value !== null) show(shown.value.form, isFresh);
  }

  function failed(error: unknown): void {
    const last = good;
    good = undefined;
    if (last !== undefined && last !== shown.value?.form) show(last);
    refusals.value = [{ says: error instanceof Error ? error.message : String(error), place: "" }];
  }

  watch(role, () => again());
  watch(language, () => soon(0));
  const verdict = computed(() => (judging.judged.value.state === "judged" ? judging.judged.value.verdict : null));
  const summary = computed(() => {
    const [here, now] = [shown.value, verdict.value];
    return here === null || now === null ? null : summaryOf(here.tree, now, role.value, language.value);
  });
  const label = computed(() => (shown.value === null ? "" : labelOf(shown.value.tree, answers.value, prefilled.value)));
  return {
    shown, refusals, role, language, answers, prefilled, judging, verdict, summary, label, services, use, changed, failed,
    restart: () => {
      handle()?.flush();
      memory = {};
      again(true);
    },
    prelistUse: (data) => {
      isPrelistTyped = true;
      prefilled.value = data;
      again();
    },
  };
}
