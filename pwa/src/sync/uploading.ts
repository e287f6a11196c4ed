/** Photos to the office, one by one, after the answers that name them. */

import type { Answer, StoredAttachment } from "../api";
import type { UploadOutcome } from "../store/port";
import { LIMITS, backoff } from "./environment";
import type { Run } from "./run";
import { Stopped, stoppedBy } from "./stopped";

/** Send every photo that may go now. Raises Stopped. */
export async function upload(run: Run): Promise<void> {
  const { port, person } = run;
  const backlog = await port.backlog({ person: person.id, now: run.now() });
  const except: string[] = [];
  for (;;) {
    await run.check();
    const file = await port.uploadTake({ person: person.id, now: run.now(), except });
    if (file === null) return;
    except.push(file.id);
    run.show({ phase: "uploading", done: except.length - 1, total: Math.max(backlog.attachments, except.length) });
    const answer = await run.api.attachmentPut(file, file.blob);
    const outcome = outcomeOf(run, answer, file.attempts);
    await port.uploadSettle({ person: person.id, id: file.id, now: run.now(), ...outcome });
    const code = "code" in outcome ? outcome.code : "";
    const kind = outcome.as === "uploaded" || outcome.as === "parked" ? "uploaded" : "upload_failed";
    await run.journal(kind, { photo: file.id, as: outcome.as, code, bytes: file.blob.size });
    if (outcome.as === "uploaded") run.counts.uploaded += 1;
    const stop = stopOf(answer);
    if (stop !== null) throw stop;
  }
}

function outcomeOf(run: Run, answer: Answer<StoredAttachment>, attempts: number): UploadOutcome {
  switch (answer.kind) {
    case "ok":
      return answer.status === 202
        ? { as: "parked", code: answer.value.reason, message: "" }
        : { as: "uploaded" };
    case "refused": {
      const reason: unknown = answer.details["reason"];
      const message = answer.code === "discarded" && typeof reason === "string" ? reason : answer.message;
      return { as: "refused", code: answer.code, message };
    }
    case "too_large":
      return { as: "refused", code: "too_large", message: "" };
    case "busy": {
      const wait = backoff(attempts, run.environment.random, LIMITS.backoff_most_of_operation_ms);
      return { as: "queued", next_attempt_at: run.now() + wait, code: answer.code, message: answer.message };
    }
    default:
      return { as: "queued", next_attempt_at: 0, code: answer.kind, message: "" };
  }
}

/** Damage on the way is this photo's alone; everything else ends the sync. */
function stopOf(answer: Answer<StoredAttachment>): Stopped | null {
  if (answer.kind === "ok" || answer.kind === "refused" || answer.kind === "too_large") return null;
  if (answer.kind === "not_modified") return new Stopped("not_our_server");
  if (answer.kind === "busy" && (answer.status === 400 || answer.status === 500)) return null;
  return stoppedBy(answer);
}
