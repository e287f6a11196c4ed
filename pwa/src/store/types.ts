/**
 * Rows of the phone's own database. Every row belongs to the person who signed in.
 *
 * Local times end in `_at` and are milliseconds since 1970 (UTC); times from the server stay the
 * ISO 8601 text that came. Field names are those of the API. Source: docs/sync.md, spec "Sync".
 */

import type { Json, JsonObject } from "../engine/json";

export type { Json, JsonObject };

/** Statuses of a response, as the server writes them. */
export const STATUSES = [
  "Assigned",
  "Opened",
  "Submitted by PPL",
  "Rejected by PML",
  "Rejected by Admin",
  "Approved by PML",
  "Approved by Admin",
] as const;
export type ResponseStatus = (typeof STATUSES)[number];

/** Statuses in which a PPL fills the form in. */
export const FILLABLE: readonly ResponseStatus[] = [
  "Assigned",
  "Opened",
  "Rejected by PML",
  "Rejected by Admin",
];

export type Role = "admin_satker" | "admin_kegiatan" | "PML" | "PPL";

export interface PersonName {
  id: string;
  name: string;
}

/** Whether the server takes what this person sends; nothing local depends on it. */
export type Session =
  | { state: "signed_in"; token: string; expires_at: string }
  /** expired: the server refused the token; by_person: signed out in the app. */
  | { state: "signed_out"; why: "expired" | "by_person"; since_at: number };

/** Somebody who has signed in on this phone at least once. */
export interface Person {
  id: string;
  name: string;
  email: string;
  avatar: string | null;
  /** null: a floating person, or super_admin. */
  satker: { id: string; code: string; name: string } | null;
  is_super_admin: boolean;
  session: Session;
  signed_in_at: number;
}

/** A master data set that the questionnaire uses. */
export interface MasterNeed {
  type: string;
  version: number;
  checksum: string;
  size_bytes: number;
}

/** An activity as the server gives it, and how far this phone has followed it. */
export interface Kegiatan {
  person: string;
  id: string;
  name: string;
  year: number;
  /** ISO dates in the satker's time zone; the field period ends with `extended_end_date ?? end_date`. */
  start_date: string;
  end_date: string;
  extended_end_date: string | null;
  allow_new_assignments: boolean;
  satker: string | null;
  roles: Role[];
  /** Newest published form on the server. */
  form_version: number;
  /** Newest form that is whole on this phone; null before the first one has come. */
  form_ready: number | null;
  masters: MasterNeed[];
  /** Where the next pull begins; opaque. null: everything comes. */
  cursor: string | null;
  /** The pull pass that is under way: rows that it did not bring are dropped at its end if it is whole. */
  pass: { number: number; is_whole: boolean };
  /** End of the last complete pull. */
  last_sync_at: number | null;
  /** The person has no role here any more; kept while there is unsent work. */
  gone: boolean;
}

/** A published questionnaire; never changes. `schema` is the envelope around the SurveyJS model. */
export interface FormVersion {
  person: string;
  kegiatan: string;
  version: number;
  schema: JsonObject;
  checksum: string;
  /** Hash of the server's form engine, null while unknown. */
  engine: string | null;
  fetched_at: number;
}

export interface Comment {
  path: string;
  text: string;
  by: string;
  at: string;
}

export interface Check {
  state: "none" | "pending" | "passed" | "failed";
  version: number | null;
  /** Findings of the engine; see docs/forms.md, "The verdict". */
  errors: Json[];
  warnings: Json[];
}

/**
 * What this phone has still to do with a unit; the worst thing counts, in this order from the last.
 * `accepted` is no mark: then the unit is as the server says.
 */
export const LOCAL_MARKS = ["none", "draft", "queued", "sending", "parked", "refused", "conflict"] as const;
export type LocalMark = (typeof LOCAL_MARKS)[number];

/** A unit of work as a list shows it: everything but the answers. */
export interface Assignment {
  person: string;
  id: string;
  kegiatan: string;
  satker: string | null;
  /** Differs when anything differs; null for a unit that the server has not seen. */
  rev: string | null;
  version: number;
  status: ResponseStatus;
  label: string;
  level_1_code: string | null;
  level_2_code: string | null;
  level_3_code: string | null;
  level_4_code: string | null;
  level_5_code: string | null;
  level_6_code: string | null;
  level_4_code_full: string | null;
  level_6_code_full: string | null;
  region_code: string | null;
  prefilled_data: JsonObject | null;
  ppl: PersonName;
  /** null for a unit made here: the server knows the supervisor. */
  pml: PersonName | null;
  form_version_used: number;
  visit_outcome: string;
  /** The latest reason given (rejection, override). */
  notes: string;
  comments: Comment[];
  check: { state: Check["state"]; version: number | null; errors: number; warnings: number };
  missing_attachments: string[];
  submitted_by_ppl_at: string | null;
  reviewed_by_pml_at: string | null;
  reviewed_by_admin_at: string | null;
  /** Answers named by `responses.…` columns of the newest form: {column key: value}. */
  columns: Record<string, Json>;
  /** What waits on this phone, and which action (the last one queued). */
  local: LocalMark;
  local_action: OperationType | null;
  /** Label by the template while somebody types; null when there is no draft. */
  local_label: string | null;
  /** Made on this phone; the server has not confirmed it. */
  local_only: boolean;
  /** Left the person's hands (reassigned, cancelled, role taken); kept for its unsent work. */
  gone: boolean;
  /** Pull pass that brought or confirmed the row. */
  pass: number;
  /** When the row last changed on this phone. */
  changed_at: number;
}

/** The answers that the server holds for a unit. */
export interface Answers {
  person: string;
  assignment: string;
  kegiatan: string;
  version: number;
  /** Version that the answers were given in; 0: there are none. */
  form_version_used: number;
  responses: JsonObject | null;
  check: Check;
}

/** A unit with its answers. */
export interface AssignmentFull extends Assignment {
  responses: JsonObject | null;
  check_errors: Json[];
  check_warnings: Json[];
}

/** Where somebody stopped, to reopen at the same question. */
export interface Place {
  page: string;
  question: string | null;
  /** `_id`s of the roster rows that are open, outermost first. */
  panel: string[];
}

/** What somebody is typing: one per unit and person, written within 300 ms of each change. */
export interface Draft {
  person: string;
  assignment: string;
  kegiatan: string;
  /** PPL: an interview. PML: a limited edit of answers that were submitted. */
  role: "PPL" | "PML";
  answers: JsonObject;
  /** Notes of the PPL by path of the question. */
  notes: Record<string, string>;
  place: Place | null;
  form_version: number;
  /** Label by the template; null: the server's. */
  label: string | null;
  /** The version that the first keystroke saw; null when `after` stands for it. */
  base_version: number | null;
  /** Operation of this phone that produced the base (open, create). */
  after: string | null;
  /** The server's answers when the draft began: for three-way comparison. */
  base_answers: JsonObject | null;
  /** The submit or edit that carries it; kept beside until the server has it. `draftGet` hides it then. */
  sent_as: string | null;
  started_at: number;
  updated_at: number;
}

export type OperationType =
  | "open"
  | "submit"
  | "edit"
  | "approve"
  | "reject"
  | "revert_approval"
  | "create";

/** What every operation has. Its content never changes once it was sent. */
export interface OperationCommon {
  person: string;
  /** UUID made here; the server applies it once however often it comes. */
  id: string;
  /** Order on this phone, rising. */
  seq: number;
  type: OperationType;
  kegiatan: string;
  assignment: string;
  /** Label of the unit when it was queued, for the outbox. */
  label: string;
  /** Exactly one of both is set, none for `create`. */
  base_version: number | null;
  after: string | null;
  /** Time of the phone, corrected by what the server said last; ISO 8601. */
  at: string;
  /** As docs/sync.md has it for the type. Emptied once it was accepted: the server has it. */
  data: JsonObject;
  /** Answers of the server that the work began from; for comparison at a conflict. */
  base_answers: JsonObject | null;
  /** Answers and photos as a person would lose them: `submit`, `create`, `edit`, `reject`. */
  is_typed: boolean;
  size_bytes: number;
  queued_at: number;
  /** How often it was sent; the outcome of a try may be unknown. */
  attempts: number;
}

/** An operation and what has become of it. */
export type Operation = OperationCommon &
  (
    | { state: "queued"; next_attempt_at: number; code: string | null; message: string | null }
    | { state: "sending"; since_at: number }
    | { state: "accepted"; accepted_at: number; outcome: "applied" | "duplicate" }
    /** Kept whole by the server; the office decides. `code` is the reason. */
    | { state: "parked"; code: string; message: string; parked_at: number; asked_at: number }
    | { state: "refused"; code: string; message: string; details: JsonObject; refused_at: number }
    /** Both versions are kept: `data` is mine, the unit's row is theirs. */
    | { state: "conflict"; message: string; server_version: number | null; conflict_at: number }
  );
export type OperationState = Operation["state"];

export interface AttachmentCommon {
  person: string;
  /** UUID; the answers name it. */
  id: string;
  assignment: string;
  kegiatan: string;
  /** image/jpeg and the like. */
  type: string;
  name: string;
  size_bytes: number;
  /** Hex; of the bytes that are or were here. */
  sha256: string;
  /** Small JPEG for lists. */
  thumb: Blob | null;
  /** Its bytes are on the phone: `photoBlob`. false: freed after the upload, or only the thumb came. */
  is_here: boolean;
  taken_at: number;
  attempts: number;
}

/** A photo, signature or file of a unit. */
export type Attachment = AttachmentCommon &
  (
    /** In a draft; goes when the answers that name it are sent. */
    | { state: "draft" }
    | { state: "queued"; next_attempt_at: number; code: string | null; message: string | null }
    | { state: "sending"; since_at: number }
    | { state: "uploaded"; uploaded_at: number }
    | { state: "parked"; code: string; message: string; asked_at: number }
    | { state: "refused"; code: string; message: string; refused_at: number }
    /** Came from the server, for review. */
    | { state: "remote" }
  );
export type AttachmentState = Attachment["state"];

/** A master data set; the same for everybody on the phone. */
export interface MasterData {
  type: string;
  version: number;
  checksum: string;
  /** Entries as the office published them. */
  rows: JsonObject[];
}

/** What happened in a sync, for people and the help desk. Never answers, names or positions. */
export interface JournalEntry {
  person: string;
  seq: number;
  at: number;
  kind: JournalKind;
  /** Codes, numbers and ids; the outbox makes words of them. */
  facts: Record<string, string | number | boolean | null>;
}
export type JournalKind =
  | "started"
  | "finished"
  | "stopped"
  | "pushed"
  | "outcome"
  | "pulled"
  | "reset"
  | "removed"
  | "form"
  | "master"
  | "uploaded"
  | "upload_failed"
  | "signed_in"
  | "signed_out"
  | "recovered"
  | "resync"
  | "decided"
  | "fault";

/** How somebody wants a list of an activity: `app_metadata`. */
export interface Preferences {
  /** Keys of the columns shown in the row, in order; null: those of the form. */
  columns: string[] | null;
  sort: { key: string; descending: boolean } | null;
  /** {column key: filter}, as the list writes them. */
  filters: Record<string, Json>;
  search: string;
}

/** What is not at the office yet. */
export interface UnsentCount {
  drafts: number;
  /** Operations queued or on their way. */
  operations: number;
  /** Photos queued or on their way. */
  attachments: number;
  parked: number;
  refused: number;
  conflict: number;
  /** operations + attachments + refused + conflict + drafts: what a sign-out would leave behind. */
  total: number;
}

/** Both versions of a unit, and what they came from. */
export interface Conflict {
  assignment: AssignmentFull;
  /** operation: sent and turned back; draft: typed on a version that is old by now. */
  source: "operation" | "draft";
  operation: string | null;
  type: OperationType;
  mine: JsonObject;
  /** null: nothing was there. */
  base: JsonObject | null;
  theirs: JsonObject | null;
  mine_form_version: number;
  theirs_form_version: number;
}

/** Why a write or read of the phone's database failed. Nothing of the step was stored. */
export type StoreFault = "full" | "blocked" | "unavailable" | "missing" | "wrong_state" | "unknown";
