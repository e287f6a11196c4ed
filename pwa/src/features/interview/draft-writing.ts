/** An interview's draft: written as it is typed, known by when it was last written, begun again when it vanished. */

import { type ShallowRef, onScopeDispose, shallowRef } from "vue";

import type { JsonObject } from "@/engine";
import { store } from "@/store";
import { storeError } from "@/store/errors";
import type { Draft } from "@/store/types";
import type { Place } from "@/ui/survey/places";
import type { FormHandle } from "@/ui/survey/services";

import { Autosaver, type SaveState } from "./saving";

interface UnitKey {
  person: string;
  assignment: string;
}

export interface Change {
  answers: JsonObject;
  place: Place;
  label: string | null;
}

/** The form on the screen; undefined while there is none. */
export type FormOnScreen = () => (Pick<FormHandle, "flush" | "quiet"> & Partial<Pick<FormHandle, "leaveOut">>) | undefined | null;

/**
 * Write what is typed, also when the app goes out of sight.
 *
 * turned: the draft is not the one that was read here; what was not written is of an older one.
 */
export function useSaving(unit: UnitKey, drafts: { now: () => Draft | null; turned: () => void; form: FormOnScreen }): {
  saving: ShallowRef<SaveState>;
  saver: Autosaver<Change>;
  seen: SeenAt;
} {
  const saving = shallowRef<SaveState>({ state: "saved" });
  const seen: SeenAt = { at: undefined };
  const saver = new Autosaver<Change>(
    async (change) => {
      try {
        seen.at = await write(unit, change, drafts.now(), seen.at);
      } catch (error) {
        if (storeError(error).fault !== "wrong_state") throw error;
        drafts.turned();
      }
    },
    (state) => (saving.value = state),
  );
  const hidden = (): void => {
    drafts.form()?.flush();
    void saver.flush();
  };
  addEventListener("pagehide", hidden);
  document.addEventListener("visibilitychange", hidden);
  onScopeDispose(() => {
    removeEventListener("pagehide", hidden);
    document.removeEventListener("visibilitychange", hidden);
    void saver.flush();
  });
  return { saving, saver, seen };
}

/** `updated_at` of the draft as this window last read or wrote it. */
export interface SeenAt {
  at: number | undefined;
}

/** Write to the draft, and return its new `updated_at`; one that vanished under the open screen is begun again from what it was based on. */
export async function write(unit: UnitKey, change: Partial<Change>, draft: Draft | null, seenAt: number | undefined): Promise<number> {
  const known = { person: unit.person, assignment: unit.assignment, ...change };
  const seen = seenAt === undefined ? {} : { seen_at: seenAt };
  if (draft === null) return store.draftSave({ ...known, ...seen });
  const { base_version, base_answers, form_version, role, after } = draft;
  return store.draftSave({ ...known, ...seen, base: { base_version, base_answers, form_version, role, after } });
}
