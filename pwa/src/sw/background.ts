/** Background Sync: what the browser learns of a sync that it began. */

import type { SyncProblem, SyncResult } from "../sync/types";

/** Trouble that passes with the network or the server; the browser tries again by itself. */
const PASSING: readonly SyncProblem[] = ["offline", "timeout", "not_our_server", "busy"];

/** Raise Error when the browser should try again later: an event that ends well is not repeated. */
export async function inBackground(now: () => Promise<SyncResult>): Promise<void> {
  const result = await now();
  if (result.ended === "stopped" && PASSING.includes(result.problem)) throw new Error(result.problem);
}
