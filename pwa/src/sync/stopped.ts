/** Why a sync cannot go on: no network, no sign-in, no room. Whatever was begun is whole or undone. */

import type { Answer } from "../api";
import { StoreError } from "../store/errors";
import type { SyncProblem } from "./types";

export class Stopped extends Error {
  constructor(
    readonly problem: SyncProblem,
    message = "",
    readonly retry_after_ms: number | null = null,
  ) {
    super(message);
  }
}

type Failed = Exclude<Answer<unknown>, { kind: "ok" | "not_modified" }>;

/** Return why a call that failed ends the sync. */
export function stoppedBy(answer: Failed): Stopped {
  switch (answer.kind) {
    case "offline":
      return new Stopped(answer.why === "timeout" ? "timeout" : "offline");
    case "busy":
      return new Stopped("busy", answer.message, answer.retry_after_ms);
    case "signed_out":
      return new Stopped("signed_out", answer.message);
    case "not_our_server":
      return new Stopped("not_our_server");
    case "too_large":
      return new Stopped("refused");
    case "refused":
      return new Stopped("refused", answer.message);
  }
}

/** Return why anything that was thrown ends the sync. */
export function asStopped(error: unknown): Stopped {
  if (error instanceof Stopped) return error;
  if (error instanceof StoreError) {
    return new Stopped(error.fault === "full" ? "storage_full" : "storage_fault", error.message);
  }
  return new Stopped("fault", error instanceof Error ? `${error.name}: ${error.message}` : String(error));
}
