/**
 * Brings work to the office and the office's changes here, by itself and on request.
 *
 * What each function does stands in interface.ts. Works in a page and in the service worker.
 */

import { store } from "../store";
import { createSync } from "./create";
import type { Sync } from "./interface";
import { leaseLock, webLock } from "./locks";
import type { SyncStatus } from "./types";

const CHANNEL = "cerdas-sync";
/** Background Sync tag; the service worker answers it with `sync.now({ reason: "background" })`. */
export const BACKGROUND_TAG = "cerdas-sync";

const clock = {
  now: () => Date.now(),
  after: (ms: number, work: () => void) => {
    const timer = setTimeout(work, ms);
    return () => {
      clearTimeout(timer);
    };
  },
};
const channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel(CHANNEL);

const core = createSync({
  ...clock,
  store,
  fetch: (request) => globalThis.fetch(request),
  random: () => Math.random(),
  base: typeof location === "undefined" ? "" : location.origin,
  language: () => (typeof document === "undefined" ? "id" : document.documentElement.lang),
  isOnline: () => typeof navigator === "undefined" || navigator.onLine,
  alone:
    typeof navigator !== "undefined" && "locks" in navigator
      ? webLock(navigator.locks)
      : leaseLock(store.port, clock, crypto.randomUUID()),
  tell: (status) => channel?.postMessage(status),
});
if (channel !== null) {
  channel.onmessage = (event: MessageEvent<SyncStatus>) => {
    core.heard(event.data);
  };
}

/** Listen to what may make a sync worth while. */
function start(): () => void {
  const online = (): void => void core.now({ reason: "online" });
  const visible = (): void => {
    if (document.visibilityState === "visible") void core.now({ reason: "visible" });
  };
  const stopQueued = store.onQueued(() => {
    void backgroundRegister();
    void core.now({ reason: "queued" });
  });
  addEventListener("online", online);
  document.addEventListener("visibilitychange", visible);
  const stopPeriod = core.period();
  void core.now({ reason: "start" });
  return () => {
    removeEventListener("online", online);
    document.removeEventListener("visibilitychange", visible);
    stopQueued();
    stopPeriod();
  };
}

interface WithBackgroundSync {
  sync?: { register: (tag: string) => Promise<void> };
}

/** Ask the browser to sync once there is a network, also when the app is closed. */
async function backgroundRegister(): Promise<void> {
  try {
    const registration = await navigator.serviceWorker?.getRegistration();
    await (registration as WithBackgroundSync | undefined)?.sync?.register(BACKGROUND_TAG);
  } catch {
    // not every browser has it, and some ask for a permission: the next start of the app does the same
  }
}

export const sync: Sync = { ...core, start };

export type { Answer } from "../api/answer";
export type * from "./interface";
export type * from "./types";
