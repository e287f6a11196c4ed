/**
 * The store's public face: functions on typed rows. Each is one IndexedDB transaction.
 *
 * Every function may fail with StoreError (errors.ts), and then nothing of it was stored. Reads can be
 * made live: `live(() => assignmentList({ person, kegiatan }))`.
 */

import type { SyncPort } from "./port";
import type {
  Assignment,
  AssignmentFull,
  Attachment,
  Conflict,
  Draft,
  FormVersion,
  JournalEntry,
  Json,
  JsonObject,
  Kegiatan,
  LocalMark,
  MasterData,
  Operation,
  Person,
  Place,
  Preferences,
  ResponseStatus,
  UnsentCount,
} from "./types";

/** A unit of a person. */
export interface UnitKey {
  person: string;
  assignment: string;
}

/** A kegiatan of a person. */
export interface KegiatanKey {
  person: string;
  kegiatan: string;
}

/** A sign-in that went out to the browser's pages: the secret that proves it was this phone that asked. */
export interface SignInAttempt {
  verifier: string;
  /** Address in the app to go on with. */
  next: string;
}

/** What goes with finished answers. */
export interface Submission extends UnitKey {
  answers: JsonObject;
  /** Version the answers were given in; the old one when a rejected unit goes without new questions. */
  form_version: number;
  visit_outcome: string;
  label: string;
  /** The phone's own verdict and the hash of its engine, as evidence. */
  verdict?: Json;
  engine?: string;
}

/**
 * What a screen that is open saw of its draft. The store gives up with StoreError "wrong_state" when the
 * draft is another one by now (a second tab typed in it): read it anew before going on.
 */
export interface SeenDraft {
  /** `updated_at` of the draft as the caller read it, or as its last `draftSave` returned it. */
  seen_at?: number | undefined;
}

/** What a draft was begun from, to make it again when it vanished under an open screen. */
export type DraftBase = Pick<Draft, "base_version" | "base_answers" | "form_version" | "role"> &
  Partial<Pick<Draft, "after">>;

/** A unit found in the field. Region codes, or the id of an own unit nearby that lends its codes. */
export interface NewUnit extends KegiatanKey {
  label: string;
  levels: (string | null)[] | { near: string };
  prefilled_data: JsonObject | null;
}

/** An action of a reviewer, on the version that they saw. */
export type ReviewAction = UnitKey & { base_version: number } & (
    | { type: "approve"; notes?: string }
    | { type: "reject"; notes: string; comments: { path: string; text: string }[] }
    | { type: "revert_approval"; notes: string }
  );

/** What a person decides about a conflict. */
export type Resolution = {
  /**
   * `assignment.version` of the Conflict that was shown. StoreError "wrong_state" when another version
   * has come since: show the comparison anew.
   */
  on_version?: number | undefined;
} & (
  /** Send these answers (mine, or chosen question by question) on top of the server's version. */
  | ({ choice: "send" } & Submission)
  /** Go on with these answers as a draft on top of the server's version. */
  | ({ choice: "draft"; answers: JsonObject } & UnitKey)
  /** Keep the server's; mine is deleted. Ask twice before. */
  | ({ choice: "theirs" } & UnitKey)
);

export interface NewPhoto extends UnitKey {
  blob: Blob;
  thumb: Blob | null;
  name: string;
  /** Made by the caller when the answers must name it first. */
  id?: string;
}

/** Numbers of a dashboard, from indexes alone. */
export interface Counts {
  status: Record<ResponseStatus, number>;
  local: Record<LocalMark, number>;
  total: number;
}

export interface Store {
  // People ---------------------------------------------------------------------------------------

  /** Who uses the app now; null before the first sign-in and after a sign-out. */
  personCurrent: () => Promise<Person | null>;
  personGet: (id: string) => Promise<Person | null>;
  /** Everybody who has rows here. */
  personList: () => Promise<Person[]>;
  /** Store a sign-in and make this person the current one; earlier work of theirs goes on. */
  personSignIn: (person: Omit<Person, "signed_in_at">) => Promise<void>;
  /** Remember a sign-in that went out to the browser's pages; a later one takes its place. */
  signInAttemptKeep: (attempt: SignInAttempt) => Promise<void>;
  /** Return and forget it; null: this phone asked for none. */
  signInAttemptTake: () => Promise<SignInAttempt | null>;
  /** The server refused the token: nothing local changes but the session. */
  personExpire: (id: string) => Promise<void>;
  /** Sign out. forget: also delete every row of this person, unsent work included. */
  personSignOut: (id: string, options: { forget: boolean }) => Promise<void>;
  /** What has not reached the office; of one activity when named. */
  unsentCount: (key: { person: string; kegiatan?: string }) => Promise<UnsentCount>;

  // Activities and forms -------------------------------------------------------------------------

  /** Newest year first; those that are gone last. */
  kegiatanList: (person: string) => Promise<Kegiatan[]>;
  kegiatanGet: (key: KegiatanKey) => Promise<Kegiatan | null>;
  /** A form that is on the phone; the newest of them without a version. */
  formGet: (key: KegiatanKey & { version?: number }) => Promise<FormVersion | null>;
  /** A data set with its rows in memory (kept for the next call); null while it is not here. */
  masterGet: (type: string, version: number) => Promise<MasterData | null>;
  /** {type: version} of what the newest form uses and the phone has. */
  mastersReady: (key: KegiatanKey) => Promise<Record<string, number>>;
  /** {region code: name} of every area that a unit of this person lies in. */
  wilayahNames: (person: string) => Promise<Record<string, string>>;

  // Units ----------------------------------------------------------------------------------------

  /** All units of an activity without answers, those that are gone with unsent work included. */
  assignmentList: (key: KegiatanKey) => Promise<Assignment[]>;
  /**
   * How many units a person has. A live query of it runs anew whenever one of them changes, and follows
   * ten thousand rows for nothing: one of assignmentList would keep the key of every row.
   */
  assignmentTotal: (key: { person: string }) => Promise<number>;
  assignmentGet: (key: UnitKey) => Promise<AssignmentFull | null>;
  assignmentCounts: (key: KegiatanKey) => Promise<Counts>;
  /** Answers of many units: {assignment: responses}. */
  answersOf: (key: KegiatanKey, assignments: string[]) => Promise<Record<string, JsonObject>>;

  // Interview ------------------------------------------------------------------------------------

  /**
   * Open a unit: returns its draft, begun from the server's answers when there was none.
   *
   * A PPL's first look at an Assigned unit queues `open`. null: the unit is in a status that this role
   * cannot write, and there is no draft.
   */
  draftOpen: (key: UnitKey & { role: "PPL" | "PML"; form_version: number }) => Promise<Draft | null>;
  draftGet: (key: UnitKey) => Promise<Draft | null>;
  /**
   * Write what was typed. Only the fields given change. Returns the draft's `updated_at`, the `seen_at` of
   * the next call. StoreError "wrong_state" when it was sent, or is not the draft seen; "missing" without
   * a draft, unless `base` says what it was begun from: then answers make it again, and a comparison
   * follows where the server's version has gone on (without answers there is nothing to keep).
   */
  draftSave: (
    change: UnitKey &
      SeenDraft & {
        answers?: JsonObject;
        notes?: Record<string, string>;
        place?: Place | null;
        form_version?: number;
        label?: string | null;
        base?: DraftBase | undefined;
      },
  ) => Promise<number>;
  /** Give up what was typed since the server's version, with photos that only it names. */
  draftDiscard: (key: UnitKey) => Promise<void>;
  /**
   * Turn a draft into a queued submit, its photos into queued uploads. Returns the operation's id; the
   * same again for the same answers. StoreError "wrong_state" when other answers were sent, or the draft
   * is not the one seen. The draft keeps its own answers (those of hidden questions too) for a withdrawal.
   */
  draftSubmit: (submission: Submission & SeenDraft) => Promise<string>;
  /** Turn a PML's draft into an `edit` of the questions that changed; null when none did. As draftSubmit. */
  draftEdit: (key: UnitKey & SeenDraft & { changes: JsonObject }) => Promise<string | null>;
  /** Take back a submit or edit that was never sent: it is a draft again. false: it is on its way. */
  submitWithdraw: (key: { person: string; id: string }) => Promise<boolean>;
  /** Make a unit here and queue its `create`; with a draft, so that it can be filled in at once. */
  unitCreate: (unit: NewUnit & { form_version: number }) => Promise<string>;
  /** Delete a unit of this phone that was never sent. false: the server may have seen it. */
  unitDelete: (key: UnitKey) => Promise<boolean>;

  // Review ---------------------------------------------------------------------------------------

  /** Queue an action of a reviewer; several at once are whole or not at all. Returns their ids. */
  reviewQueue: (actions: ReviewAction[]) => Promise<string[]>;

  // Outbox and conflicts -------------------------------------------------------------------------

  /** What waits or needs a decision, oldest first; accepted ones of the last days on request. */
  operationList: (
    key: { person: string; kegiatan?: string; assignment?: string } & { accepted?: boolean },
  ) => Promise<Operation[]>;
  /**
   * Send again: refused ones (a mended `create` with its `data` keeps its id), those that wait for their
   * next try, a reviewer's action in conflict (on the version that is here now). Parked ones are asked about.
   */
  operationRetry: (key: { person: string; id: string; data?: JsonObject }) => Promise<void>;
  /** Turn a refused submit or edit back into a draft on the newest version. */
  operationToDraft: (key: { person: string; id: string }) => Promise<void>;
  /** Give up an operation that was refused or in conflict, with what was typed in it. */
  operationDiscard: (key: { person: string; id: string }) => Promise<void>;
  /** Both versions; null when nothing is in conflict. */
  conflictGet: (key: UnitKey) => Promise<Conflict | null>;
  conflictResolve: (resolution: Resolution) => Promise<void>;

  // Photos ---------------------------------------------------------------------------------------

  /** Keep a photo of a draft. Returns its id, for the answers. StoreError "full" when it does not fit. */
  photoAdd: (photo: NewPhoto) => Promise<string>;
  photoGet: (key: { person: string; id: string }) => Promise<Attachment | null>;
  /** The bytes, when they are here. */
  photoBlob: (key: { person: string; id: string }) => Promise<Blob | null>;
  photoList: (key: { person: string; assignment?: string; unsent?: boolean }) => Promise<Attachment[]>;
  /** Delete a photo that was not sent. */
  photoDelete: (key: { person: string; id: string }) => Promise<void>;
  /** Try a refused photo again. */
  photoRetry: (key: { person: string; id: string }) => Promise<void>;
  /** Free the bytes of photos that the server has; returns how many bytes. Thumbs stay. */
  photosThin: (person: string) => Promise<number>;

  // Remembered choices, journal ------------------------------------------------------------------

  preferencesGet: (key: KegiatanKey) => Promise<Preferences>;
  preferencesSave: (key: KegiatanKey & Partial<Preferences>) => Promise<void>;
  /** Anything small that a screen remembers for a person (language, theme, hints seen). */
  metadataGet: (key: { person: string; key: string }) => Promise<Json | null>;
  metadataSet: (entry: { person: string; key: string; value: Json }) => Promise<void>;
  /** Newest first. */
  journalList: (key: { person: string; limit?: number }) => Promise<JournalEntry[]>;

  // The rest -------------------------------------------------------------------------------------

  /** Call back whenever something was queued in this tab; returns the way to stop. */
  onQueued: (listener: (work: { person: string }) => void) => () => void;
  /** What sync/ alone uses. */
  port: SyncPort;
}
