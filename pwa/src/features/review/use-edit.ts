/** The PML's limited edit of one unit: its draft, held by one window, and what goes to the server. */

import { type ComputedRef, type ShallowRef, computed, shallowRef } from "vue";

import { type JsonObject, compare, editable, walkScope, formTree } from "@/engine";
import type { FormOnScreen } from "@/features/interview/draft-writing";
import type { SaveState } from "@/features/interview/saving";
import { type OpenDraft, useOpenDraft } from "@/features/interview/use-open-draft";
import { store } from "@/store";
import { storeError } from "@/store/errors";
import type { AssignmentFull, Draft, FormVersion, StoreFault } from "@/store/types";

import { editedQuestions } from "./edited";

/** closed: the unit is in a status that a PML cannot write any more. */
export type OpenedEdit =
  | { state: "opening"; draft?: never }
  | { state: "closed"; draft?: never }
  | { state: "fault"; draft?: never; fault: StoreFault }
  | { state: "fill" | "elsewhere"; draft: Draft; round: number };

export interface Edit {
  opened: ShallowRef<OpenedEdit>;
  saving: ShallowRef<SaveState>;
  /** How many answers differ from those that the PPL sent. */
  count: ComputedRef<number>;
  /** How many questions a PML may change. */
  mayEdit: number;
  changed: (answers: JsonObject) => void;
  settle: () => Promise<void>;
  takeOver: () => Promise<void>;
  /**
   * Queue what was changed: whether there was anything; undefined: another window changed the draft,
   * which was read anew. Raises what kept the last words from being written, and StoreError.
   */
  send: () => Promise<boolean | undefined>;
  /** Give up what was changed; false: it is another window's now. Raises StoreError. */
  discard: () => Promise<boolean>;
}

/** Use it; it closes with the component. turned: another window wrote this draft; it was read anew. */
export function useEdit(unit: AssignmentFull, form: FormVersion, onScreen: FormOnScreen, turned: () => void): Edit {
  const key = { person: unit.person, assignment: unit.id };
  const before = unit.responses ?? {};
  const answers = shallowRef<JsonObject>(before);
  let round = 0;
  const draft: OpenDraft<OpenedEdit> = useOpenDraft<OpenedEdit>(key, {
    first: { state: "opening" },
    read: async (isHeld) => {
      const found = await store.draftOpen({ ...key, role: "PML", form_version: form.version });
      return found === null ? { state: "closed" } : { state: isHeld ? "fill" : "elsewhere", draft: found, round: 0 };
    },
    show: (found) => {
      if (found.draft === undefined) return found;
      answers.value = found.draft.answers;
      round += 1;
      return { ...found, round };
    },
    shown: () => Promise.resolve(),
    failed: (error) => ({ state: "fault", fault: storeError(error).fault }),
    close: () => undefined,
    form: onScreen, turned,
  });
  const { opened, saving, settle, takeOver } = draft;
  const kept = computed(() => editable(form.schema, "PML", before, answers.value).answers);
  void draft.open();
  return {
    opened, saving, settle, takeOver,
    count: computed(() => compare(form.schema, before, kept.value).length),
    mayEdit: [...walkScope(formTree(form.schema).scope)].filter((question) => question.editableBy.has("PML")).length,
    changed: (now) => {
      if (!draft.mayWrite()) return;
      answers.value = now;
      draft.write({ answers: now });
    },
    send: async () => {
      await settle();
      if (saving.value.state === "failed") throw saving.value.error;
      if (opened.value.state !== "fill") return undefined;
      const changes = editedQuestions(form.schema, before, answers.value);
      const id = await ofTheSeen(draft, () => store.draftEdit({ ...key, changes, seen_at: draft.seen.at }));
      return id === undefined ? undefined : id !== null;
    },
    discard: async () => {
      if (opened.value.state !== "fill") return false;
      await draft.flush();
      await store.draftDiscard(key);
      draft.drop();
      return true;
    },
  };
}

/** Return what the work on the draft gives; undefined: it is another draft by now, and was read anew. */
async function ofTheSeen<T>(draft: OpenDraft<OpenedEdit>, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (storeError(error).fault !== "wrong_state") throw error;
    await draft.readAnew();
    return undefined;
  }
}
