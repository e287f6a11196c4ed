/** The public face of sync/: bring work to the office and the office's changes here. */

import type { Answer } from "../api/answer";
import type { Attachment, OperationType, Person, PersonName, Role } from "../store/types";
import type { SyncReason, SyncResult, SyncStatus } from "./types";

export interface Invitation {
  id: string;
  satker: { id: string; code: string; name: string };
  kegiatan: { id: string; name: string } | null;
  role: Role;
  state: "waiting" | "accepted" | "declined" | "withdrawn";
  created_at: string;
}

export interface HistoryEntry {
  at: string;
  by: PersonName | null;
  from_status: string | null;
  to_status: string;
  notes: string | null;
  version: number;
}

export interface Area {
  code: string;
  level: number;
  name: string;
}

export interface Sync {
  /** Listen to network, visibility, timer and queue, and sync at once. Returns the way to stop. */
  start: () => () => void;
  /** Push, pull, fetch, upload. Calls while one runs share the next run. Never rejects. */
  now: (wish: { reason: SyncReason }) => Promise<SyncResult>;
  /** Fetch everything again, of one activity or all; unsent work survives. Confirm before. */
  resync: (wish?: { kegiatan?: string }) => Promise<SyncResult>;
  status: () => SyncStatus;
  /** Call back at every change of status, of any tab. Returns the way to stop. */
  onStatus: (listener: (status: SyncStatus) => void) => () => void;

  /** Sign in by email and password; the person becomes the current one and syncs. */
  signIn: (who: {
    email: string;
    password: string;
    otp?: string;
    device_name?: string;
  }) => Promise<Answer<Person>>;
  /** Whether the server signs people in with Google. */
  googleOffered: () => Promise<Answer<boolean>>;
  /** Begin a sign-in with Google; returns the address to open. next: where to go on in the app afterwards. */
  googleBegin: (next: string) => Promise<string>;
  /** End it with the code that the browser came back with; null: this phone did not ask for it. */
  googleEnd: (code: string) => Promise<Answer<{ person: Person; next: string }> | null>;
  /** End the token (when online) and the session here. forget: delete the person's rows too. */
  signOut: (options: { forget: boolean }) => Promise<void>;

  // Asked when online, for the current person ----------------------------------------------------

  allowedActions: (assignment: string) => Promise<Answer<OperationType[]>>;
  history: (assignment: string) => Promise<Answer<HistoryEntry[]>>;
  /** Areas directly below a region code; "" gives the provinces. */
  areasBelow: (prefix: string) => Promise<Answer<Area[]>>;
  invitations: () => Promise<Answer<Invitation[]>>;
  invitationAnswer: (id: string, answer: "accept" | "decline") => Promise<Answer<Invitation>>;
  /** A photo of a unit: from the phone, else from the server, and then kept (thumb) for later. */
  photoFetch: (photo: {
    assignment: string;
    id: string;
    size: "thumb" | "full";
  }) => Promise<Answer<Attachment>>;
  /** Get a form that is not on the phone yet (an old version, for review). */
  formFetch: (form: { kegiatan: string; version: number }) => Promise<Answer<null>>;
}
