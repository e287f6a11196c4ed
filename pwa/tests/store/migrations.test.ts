/** A newer app opens the database of an older one: work that was not sent is all there. */

import { Dexie } from "dexie";
import { IDBFactory, IDBKeyRange } from "fake-indexeddb";
import { expect, test } from "vitest";

import { CerdasDatabase } from "@/store/database";

import { ANI, fill, openStore, typed, unitOf } from "./fresh";

const VERSION_1 = {
  tables: {
    persons: "id",
    device: "key",
    kegiatans: "[person+id], person",
    forms: "[person+kegiatan+version]",
    assignments: "[person+id], [person+kegiatan+status], [person+kegiatan+local]",
    answers: "[person+assignment], [person+kegiatan]",
    drafts: "[person+assignment], [person+kegiatan]",
    operations: "++seq, &[person+id], [person+state], [person+assignment], [person+kegiatan]",
    attachments: "[person+id], [person+state], [person+assignment]",
    files: "[person+id]",
    masters: "[type+version]",
    wilayah: "[person+kegiatan+code]",
    app_metadata: "[person+key]",
    journal: "++seq, person",
  },
};
const PREVIOUS = {
  tables: { ...VERSION_1.tables, answers: "[person+assignment], [person+kegiatan], [person+kegiatan+form_version_used]" },
};

test("version 2 is as phones have it", () => {
  const db = new CerdasDatabase("x", { indexedDB: new IDBFactory(), IDBKeyRange });
  const shapes = Object.fromEntries(
    db.tables.map((table) => [
      table.name,
      [table.schema.primKey.src, ...table.schema.indexes.map(({ src }) => src)].join(", "),
    ]),
  );
  expect(shapes).toEqual(PREVIOUS.tables);
});

test("version 1 becomes version 2: work that was not sent stays, and the forms of its answers are known", async () => {
  const idb = new IDBFactory();
  const old = new Dexie("cerdas", { indexedDB: idb, IDBKeyRange });
  old.version(1).stores(VERSION_1.tables);
  const { store: filled, db: source } = openStore();
  await fill(filled, [
    unitOf("u1", { status: "Rejected by PML", version: 3, form_version_used: 2, responses: { n: "a" } }), unitOf("u2"),
  ]);
  await typed(filled, "u2", { n: "draf" });
  for (const table of source.tables) await old.table(table.name).bulkAdd(await table.toArray());
  source.close();
  old.close();

  const { store, db } = openStore(idb);
  expect((await store.draftGet({ person: ANI, assignment: "u2" }))?.answers).toEqual({ n: "draf" });
  expect(await store.operationList({ person: ANI })).toHaveLength(1);
  expect((await store.port.needs(ANI)).forms.map(({ version }) => version).sort()).toEqual([1, 2]);
  db.close();
});

test("the next version keeps drafts, queue and photos of this one", async () => {
  const { store, db, idb } = openStore();
  await fill(store, [unitOf("u1"), unitOf("u2")]);
  await typed(store, "u1", { n: "draf" });
  await typed(store, "u2", { n: "antre", foto: ["p1"] });
  const u2 = { person: ANI, assignment: "u2" };
  await store.photoAdd({ ...u2, blob: new Blob(["x"], { type: "image/jpeg" }), thumb: null, name: "f", id: "p1" });
  await store.draftSubmit({ ...u2, answers: { n: "antre", foto: ["p1"] }, form_version: 1, visit_outcome: "", label: "b" });
  db.close();

  // a later app: all tables as they are, and one more
  class NextDatabase extends CerdasDatabase {
    constructor() {
      super("cerdas", { indexedDB: idb, IDBKeyRange });
      this.version(99).stores({ something_new: "id" });
    }
  }
  const next = new NextDatabase();
  expect(await next.drafts.count()).toBe(2);
  expect((await next.operations.toArray()).map(({ type, state }) => `${type} ${state}`)).toEqual([
    "open queued", "open queued", "submit queued",
  ]);
  expect(await next.files.count()).toBe(1);
  next.close();

  // and an older app that somebody still has open in a cache reads them too
  const older = new Dexie("cerdas", { indexedDB: idb, IDBKeyRange });
  older.version(2).stores(PREVIOUS.tables);
  expect(await older.table("drafts").count()).toBe(2);
  older.close();
});

test("another tab with a newer app is not held up", async () => {
  const { store, db, idb } = openStore();
  await fill(store, [unitOf("u1")]);
  expect(db.isOpen()).toBe(true);
  class NextDatabase extends CerdasDatabase {
    constructor() {
      super("cerdas", { indexedDB: idb, IDBKeyRange });
      this.version(99).stores({ something_new: "id" });
    }
  }
  const next = new NextDatabase();
  expect(await next.assignments.count()).toBe(1);
  next.close();
});
