/**
 * A phone without a screen: the app's own store and sync in Node, told what to do line by line.
 *
 * Reads {do, ...} as JSON lines from stdin and answers each with a JSON line. The database is in memory
 * and outlives `restart`, which stands for a killed browser. Run by tests/scenarios/device.py.
 */

import { createInterface } from "node:readline";

import { IDBFactory, IDBKeyRange } from "fake-indexeddb";

import { createStore } from "@/store/create";
import { CerdasDatabase } from "@/store/database";
import type { Store, Submission } from "@/store/interface";
import type { JsonObject } from "@/store/types";
import { type SyncCore, createSync } from "@/sync/create";

interface Command {
  do: string;
  [field: string]: unknown;
}

const idb = new IDBFactory();
let base = process.argv[2] ?? "";
let db: CerdasDatabase;
let store: Store;
let sync: SyncCore;
/** Milliseconds that the phone's clock has gone on, for the end of back-offs. */
let ahead_ms = 0;

function boot(): void {
  db = new CerdasDatabase("cerdas", { indexedDB: idb, IDBKeyRange });
  const now = (): number => Date.now() + ahead_ms;
  store = createStore(db, { now });
  sync = createSync({
    store,
    now,
    fetch: (request) => fetch(request),
    after: (ms, work) => {
      const timer = setTimeout(work, ms);
      return () => clearTimeout(timer);
    },
    random: () => 0,
    base,
    language: () => "id",
    isOnline: () => true,
    alone: (work) => work(() => true),
    tell: () => undefined,
  });
}

async function person(): Promise<string> {
  const current = await store.personCurrent();
  if (current === null) throw new Error("nobody is signed in");
  return current.id;
}

const DEEDS: Record<string, (command: Command) => unknown> = {
  base: ({ url }) => {
    base = String(url);
    boot();
    return null;
  },
  restart: () => {
    db.close({ disableAutoOpen: true });
    boot();
    return null;
  },
  wait: ({ seconds }) => {
    ahead_ms += Number(seconds) * 1000;
    return null;
  },
  sign_in: async ({ email, password }) => {
    const answer = await sync.signIn({ email: String(email), password: String(password) });
    return { kind: answer.kind };
  },
  sync: async () => sync.now({ reason: "manual" }),
  resync: async () => sync.resync(),
  units: async ({ kegiatan }) => store.assignmentList({ person: await person(), kegiatan: String(kegiatan) }),
  unit: async ({ unit }) => store.assignmentGet({ person: await person(), assignment: String(unit) }),
  forms: async ({ kegiatan }) =>
    (await store.formGet({ person: await person(), kegiatan: String(kegiatan) }))?.version ?? null,
  open: async ({ unit, role }) =>
    store.draftOpen({
      person: await person(), assignment: String(unit), role: role === "PML" ? "PML" : "PPL", form_version: 1,
    }),
  save: async ({ unit, answers }) =>
    store.draftSave({ person: await person(), assignment: String(unit), answers: answers as JsonObject }),
  draft: async ({ unit }) => store.draftGet({ person: await person(), assignment: String(unit) }),
  submit: async ({ unit, answers }) => store.draftSubmit(await submission(String(unit), answers as JsonObject)),
  photo: async ({ unit, base64 }) =>
    store.photoAdd({
      person: await person(), assignment: String(unit), thumb: null, name: "depan.png",
      blob: new Blob([Buffer.from(String(base64), "base64")], { type: "image/png" }),
    }),
  photos: async () => store.photoList({ person: await person() }),
  create: async ({ kegiatan, label, levels }) =>
    store.unitCreate({
      person: await person(), kegiatan: String(kegiatan), label: String(label),
      levels: levels as (string | null)[], prefilled_data: null, form_version: 1,
    }),
  review: async (command) =>
    store.reviewQueue([
      { ...(command["action"] as Parameters<Store["reviewQueue"]>[0][number]), person: await person() },
    ]),
  operations: async () => store.operationList({ person: await person() }),
  conflict: async ({ unit }) => store.conflictGet({ person: await person(), assignment: String(unit) }),
  resolve: async ({ unit, answers }) =>
    store.conflictResolve({ choice: "send", ...(await submission(String(unit), answers as JsonObject)) }),
  journal: async () => store.journalList({ person: await person() }),
};

async function submission(assignment: string, answers: JsonObject): Promise<Submission> {
  return {
    person: await person(), assignment, answers, form_version: 1,
    visit_outcome: "selesai dicacah", label: typeof answers["nama_krt"] === "string" ? answers["nama_krt"] : "Unit",
  };
}

boot();
for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line) as Command;
  const deed = DEEDS[command.do];
  try {
    if (deed === undefined) throw new Error(`unknown: ${command.do}`);
    process.stdout.write(JSON.stringify({ ok: (await deed(command)) ?? null }) + "\n");
  } catch (error) {
    process.stdout.write(JSON.stringify({ error: String(error) }) + "\n");
  }
}
process.exit(0);
