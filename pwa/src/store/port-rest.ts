/** Uploads, journal, clock, lease and tidying. */

import { type Context, reading, writing } from "./context";
import { type SyncPort, type Upload, type UploadOutcome } from "./port";
import { shared } from "./photos";
import { CLOCK_OFFSET, isDue } from "./queue";
import { isObject } from "./rows";
import { WORK_TABLES } from "./context";
import { unitMark } from "./work";

type Rest = Pick<
  SyncPort,
  | "uploadTake"
  | "uploadSettle"
  | "remoteKeep"
  | "journalAdd"
  | "tidy"
  | "clockOffset"
  | "clockOffsetSet"
  | "leaseTake"
  | "leaseEnd"
  | "personGet"
>;
const LEASE = "sync_lease";
const DAY_MS = 86_400_000;
const KEPT_DAYS = 7;
const JOURNAL_ENTRIES = 2_000;

export function rest(context: Context): Rest {
  const { db } = context;
  return {
    uploadTake: (key) => writing(context, WORK_TABLES, () => uploadTake(context, key)),
    uploadSettle: (key) => writing(context, WORK_TABLES, () => uploadSettle(context, key)),
    remoteKeep: (photo) => remoteKeep(context, photo),
    journalAdd: ({ person, at, kind, facts }) =>
      writing(context, ["journal"], async () => {
        await db.journal.add({ person, at, kind, facts: facts ?? {} });
      }),
    tidy: (key) => writing(context, ["operations", "journal"], () => tidy(context, key)),
    clockOffset: () =>
      reading(context, ["device"], async () => {
        const value = (await db.device.get(CLOCK_OFFSET))?.value;
        return typeof value === "number" ? value : 0;
      }),
    clockOffsetSet: (ms) =>
      writing(context, ["device"], async () => {
        await db.device.put({ key: CLOCK_OFFSET, value: ms });
      }),
    leaseTake: ({ holder, now, until }) =>
      writing(context, ["device"], async () => {
        const lease = (await db.device.get(LEASE))?.value;
        const ends = isObject(lease) ? Number(lease["until"]) : now;
        // a lease far beyond the one wished for was taken before the clock was set back
        const isOver = ends <= now || ends > until + (until - now);
        const isFree = !isObject(lease) || lease["holder"] === holder || isOver;
        if (isFree) await db.device.put({ key: LEASE, value: { holder, until } });
        return isFree;
      }),
    leaseEnd: (holder) =>
      writing(context, ["device"], async () => {
        const lease = (await db.device.get(LEASE))?.value;
        if (isObject(lease) && lease["holder"] === holder) await db.device.delete(LEASE);
      }),
    personGet: (id) => reading(context, ["persons"], async () => (await db.persons.get(id)) ?? null),
  };
}

async function uploadTake(
  context: Context,
  key: { person: string; now: number; except: string[] },
): Promise<Upload | null> {
  const { db } = context;
  const { person, now } = key;
  const candidates = await db.attachments.where("[person+state]").anyOf([[person, "queued"], [person, "parked"]]).toArray();
  for (const row of candidates.sort((a, b) => a.taken_at - b.taken_at)) {
    if (key.except.includes(row.id) || !row.is_here) continue;
    if (row.state === "queued" && !isDue(row.next_attempt_at, now)) continue;
    // the office may have applied it since; asking means sending it again, so once a day
    if (row.state === "parked" && row.asked_at > now - DAY_MS && row.asked_at <= now) continue;
    if (await hasAnswersAhead(context, person, row.assignment)) continue;
    const file = await db.files.get([person, row.id]);
    if (file === undefined) {
      await db.attachments.put({ ...row, is_here: false });
      continue;
    }
    const attempts = row.attempts + 1;
    if (row.state === "queued") {
      await db.attachments.put({ ...shared(row), attempts, state: "sending", since_at: now });
    }
    const { id, assignment, kegiatan, name, type, sha256 } = row;
    return { id, assignment, kegiatan, name, type, sha256, attempts, blob: new Blob([file.bytes], { type }) };
  }
  return null;
}

/** The unit must be known to the server first, and answers go before photos. */
async function hasAnswersAhead({ db }: Context, person: string, assignment: string): Promise<boolean> {
  const rows = await db.operations.where("[person+assignment]").equals([person, assignment]).toArray();
  return rows.some(
    ({ state, type }) =>
      state === "queued" || state === "sending" || (type === "create" && state === "refused"),
  );
}

async function uploadSettle(
  context: Context,
  key: { person: string; id: string; now: number } & UploadOutcome,
): Promise<void> {
  const { db } = context;
  const row = await db.attachments.get([key.person, key.id]);
  if (row === undefined || (row.state !== "sending" && row.state !== "parked")) return;
  switch (key.as) {
    case "uploaded":
      await db.attachments.put({ ...shared(row), state: "uploaded", uploaded_at: key.now });
      break;
    case "parked":
      await db.attachments.put({ ...shared(row), state: "parked", code: key.code, message: key.message, asked_at: key.now });
      break;
    case "refused":
      await db.attachments.put({ ...shared(row), state: "refused", code: key.code, message: key.message, refused_at: key.now });
      break;
    case "queued": {
      if (row.state === "parked") break;
      const { next_attempt_at, code, message } = key;
      await db.attachments.put({ ...shared(row), state: "queued", next_attempt_at, code, message });
    }
  }
  await unitMark(context, key.person, row.assignment);
}

async function remoteKeep(context: Context, photo: Parameters<SyncPort["remoteKeep"]>[0]): Promise<void> {
  const { db } = context;
  const { person, id, blob, ...facts } = photo;
  const thumb = photo.thumb === null ? null : await photo.thumb.arrayBuffer();
  const bytes = blob === null ? null : await blob.arrayBuffer();
  await writing(context, ["attachments", "files"], async () => {
    const known = await db.attachments.get([person, id]);
    if (known !== undefined && known.state !== "remote") {
      if (known.thumb === null && thumb !== null) await db.attachments.put({ ...known, thumb });
      return;
    }
    if (bytes !== null) await db.files.put({ person, id, bytes });
    await db.attachments.put({
      ...facts,
      person,
      id,
      name: "",
      size_bytes: bytes?.byteLength ?? known?.size_bytes ?? 0,
      sha256: known?.sha256 ?? "",
      thumb: thumb ?? known?.thumb ?? null,
      is_here: bytes !== null || known?.is_here === true,
      taken_at: known?.taken_at ?? context.now(),
      attempts: 0,
      state: "remote",
    });
  });
}

/** What ended long ago goes. A photo that was never sent stays with its unit: its question may come back. */
async function tidy(context: Context, { person, now }: { person: string; now: number }): Promise<void> {
  const { db } = context;
  const oldest = now - KEPT_DAYS * DAY_MS;
  await db.operations
    .where("[person+state]")
    .equals([person, "accepted"])
    .filter((row) => row.state === "accepted" && row.accepted_at < oldest)
    .delete();
  const entries = await db.journal.where("person").equals(person).primaryKeys();
  await db.journal.bulkDelete(entries.slice(0, Math.max(0, entries.length - JOURNAL_ENTRIES)));
}
