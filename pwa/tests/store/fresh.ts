/** A store on an empty database in memory, with somebody signed in and a few units. */

import { IDBFactory, IDBKeyRange } from "fake-indexeddb";

import { vi } from "vitest";

import { createStore } from "@/store/create";
import { CerdasDatabase } from "@/store/database";
import type { Store } from "@/store/interface";
import type { ServerAssignment } from "@/store/port";
import type { JsonObject } from "@/store/types";

// machines are busy when all tests run
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });
export const ANI = "ani";
export const K = "k1";

export interface Fresh {
  store: Store;
  db: CerdasDatabase;
  idb: IDBFactory;
  time: { now: number };
}

export function openStore(idb = new IDBFactory(), time = { now: 1_000_000 }): Fresh {
  const db = new CerdasDatabase("cerdas", { indexedDB: idb, IDBKeyRange });
  let ids = 0;
  const store = createStore(db, { now: () => time.now, newId: () => `id-${(ids += 1)}` });
  return { store, db, idb, time };
}

export function unitOf(id: string, response: Partial<ServerAssignment["response"]> = {}): ServerAssignment {
  return {
    id,
    rev: `${id}-1`,
    kegiatan: K,
    satker: "s1",
    label: `Keluarga ${id}`,
    level_1_code: "61", level_2_code: "04", level_3_code: "080", level_4_code: "001", level_5_code: "0001",
    level_6_code: null, level_4_code_full: "6104080001", level_6_code_full: null, region_code: "61040800010001",
    prefilled_data: null,
    ppl: { id: ANI, name: "Ani" },
    pml: { id: "citra", name: "Citra" },
    response: {
      status: "Assigned", version: 1, form_version_used: 1, responses: null, visit_outcome: "", notes: "",
      comments: [], check: { state: "none", version: null, errors: [], warnings: [] }, missing_attachments: [],
      submitted_by_ppl_at: null, reviewed_by_pml_at: null, reviewed_by_admin_at: null,
      ...response,
    },
  };
}

/** Sign in and fill the phone as a pull would. */
export async function fill(store: Store, units: ServerAssignment[], person = ANI): Promise<void> {
  await store.personSignIn({
    id: person, name: person, email: `${person}@uji.example`, avatar: null, is_super_admin: false,
    satker: { id: "s1", code: "6104", name: "Mempawah" },
    session: { state: "signed_in", token: "t", expires_at: "2027-01-01T00:00:00Z" },
  });
  await store.port.kegiatanApply({
    person,
    kegiatan: [
      {
        id: K, name: "Listing", year: 2026, start_date: "2026-01-01", end_date: "2026-12-31",
        extended_end_date: null, form_version: 1, allow_new_assignments: true, satker: "s1", roles: ["PPL", "PML"],
      },
    ],
  });
  await store.port.pageApply({
    person, kegiatan: K, cursor: null, now: 1,
    page: {
      cursor: "c1", more: false, reset: false, form_version: 1, masters: [], wilayah: {}, assignments: units, removed: [],
    },
  });
}

export async function typed(store: Store, assignment: string, answers: JsonObject): Promise<void> {
  await store.draftOpen({ person: ANI, assignment, role: "PPL", form_version: 1 });
  await store.draftSave({ person: ANI, assignment, answers });
}

/** The next page of changes; the cursor goes on from where `fill` or the last page left it. */
export async function next(store: Store, assignments: ServerAssignment[], removed: string[] = []): Promise<void> {
  const cursor = (await store.kegiatanGet({ person: ANI, kegiatan: K }))?.cursor ?? null;
  await store.port.pageApply({
    person: ANI, kegiatan: K, cursor, now: 2,
    page: {
      cursor: `${cursor}+`, more: false, reset: false, form_version: 1, masters: [], wilayah: {}, assignments, removed,
    },
  });
}

/** The server takes everything that waits; `unit` is the row as it then is. */
export async function taken(store: Store, unit: ServerAssignment, outcome: "applied" | "conflict" | "refused" = "applied"): Promise<void> {
  const now = 1_000_000;
  const batch = await store.port.batchTake({ person: ANI, now, max_operations: 50, max_bytes: 1_000_000 });
  await store.port.outcomesApply({
    person: ANI, now, backoff: () => 1,
    outcomes: (batch?.operations ?? []).map(({ id }) => ({
      id, outcome, code: "", message: "", details: {}, assignment: unit,
    })),
  });
}
