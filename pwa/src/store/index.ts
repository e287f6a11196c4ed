/**
 * The phone's own database, as functions on typed rows. Nothing else in the app touches IndexedDB.
 *
 * What each function does stands in interface.ts, what the rows are in types.ts.
 */

import { liveQuery } from "dexie";

import { createStore } from "./create";
import { CerdasDatabase } from "./database";

export const store = createStore(new CerdasDatabase());

export const {
  personCurrent,
  personGet,
  personList,
  personSignIn,
  personExpire,
  personSignOut,
  unsentCount,
  kegiatanList,
  kegiatanGet,
  formGet,
  masterGet,
  mastersReady,
  wilayahNames,
  assignmentList,
  assignmentTotal,
  assignmentGet,
  assignmentCounts,
  answersOf,
  draftOpen,
  draftGet,
  draftSave,
  draftDiscard,
  draftSubmit,
  draftEdit,
  submitWithdraw,
  unitCreate,
  unitDelete,
  reviewQueue,
  operationList,
  operationRetry,
  operationToDraft,
  operationDiscard,
  conflictGet,
  conflictResolve,
  photoAdd,
  photoGet,
  photoBlob,
  photoList,
  photoDelete,
  photoRetry,
  photosThin,
  preferencesGet,
  preferencesSave,
  metadataGet,
  metadataSet,
  journalList,
  onQueued,
} = store;

/** What a live query calls back with its results. */
export interface LiveResult<T> {
  subscribe: (observer: { next: (value: T) => void; error: (error: unknown) => void }) => {
    unsubscribe: () => void;
  };
}

/** Run a query now and again whenever rows that it read change, in this tab or another. */
export function live<T>(query: () => Promise<T>): LiveResult<T> {
  return liveQuery(query);
}

export { StoreError } from "./errors";
export { changedQuestions } from "./drafts";
export type * from "./interface";
export { FILLABLE, LOCAL_MARKS, STATUSES } from "./types";
export type * from "./types";
