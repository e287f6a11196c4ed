/**
 * Saving as one goes: two seconds after the last change, one request at a time, never over what
 * somebody else saved. Until the office has it, the text is kept in the browser.
 */

import type { Saving, Theirs } from "./config";

export const PAUSE_MS = 2_000;
/** Less than READ_MS and SHOW_MS together: a form that freezes the page is kept before it is shown. */
export const KEEP_MS = 100;
const RETRY_MS = [3_000, 8_000, 20_000, 60_000] as const;

/** What the person is told. opened: as it was given, a change has not been made yet. */
export type SaveState =
  | { kind: "opened" }
  | { kind: "saved" }
  | { kind: "changed" }
  | { kind: "saving" }
  | { kind: "waiting"; retryAt: number; isSignedOut: boolean }
  | { kind: "refused"; code: string; message: string }
  | { kind: "conflict"; theirs: Theirs; message: string };

/** A text that the office does not have. base: the office's text that it grew from, null when unknown. */
export interface Kept {
  text: string;
  revision: number;
  base: string | null;
  at: number;
}

export interface AutosaveParts {
  text: () => string;
  send: (text: string, revision: number, isLeaving: boolean, baseVersion: number | null) => Promise<Saving>;
  keep: (kept: Kept | undefined) => void;
  tell: (state: SaveState, saved: { revision: number; at: string | null; isMine: boolean }) => void;
  now: () => number;
}

type Timer = ReturnType<typeof setTimeout>;

export class Autosave {
  private state: SaveState;
  private timer: Timer | undefined;
  private keepTimer: Timer | undefined;
  private running: Promise<void> | undefined;
  private failures = 0;
  private isMine = false;

  /** base: the text of that revision, as the office has it; null when that is unknown. version: that it began from. */
  constructor(
    private readonly parts: AutosaveParts,
    private base: string | null,
    private revision: number,
    private savedAt: string | null,
    isSaved: boolean,
    private version: number | null = null,
  ) {
    this.state = { kind: isSaved ? "saved" : "opened" };
  }

  /** Whether the office lacks something that was typed. */
  get isUnsaved(): boolean {
    return this.state.kind !== "saved" && this.state.kind !== "opened";
  }

  get current(): SaveState {
    return this.state;
  }

  /** The text of the revision that the editor is on; null when it is unknown. */
  get baseText(): string | null {
    return this.base;
  }

  get baseRevision(): number {
    return this.revision;
  }

  get baseVersion(): number | null {
    return this.version;
  }

  /** Take note of a change of the text. */
  changed(): void {
    clearTimeout(this.keepTimer);
    this.keepTimer = setTimeout(() => this.keepNow(), KEEP_MS);
    if (this.state.kind === "conflict" || this.running !== undefined) return;
    this.become({ kind: "changed" });
    this.later(PAUSE_MS);
  }

  /** Save at once what is not saved; true when the office has the text as it is now. */
  async flush(isLeaving = false): Promise<boolean> {
    this.keepNow();
    await this.running;
    if (this.state.kind === "saved") return true;
    if (this.state.kind === "conflict") return false;
    clearTimeout(this.timer);
    await this.run(isLeaving);
    return this.hasSaved();
  }

  /** Go on from what somebody else saved: the text is a merge of both, or theirs alone. */
  resolved(theirs: Theirs): void {
    this.base = theirs.text;
    this.revision = theirs.revision;
    this.savedAt = theirs.at;
    if (theirs.base_version !== undefined) this.version = theirs.base_version;
    this.isMine = false;
    if (this.parts.text() === theirs.text && theirs.revision > 0) {
      this.become({ kind: "saved" });
      this.parts.keep(undefined);
      return;
    }
    this.become({ kind: "changed" });
    this.keepNow();
    this.later(0);
  }

  /** Keep in the browser what the office does not have. */
  keepNow(): void {
    clearTimeout(this.keepTimer);
    const text = this.parts.text();
    if (text === this.base && !this.isUnsaved) return;
    this.parts.keep({ text, revision: this.revision, base: this.base, at: this.parts.now() });
  }

  stop(): void {
    clearTimeout(this.timer);
    clearTimeout(this.keepTimer);
  }

  private hasSaved(): boolean {
    return this.state.kind === "saved";
  }

  private later(delay: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.run(false), delay);
  }

  private async run(isLeaving: boolean): Promise<void> {
    if (this.running !== undefined) return this.running;
    this.running = this.once(isLeaving).finally(() => {
      this.running = undefined;
    });
    await this.running;
    // What was typed while the request was under way.
    if (this.hasSaved() && this.parts.text() !== this.base) {
      this.become({ kind: "changed" });
      this.later(PAUSE_MS);
    }
  }

  private async once(isLeaving: boolean): Promise<void> {
    const text = this.parts.text();
    this.become({ kind: "saving" });
    this.took(text, await this.parts.send(text, this.revision, isLeaving, this.version));
  }

  private took(text: string, saving: Saving): void {
    if (saving.kind === "saved") {
      this.failures = 0;
      [this.base, this.revision, this.savedAt, this.isMine] = [text, saving.revision, saving.at, true];
      this.become({ kind: "saved" });
      if (this.parts.text() === text) {
        clearTimeout(this.keepTimer);
        this.parts.keep(undefined);
      }
      return;
    }
    if (saving.kind === "changed") {
      this.become({ kind: "conflict", theirs: saving.theirs, message: saving.message });
    } else if (saving.kind === "refused") {
      this.become({ kind: "refused", code: saving.code, message: saving.message });
    } else {
      const delay = RETRY_MS[Math.min(this.failures, RETRY_MS.length - 1)] ?? PAUSE_MS;
      this.failures += 1;
      this.become({ kind: "waiting", retryAt: this.parts.now() + delay, isSignedOut: saving.kind === "signed_out" });
      this.later(delay);
    }
  }

  private become(state: SaveState): void {
    this.state = state;
    this.parts.tell(state, { revision: this.revision, at: this.savedAt, isMine: this.isMine });
  }
}
