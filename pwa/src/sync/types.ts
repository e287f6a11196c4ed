/** What sync/ tells the screens. Words for all codes are in sync.i18n.json. */

/** Why a sync runs. `manual` does not wait for the back-off and asks about parked work again. */
export type SyncReason =
  | "start"
  | "timer"
  | "online"
  | "visible"
  | "queued"
  | "manual"
  | "background"
  | "signed_in"
  | "resync";

/** What a sync does at this moment, in numbers. */
export type SyncActivity =
  | { phase: "idle" }
  | { phase: "starting" }
  | { phase: "pushing"; done: number; total: number }
  /** kegiatan: its name; total: null while the server has not said how many there are. */
  | { phase: "pulling"; kegiatan: string; done: number }
  | { phase: "fetching"; what: "form" | "master"; name: string; size_bytes: number | null }
  | { phase: "uploading"; done: number; total: number };

/** Why the last sync did not come to its end. */
export type SyncProblem =
  | "offline"
  | "timeout"
  /** A captive portal or proxy answered instead of the server. */
  | "not_our_server"
  /** The server is busy or away for a while. */
  | "busy"
  | "signed_out"
  /** The server did not understand; a newer app may be needed. */
  | "refused"
  | "storage_full"
  | "storage_fault"
  | "fault";

export interface SyncStatus {
  activity: SyncActivity;
  /** message: what is wrong and what to do, in the language shown when it happened. */
  problem: { code: SyncProblem; message: string; at: number } | null;
  /** When the next try begins by itself; null: when something happens. */
  next_at: number | null;
  /** End of the last sync without a problem in this browser session; see Kegiatan.last_sync_at. */
  finished_at: number | null;
}

export type SyncResult =
  | { ended: "done"; pushed: number; pulled: number; uploaded: number }
  | { ended: "stopped"; problem: SyncProblem; message: string }
  /** Nobody is signed in. */
  | { ended: "nobody" };
