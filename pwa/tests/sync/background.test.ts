/** The browser repeats a background sync only when it hears that it did not come through. */

import { expect, test } from "vitest";

import { inBackground } from "@/sw/background";
import type { SyncProblem, SyncResult } from "@/sync/types";

const stopped = (problem: SyncProblem): SyncResult => ({ ended: "stopped", problem, message: "" });

test.each(["offline", "timeout", "not_our_server", "busy"] as const)("%s is tried again", async (problem) => {
  await expect(inBackground(() => Promise.resolve(stopped(problem)))).rejects.toThrow(problem);
});

test.each<SyncResult>([
  { ended: "done", pushed: 1, pulled: 0, uploaded: 0 },
  { ended: "nobody" },
  stopped("signed_out"),
  stopped("refused"),
])("what another try does not mend is over: %o", async (result) => {
  await expect(inBackground(() => Promise.resolve(result))).resolves.toBeUndefined();
});
