/**
 * The part of the store that sync/ alone uses: what is sent, what came, what became of it.
 *
 * Each call is one transaction, so that a browser killed between two of them leaves a state from which
 * the next sync goes on. Source: docs/sync.md.
 */

import type {
  JournalEntry,
  JournalKind,
  JsonObject,
  MasterNeed,
  Operation,
  OperationType,
  Person,
  PersonName,
  Role,
} from "./types";

/** No try waits longer than this; see LIMITS of sync/. */
export const WAIT_MOST_MS = 60 * 60_000;

/** A unit as the API gives it. */
export interface ServerAssignment {
  id: string;
  rev: string | null;
  kegiatan: string;
  satker: string;
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
  prefilled_data?: unknown;
  ppl: PersonName;
  pml: PersonName;
  response: {
    status: string;
    version: number;
    form_version_used: number;
    responses?: unknown;
    visit_outcome: string;
    notes: string;
    comments: { path: string; text: string; by: string; at: string }[];
    check: { state: string; version: number | null; errors: unknown[]; warnings: unknown[] };
    missing_attachments: string[];
    submitted_by_ppl_at: string | null;
    reviewed_by_pml_at: string | null;
    reviewed_by_admin_at: string | null;
  };
}

/** An activity as the API lists it. */
export interface ServerKegiatan {
  id: string;
  name: string;
  year: number;
  start_date: string;
  end_date: string;
  extended_end_date: string | null;
  form_version: number;
  allow_new_assignments: boolean;
  satker?: string | null;
  roles: Role[];
}

/** One page of changes. */
export interface ServerPage {
  cursor: string;
  more: boolean;
  reset: boolean;
  form_version: number | null;
  masters: MasterNeed[];
  wilayah: Record<string, string>;
  assignments: ServerAssignment[];
  removed: string[];
}

/** An operation as docs/sync.md has it, ready to be sent. */
export interface WireOperation {
  id: string;
  type: OperationType;
  assignment: string;
  base_version?: number;
  after?: string;
  at: string;
  data: JsonObject;
}

/** Operations of one activity, marked `sending` (parked ones stay parked while they are asked again). */
export interface Batch {
  kegiatan: string;
  operations: WireOperation[];
}

/** What the server said of one operation. */
export interface ServerOutcome {
  id: string;
  outcome: "applied" | "duplicate" | "conflict" | "parked" | "refused" | "retry";
  code: string;
  message: string;
  details: JsonObject;
  assignment: ServerAssignment | null;
}

/** What is done with operations of which nothing is known, or that the server could not take whole. */
export type Unsent =
  | { as: "queued"; next_attempt_at: number; code: string; message: string }
  | { as: "refused"; code: string; message: string };

/** A file on its way. */
export interface Upload {
  id: string;
  assignment: string;
  kegiatan: string;
  name: string;
  type: string;
  blob: Blob;
  sha256: string;
  attempts: number;
}

export type UploadOutcome =
  | { as: "uploaded" }
  | { as: "parked"; code: string; message: string }
  | { as: "refused"; code: string; message: string }
  | { as: "queued"; next_attempt_at: number; code: string; message: string };

/** What a phone must still fetch. */
export interface Needs {
  forms: { kegiatan: string; version: number }[];
  masters: MasterNeed[];
}

export interface SyncPort {
  /** Put back what a killed browser left `sending`. Call under the sync lock alone. */
  recover: (person: string) => Promise<{ operations: number; attachments: number }>;
  /** How much waits to be sent now or later; next_at: when the next of it may go. */
  backlog: (key: { person: string; now: number }) => Promise<{
    operations: number;
    attachments: number;
    next_at: number | null;
  }>;
  /**
   * Mark the next operations `sending` and return them: one activity, in the order queued, none whose
   * predecessor is neither settled nor in front of it.
   */
  batchTake: (limits: {
    person: string;
    now: number;
    max_operations: number;
    max_bytes: number;
  }) => Promise<Batch | null>;
  /** Parked operations that were not asked about since `before`. They stay `parked`. */
  parkedTake: (limits: {
    person: string;
    before: number;
    max_operations: number;
    max_bytes: number;
    except: string[];
  }) => Promise<Batch | null>;
  /** The reply did not come, or refused the batch as a whole. */
  batchReturn: (key: { person: string; ids: string[]; now: number } & Unsent) => Promise<void>;
  /** Write all outcomes of a reply with the rows that came along. Parked ones may be among them. */
  outcomesApply: (reply: {
    person: string;
    outcomes: ServerOutcome[];
    now: number;
    /** When an operation with outcome `retry` may go again, by how often it was sent. */
    backoff: (attempts: number) => number;
  }) => Promise<Record<ServerOutcome["outcome"], number>>;
  /** Write the list of activities; those that are missing are gone. */
  kegiatanApply: (list: { person: string; kegiatan: ServerKegiatan[] }) => Promise<void>;
  /** Activities that are pulled: with role PPL or PML. */
  kegiatanPulled: (person: string) => Promise<{ id: string; name: string; cursor: string | null }[]>;
  /**
   * Write one page and its cursor together. `cursor` is the one that was asked with: a page for
   * another is not written (false).
   */
  pageApply: (page: {
    person: string;
    kegiatan: string;
    cursor: string | null;
    page: ServerPage;
    now: number;
  }) => Promise<{ written: boolean; rows: number; removed: number }>;
  /** Begin anew: the next pull fetches everything and drops what does not come. */
  passRestart: (key: { person: string; kegiatan?: string }) => Promise<void>;
  needs: (person: string) => Promise<Needs>;
  formSave: (form: {
    person: string;
    kegiatan: string;
    version: number;
    schema: JsonObject;
    checksum: string;
    engine: string | null;
    now: number;
  }) => Promise<void>;
  /** text: the JSON as it came. */
  masterSave: (master: { type: string; version: number; checksum: string; text: string }) => Promise<void>;
  /** The next photo to send, marked `sending`; answers of its unit are ahead of it. */
  uploadTake: (key: { person: string; now: number; except: string[] }) => Promise<Upload | null>;
  uploadSettle: (key: { person: string; id: string; now: number } & UploadOutcome) => Promise<void>;
  /** Keep a photo of the server for review offline. */
  remoteKeep: (photo: {
    person: string;
    id: string;
    assignment: string;
    kegiatan: string;
    type: string;
    thumb: Blob | null;
    blob: Blob | null;
  }) => Promise<void>;
  journalAdd: (entry: {
    person: string;
    at: number;
    kind: JournalKind;
    facts?: JournalEntry["facts"];
  }) => Promise<void>;
  /** Forget accepted operations, photos' tries and journal entries that are older than needed. */
  tidy: (key: { person: string; now: number }) => Promise<void>;
  /** Server time minus phone time, as the last reply said. */
  clockOffsetSet: (ms: number) => Promise<void>;
  clockOffset: () => Promise<number>;
  /** A lease for browsers without Web Locks; true: this holder has it until `until`. */
  leaseTake: (lease: { holder: string; now: number; until: number }) => Promise<boolean>;
  leaseEnd: (holder: string) => Promise<void>;
  personGet: (id: string) => Promise<Person | null>;
  operationGet: (key: { person: string; id: string }) => Promise<Operation | null>;
}
