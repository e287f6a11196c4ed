/** Why the phone's database did not do what was asked. */

import type { StoreFault } from "./types";

/** A step that failed as a whole: nothing of it was stored. `fault` says what to tell the person. */
export class StoreError extends Error {
  readonly fault: StoreFault;

  constructor(fault: StoreFault, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "StoreError";
    this.fault = fault;
  }
}

const FAULTS: Record<string, StoreFault> = {
  QuotaExceededError: "full",
  NS_ERROR_DOM_QUOTA_REACHED: "full",
  OpenFailedError: "unavailable",
  MissingAPIError: "unavailable",
  InvalidStateError: "unavailable",
  DatabaseClosedError: "unavailable",
  NotAllowedError: "unavailable",
  SecurityError: "unavailable",
  UpgradeError: "unavailable",
  VersionError: "unavailable",
  BlockedError: "blocked",
};

/** Return the StoreError of anything that IndexedDB or Dexie throws. */
export function storeError(error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  for (const name of namesOf(error)) {
    const fault = FAULTS[name];
    if (fault !== undefined) return new StoreError(fault, `The phone's database: ${name}`, { cause: error });
  }
  return new StoreError("unknown", `The phone's database: ${String(error)}`, { cause: error });
}

/** An aborted transaction hides the reason inside it. */
function namesOf(error: unknown): string[] {
  const names: string[] = [];
  let current: unknown = error;
  while (current instanceof Error && names.length < 5) {
    names.push(current.name);
    current = (current as { inner?: unknown }).inner ?? current.cause;
  }
  // The reason within matters more than the wrapper around it.
  return names.reverse();
}
