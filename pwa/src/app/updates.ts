/**
 * A newer app: fetched whole in the background, used only while nobody fills in a form.
 *
 * Taking it into use reloads every tab, so each tab with an open form holds a shared lock, and the
 * update begins with the exclusive one. Source: design, section 12.
 */

import { ref } from "vue";

import { router } from "@/app/router";

const EDITING = "cerdas.editing";
const LOOK_EVERY_MS = 60 * 60 * 1000;

/** A newer app is on the phone and waits. */
export const updateReady = ref(false);
let registration: ServiceWorkerRegistration | undefined;
let letGo: (() => void) | undefined;
let isReloadDue = false;

/** Register the service worker and follow its updates. */
export function updatesFollow(): void {
  if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
  router.afterEach((to) => editingHold(to.meta["edits"] === true));
  editingHold(router.currentRoute.value.meta["edits"] === true);
  const hadOne = navigator.serviceWorker.controller !== null;
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    if (hadOne) reloadWhenFree();
  });
  if (document.readyState === "complete") void register();
  else addEventListener("load", () => void register());
}

async function register(): Promise<void> {
  const base = import.meta.env.BASE_URL;
  try {
    registration = await navigator.serviceWorker.register(`${base}sw.js`, { scope: base });
  } catch {
    return; // offline at the first visit, or forbidden: the app works while it is open
  }
  const found = registration;
  const look = (): void => {
    updateReady.value = found.waiting !== null && navigator.serviceWorker.controller !== null;
  };
  found.addEventListener("updatefound", () => {
    found.installing?.addEventListener("statechange", look);
  });
  look();
  if (updateReady.value) void updateApply(); // it waited since the last time: nothing is open yet
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden" && updateReady.value) void updateApply();
  });
  setInterval(() => void found.update().catch(() => undefined), LOOK_EVERY_MS);
}

/** Take the newer app into use, in every tab. false: a form is open somewhere. */
export async function updateApply(): Promise<boolean> {
  const waiting = registration?.waiting;
  if (!waiting) return false;
  if (letGo !== undefined) return false;
  if (navigator.locks === undefined) {
    waiting.postMessage({ type: "use" });
    return true;
  }
  return navigator.locks.request(EDITING, { ifAvailable: true }, (lock) => {
    if (lock === null) return false;
    waiting.postMessage({ type: "use" });
    return true;
  });
}

/** Hold the lock while a form is open in this tab. */
function editingHold(isEditing: boolean): void {
  if (isEditing && letGo === undefined) {
    letGo = () => undefined;
    void navigator.locks?.request(EDITING, { mode: "shared" }, () => new Promise<void>((resolve) => {
      letGo = resolve;
    }));
  } else if (!isEditing && letGo !== undefined) {
    letGo();
    letGo = undefined;
    if (isReloadDue) location.reload();
  }
}

function reloadWhenFree(): void {
  isReloadDue = true;
  if (letGo === undefined) location.reload();
}
