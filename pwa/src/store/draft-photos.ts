/** Photos of what is typed: queued with its answers, taken back with them, never lost to the office. */

import type { Context } from "./context";
import { shared } from "./photos";
import { AT_ONCE } from "./queue";
import type { JsonObject, Operation } from "./types";
import { openOperations, photosOf } from "./work";

/**
 * Text in which the photos are named that the office counts on: those of its answers, of those that it
 * lacks, and of answers on their way, but for one operation.
 */
async function promised(
  context: Context,
  person: string,
  assignment: string,
  except: string | null,
): Promise<string> {
  const { db } = context;
  const answers = await db.answers.get([person, assignment]);
  const unit = await db.assignments.get([person, assignment]);
  const operations = await openOperations(context, person, assignment);
  const sent = operations.filter(({ id }) => id !== except).map(({ data }) => data);
  return JSON.stringify([answers?.responses ?? null, unit?.missing_attachments ?? [], sent]);
}

/** Delete photos of a unit that were taken and never queued; one that the office counts on is sent. */
export async function photosForget(context: Context, person: string, assignment: string): Promise<void> {
  const { db } = context;
  const photos = (await photosOf(context, person, assignment)).filter((photo) => photo.state === "draft");
  if (photos.length === 0) return;
  const named = await promised(context, person, assignment, null);
  const keys: [string, string][] = [];
  for (const photo of photos) {
    if (named.includes(photo.id)) await db.attachments.put({ ...shared(photo), state: "queued", ...AT_ONCE });
    else keys.push([person, photo.id]);
  }
  await db.attachments.bulkDelete(keys);
  await db.files.bulkDelete(keys);
}

/** The answers name their photos by id, wherever in them. */
export async function photosQueue(
  context: Context,
  person: string,
  assignment: string,
  answers: JsonObject,
): Promise<void> {
  const text = JSON.stringify(answers);
  for (const photo of await photosOf(context, person, assignment)) {
    if (photo.state === "draft" && text.includes(photo.id)) {
      await context.db.attachments.put({ ...photo, state: "queued", ...AT_ONCE });
    }
  }
}

/**
 * Photos of answers that are a draft again wait for their next submit; those that are gone are gone.
 * Photos that the office counts on without that operation go on.
 */
export async function photosUnqueue(context: Context, { person, assignment, id }: Operation): Promise<void> {
  const photos = (await photosOf(context, person, assignment)).filter(({ state }) => state === "queued");
  if (photos.length === 0) return;
  const named = await promised(context, person, assignment, id);
  for (const photo of photos) {
    if (!named.includes(photo.id)) await context.db.attachments.put({ ...shared(photo), state: "draft" });
  }
}
