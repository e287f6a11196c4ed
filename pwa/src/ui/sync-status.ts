/** What sync does now, for every screen: one subscription for the whole app. */

import { type ShallowRef, shallowRef } from "vue";

import { sync } from "@/sync";
import type { SyncStatus } from "@/sync/types";

const status = shallowRef<SyncStatus>(sync.status());
const online = shallowRef(navigator.onLine);
let listening = false;

/** Return the status of sync and whether the phone says that it has a network. */
export function useSyncStatus(): { status: Readonly<ShallowRef<SyncStatus>>; online: Readonly<ShallowRef<boolean>> } {
  if (!listening) {
    listening = true;
    sync.onStatus((now) => (status.value = now));
    addEventListener("online", () => (online.value = true));
    addEventListener("offline", () => (online.value = false));
    status.value = sync.status();
  }
  return { status, online };
}
