/** How much room the phone still has for this app, and the wish that the browser keep it. */

import { type Ref, onMounted, ref } from "vue";

export interface Storage {
  /** Bytes. null: the browser does not say. */
  used: number | null;
  left: number | null;
  /** The browser deletes nothing by itself. */
  isKept: boolean;
  level: "fine" | "low" | "full";
}

const LOW_BYTES = 300 * 1e6; // some hundred photos
const FULL_BYTES = 50 * 1e6;

/** Measure. Source of the numbers: the browser's own estimate. */
export async function storageLook(): Promise<Storage> {
  const { storage } = navigator;
  if (storage?.estimate === undefined) return { used: null, left: null, isKept: false, level: "fine" };
  const { usage = 0, quota = 0 } = await storage.estimate();
  const left = Math.max(0, quota - usage);
  const level = quota === 0 ? "fine" : left < FULL_BYTES ? "full" : left < LOW_BYTES ? "low" : "fine";
  return { used: usage, left, isKept: (await storage.persisted?.()) ?? false, level };
}

/** Ask the browser to keep what is stored; it may ask the person. Returns whether it will. */
export async function storageKeep(): Promise<boolean> {
  try {
    return (await navigator.storage?.persist?.()) ?? false;
  } catch {
    return false;
  }
}

/** Room as it was when the screen opened, and the way to look again. */
export function useStorage(): { storage: Ref<Storage | null>; look: () => Promise<void> } {
  const storage = ref<Storage | null>(null);
  const look = async (): Promise<void> => {
    storage.value = await storageLook();
  };
  onMounted(look);
  return { storage, look };
}
