/** A draft on a screen: held by one window, written as it is typed, read anew when it is not the one that was read. */

import { type ShallowRef, nextTick, onScopeDispose, shallowRef } from "vue";

import type { Draft } from "@/store/types";

import { type Change, type FormOnScreen, type SeenAt, useSaving } from "./draft-writing";
import type { SaveState } from "./saving";
import { UnitLock } from "./unit-lock";

/** Until a photo is small enough to be kept, on the slowest phones. */
const QUIET_MS = 15_000;
/** The window that a unit is taken over from writes its last words meanwhile. */
const HAND_OVER_MS = 500;

/** What is open; only in the state "fill" is anything written. */
export interface Openable {
  state: string;
  draft?: Draft;
}

/** How a screen opens what it shows. */
export interface Opening<T extends Openable> {
  /** Shown until it is read. */
  first: T;
  /** isHeld: this window is the one that writes. */
  read: (isHeld: boolean) => Promise<T>;
  /** Read, and about to be shown: returns it as it is shown. */
  show: (found: T) => T;
  /** Shown, and its form stands on the screen. */
  shown: (found: T) => Promise<void>;
  /** It could not be read. */
  failed: (error: unknown) => T;
  /** It is not shown any more. */
  close: (found: T) => void;
  form: FormOnScreen;
  /** Another window wrote this draft; it was read anew. */
  turned: () => void;
}

export interface OpenDraft<T extends Openable> {
  opened: ShallowRef<T>;
  saving: ShallowRef<SaveState>;
  /** `updated_at` of the draft as this window knows it. */
  seen: SeenAt;
  /** Whether what the form says now is of the draft that is open. */
  mayWrite: () => boolean;
  write: (change: Partial<Change>) => void;
  flush: () => Promise<void>;
  open: () => Promise<void>;
  /** Bring everything typed into the store; see `saving` for whether it is there. */
  settle: () => Promise<void>;
  reopen: () => Promise<void>;
  /** Give up what this window has not written: it is of a draft that is no more. */
  readAnew: () => Promise<void>;
  /** Forget what was not written. */
  drop: () => void;
  takeOver: () => Promise<void>;
}

/** Use the draft of a unit; it is let go with the component. `open` it once everything is set up. */
export function useOpenDraft<T extends Openable>(
  unit: { person: string; assignment: string },
  opening: Opening<T>,
): OpenDraft<T> {
  const opened = shallowRef(opening.first) as ShallowRef<T>;
  const lock = new UnitLock(navigator.locks, UnitLock.nameOf(unit.person, unit.assignment), () => void reopen());
  const { form } = opening;
  const drafts = { now: () => opened.value.draft ?? null, turned: () => void readAnew(), form };
  const { saving, saver, seen } = useSaving(unit, drafts);
  let isClosed = false;
  /** Another form is about to stand on the screen: what the old one says on leaving is not of its draft. */
  let isTurning = false;

  async function open(): Promise<void> {
    try {
      isTurning = true;
      const found = await opening.read(await lock.take());
      if (isClosed) { opening.close(found); return; }
      opening.close(opened.value);
      seen.at = found.draft?.updated_at;
      opened.value = opening.show(found);
      await nextTick();
      isTurning = false;
      await opening.shown(found);
    } catch (error) {
      opened.value = opening.failed(error);
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

  async function readAnew(): Promise<void> {
    saver.drop();
    await open();
    opening.turned();
  }

  async function takeOver(): Promise<void> {
    await lock.steal();
    await new Promise((done) => setTimeout(done, HAND_OVER_MS));
    await open();
  }

  onScopeDispose(() => {
    isClosed = true;
    opening.close(opened.value);
    void saver.flush().then(() => lock.release());
  });
  return {
    opened, saving, seen, open, settle, reopen, readAnew, takeOver,
    mayWrite: () => opened.value.state === "fill" && !isTurning,
    write: (change) => saver.change(change),
    flush: () => saver.flush(),
    drop: () => saver.drop(),
  };
}
