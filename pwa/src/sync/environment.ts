/** What sync needs from the browser, so that tests can stand in for network, clock and chance. */

import type { Network } from "../api";
import type { Store } from "../store/interface";
import { WAIT_MOST_MS } from "../store/port";
import type { SyncStatus } from "./types";

export interface Environment extends Network {
  store: Store;
  now: () => number;
  /** 0 up to 1. */
  random: () => number;
  /** Origin of the server. */
  base: string;
  language: () => string;
  /** false: surely no network. */
  isOnline: () => boolean;
  /** Run alone among all tabs; isHeld: still so. */
  alone: <T>(work: (isHeld: () => boolean) => Promise<T>) => Promise<T>;
  /** Tell the other tabs. */
  tell: (status: SyncStatus) => void;
}

/** Limits of one request and times of waiting. */
export const LIMITS = {
  operations: 50,
  bytes: 1024 * 1024,
  page: 500,
  backoff_first_ms: 5_000,
  backoff_most_ms: 15 * 60_000,
  /** A refused operation that the server had a fault with. */
  backoff_most_of_operation_ms: WAIT_MOST_MS,
  /** How often parked work is asked about by itself. */
  parked_ms: 10 * 60_000,
  /** How often a phone looks for changes while it is open. */
  period_ms: 5 * 60_000,
} as const;

/** Exponential, with half of it left to chance, so that phones of a crew do not come all at once. */
export function backoff(attempt: number, random: () => number, most_ms: number): number {
  const full = Math.min(most_ms, LIMITS.backoff_first_ms * 2 ** Math.max(0, attempt - 1));
  return Math.round(full / 2 + (full / 2) * random());
}
