/**
 * The phone's database: tables, indexes and numbered migrations.
 *
 * A new version adds a `this.version(n)` block below and leaves the earlier ones as they are: phones
 * come from any of them, with work that was not sent. Source: spec "Sync", style "Writing code".
 */

import { Dexie, type DexieOptions, type Table } from "dexie";

import type {
  Answers,
  Assignment,
  Attachment,
  Draft,
  FormVersion,
  JournalEntry,
  Json,
  Kegiatan,
  Operation,
  Person,
} from "./types";

export const DATABASE_NAME = "cerdas";

/** As stored: bytes, not Blobs (which not every browser keeps well), the thumb in the row. */
export type AttachmentRow = DistributiveOmit<Attachment, "thumb"> & { thumb: ArrayBuffer | null };
type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

export interface FileRow {
  person: string;
  id: string;
  bytes: ArrayBuffer;
}

export interface MasterRow {
  type: string;
  version: number;
  checksum: string;
  /** JSON: one text is read and parsed faster than many rows are cloned. */
  text: string;
}

export interface WilayahRow {
  person: string;
  kegiatan: string;
  code: string;
  name: string;
}

export interface MetadataRow {
  person: string;
  key: string;
  value: Json;
}

/** What belongs to the phone, not to a person: current_person, clock_offset_ms, lease. */
export interface DeviceRow {
  key: string;
  value: Json;
}

type Unnumbered<T> = T extends unknown ? Omit<T, "seq"> : never;
export type NewOperation = Unnumbered<Operation>;
export type NewJournalEntry = Unnumbered<JournalEntry>;

export class CerdasDatabase extends Dexie {
  persons!: Table<Person, string>;
  device!: Table<DeviceRow, string>;
  kegiatans!: Table<Kegiatan, [string, string]>;
  forms!: Table<FormVersion, [string, string, number]>;
  assignments!: Table<Assignment, [string, string]>;
  answers!: Table<Answers, [string, string]>;
  drafts!: Table<Draft, [string, string]>;
  operations!: Table<Operation, number, NewOperation>;
  attachments!: Table<AttachmentRow, [string, string]>;
  files!: Table<FileRow, [string, string]>;
  masters!: Table<MasterRow, [string, number]>;
  wilayah!: Table<WilayahRow, [string, string, string]>;
  app_metadata!: Table<MetadataRow, [string, string]>;
  journal!: Table<JournalEntry, number, NewJournalEntry>;

  constructor(name = DATABASE_NAME, options: DexieOptions = {}) {
    super(name, options);
    this.version(1).stores({
      persons: "id",
      device: "key",
      kegiatans: "[person+id], person",
      forms: "[person+kegiatan+version]",
      // Lists read by status; dashboards count both.
      assignments: "[person+id], [person+kegiatan+status], [person+kegiatan+local]",
      answers: "[person+assignment], [person+kegiatan]",
      drafts: "[person+assignment], [person+kegiatan]",
      // seq is the order of sending; rows of one index key come in it.
      operations: "++seq, &[person+id], [person+state], [person+assignment], [person+kegiatan]",
      attachments: "[person+id], [person+state], [person+assignment]",
      files: "[person+id]",
      masters: "[type+version]",
      wilayah: "[person+kegiatan+code]",
      app_metadata: "[person+key]",
      journal: "++seq, person",
    });
    // Which versions of the form the answers here were given in, without reading ten thousand of them.
    this.version(2).stores({ answers: "[person+assignment], [person+kegiatan], [person+kegiatan+form_version_used]" });
    // Another tab brings a newer app: let it migrate, and open again when this tab asks for something.
    this.on("versionchange", () => {
      this.close({ disableAutoOpen: false });
      return false; // Dexie's own handler would do the same and warn in the console
    });
  }
}

/** Tables whose rows belong to a person, with the index that finds them. */
export const TABLES_OF_A_PERSON = [
  "kegiatans",
  "forms",
  "assignments",
  "answers",
  "drafts",
  "operations",
  "attachments",
  "files",
  "wilayah",
  "app_metadata",
  "journal",
] as const;
