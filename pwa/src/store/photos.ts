/** Photos, signatures and files of units. The bytes lie in a table of their own: lists never load them. */

import { type Context, WORK_TABLES, found, reading, writing } from "./context";
import type { AttachmentRow } from "./database";
import { StoreError } from "./errors";
import type { NewPhoto, Store } from "./interface";
import { AT_ONCE } from "./queue";
import type { Attachment } from "./types";
import { unitMark } from "./work";

type Photos = Pick<
  Store,
  "photoAdd" | "photoGet" | "photoBlob" | "photoList" | "photoDelete" | "photoRetry" | "photosThin"
>;
const TABLES = ["attachments", "files"] as const;

export function photos(context: Context): Photos {
  const { db } = context;
  const change = (key: { person: string; id: string }, step: (row: AttachmentRow) => Promise<void>) =>
    writing(context, TABLES, async () => {
      await step(found(await db.attachments.get([key.person, key.id]), "photo"));
    });
  return {
    photoAdd: (photo) => photoAdd(context, photo),
    photoGet: ({ person, id }) =>
      reading(context, TABLES, async () => {
        const row = await db.attachments.get([person, id]);
        return row === undefined ? null : attachmentOf(row);
      }),
    photoBlob: ({ person, id }) =>
      reading(context, TABLES, async () => {
        const file = await db.files.get([person, id]);
        const row = await db.attachments.get([person, id]);
        return file === undefined || row === undefined ? null : new Blob([file.bytes], { type: row.type });
      }),
    photoList: (key) => photoList(context, key),
    photoDelete: (key) =>
      writing(context, WORK_TABLES, async () => {
        const row = await db.attachments.get([key.person, key.id]);
        const isSent = row?.state === "sending" || row?.state === "uploaded" || row?.state === "parked";
        if (row === undefined || isSent) return;
        await db.attachments.delete([key.person, key.id]);
        await db.files.delete([key.person, key.id]);
        // the last that held a unit that had left
        await unitMark(context, key.person, row.assignment);
      }),
    photoRetry: (key) =>
      change(key, async (row) => {
        if (row.state === "refused" || row.state === "queued") {
          await db.attachments.put({ ...shared(row), state: "queued", ...AT_ONCE });
        } else if (row.state === "parked") {
          await db.attachments.put({ ...row, asked_at: 0 });
        }
        context.queued(key.person);
      }),
    photosThin: (person) => photosThin(context, person),
  };
}

/** Return a row without what belongs to its state. */
export function shared(row: AttachmentRow): Omit<AttachmentRow, "state"> & { state?: never } {
  const { person, id, assignment, kegiatan, type, name, size_bytes, sha256, thumb, is_here, taken_at, attempts } =
    row;
  return { person, id, assignment, kegiatan, type, name, size_bytes, sha256, thumb, is_here, taken_at, attempts };
}

/** Return the row as the others see it. */
export function attachmentOf(row: AttachmentRow): Attachment {
  return {
    ...row,
    thumb: row.thumb === null ? null : new Blob([row.thumb], { type: "image/jpeg" }),
  };
}

export async function sha256Hex(bytes: ArrayBuffer): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function photoAdd(context: Context, photo: NewPhoto): Promise<string> {
  const { db, now, newId } = context;
  // nothing but the database may be awaited once the transaction has begun
  const bytes = await photo.blob.arrayBuffer();
  const thumb = photo.thumb === null ? null : await photo.thumb.arrayBuffer();
  const sha256 = await sha256Hex(bytes);
  const id = photo.id ?? newId();
  await writing(context, [...TABLES, "assignments"], async () => {
    const unit = found(await db.assignments.get([photo.person, photo.assignment]), "unit");
    if ((await db.attachments.get([photo.person, id])) !== undefined) {
      throw new StoreError("wrong_state", "A photo has this id already.");
    }
    await db.files.put({ person: photo.person, id, bytes });
    await db.attachments.put({
      person: photo.person,
      id,
      assignment: photo.assignment,
      kegiatan: unit.kegiatan,
      type: photo.blob.type || "application/octet-stream",
      name: photo.name,
      size_bytes: bytes.byteLength,
      sha256,
      thumb,
      is_here: true,
      taken_at: now(),
      attempts: 0,
      state: "draft",
    });
  });
  return id;
}

async function photoList(
  context: Context,
  key: { person: string; assignment?: string; unsent?: boolean },
): Promise<Attachment[]> {
  const { db } = context;
  return reading(context, TABLES, async () => {
    const rows =
      key.assignment === undefined
        ? db.attachments.where("[person+state]").between([key.person], [key.person, []])
        : db.attachments.where("[person+assignment]").equals([key.person, key.assignment]);
    const unsent: readonly string[] = ["queued", "sending", "parked", "refused"];
    return (await rows.toArray())
      .filter((row) => key.unsent !== true || unsent.includes(row.state))
      .sort((a, b) => a.taken_at - b.taken_at)
      .map(attachmentOf);
  });
}

async function photosThin(context: Context, person: string): Promise<number> {
  const { db } = context;
  return writing(context, TABLES, async () => {
    const rows = await db.attachments.where("[person+state]").equals([person, "uploaded"]).toArray();
    const here = rows.filter((row) => row.is_here);
    await db.files.bulkDelete(here.map((row): [string, string] => [person, row.id]));
    await db.attachments.bulkPut(here.map((row) => ({ ...row, is_here: false })));
    return here.reduce((sum, row) => sum + row.size_bytes, 0);
  });
}
