/**
 * The office's side of the server model: people with roles, units, and the feed of who sees what.
 *
 * See fake-server.ts.
 */

import type { WireOperation } from "@/store/port";
import type { JsonObject, ResponseStatus, Role } from "@/store/types";

export interface ServerUnit {
  id: string;
  kegiatan: string;
  ppl: string;
  pml: string;
  label: string;
  region: string;
  status: ResponseStatus;
  version: number;
  responses: JsonObject | null;
  form_version_used: number;
  visit_outcome: string;
  notes: string;
  comments: { path: string; text: string; by: string; at: string }[];
  is_cancelled: boolean;
  prefilled_data: JsonObject | null;
}

export interface FeedRow {
  stamp: number;
  is_gone: boolean;
  was_ppl: boolean;
}

export interface Stored {
  hash: string;
  outcome: "applied" | "parked" | "discarded";
  version: number;
  code: string;
  reason: string;
  assignment: string;
  operation: WireOperation;
  user: string;
  kegiatan: string;
}

/** An operation that came, and what became of it. */
export interface Arrival {
  operation: WireOperation;
  result: { outcome: string; code?: string };
  /** The version that it was based on, where that is known. */
  base: number | null;
  /** Who wrote each version of its unit until then, by operation; the office's own as "office". */
  writers: string[];
}

export class FakeOffice {
  readonly arrivals: Arrival[] = [];
  /** Operations that something before the server said were too large: refused on the phone, never here. */
  readonly turnedAway = new Set<string>();
  /** {unit: who wrote each version, from the first}. */
  protected readonly writers = new Map<string, string[]>();
  readonly units = new Map<string, ServerUnit>();
  readonly files = new Map<string, { assignment: string; sha256: string; parked: string | null }>();
  /** {user: {kegiatan: roles}} */
  readonly roles = new Map<string, Map<string, Role[]>>();
  readonly tokens = new Map<string, string>();
  /** Every submit that reached answers, in order. */
  readonly submits: { operation: string; assignment: string; responses: JsonObject; user: string }[] = [];
  readonly names = new Map<string, string>();
  formVersion = 1;
  formColumns: string[] = ["responses.n"];
  masters: { type: string; version: number; checksum: string; size_bytes: number }[] = [];
  masterTexts = new Map<string, string>();
  isPeriodOpen = true;
  allowsNew = true;
  coverage = "6104";
  pageSize = 3;
  bodyLimit = 1_000_000;
  /** Operations that answer `retry` now. */
  busyOperation: (id: string) => boolean = () => false;
  now: () => number = () => 0;
  requests: string[] = [];
  protected stamp = 10;
  protected epoch = 1;
  protected readonly stored = new Map<string, Stored>();
  protected readonly feed = new Map<string, Map<string, FeedRow>>();
  protected readonly access = new Map<string, number>();

  // What the office does -------------------------------------------------------------------------

  person(id: string, name: string, roles: Record<string, Role[]>): string {
    this.names.set(id, name);
    this.roles.set(id, new Map(Object.entries(roles)));
    this.tokens.set(`token-${id}`, id);
    return `token-${id}`;
  }

  unit(given: Partial<ServerUnit> & Pick<ServerUnit, "id" | "kegiatan" | "ppl" | "pml">): ServerUnit {
    const unit: ServerUnit = {
      label: given.id,
      region: "61040800010001",
      status: "Assigned",
      version: 1,
      responses: null,
      form_version_used: 1,
      visit_outcome: "",
      notes: "",
      comments: [],
      is_cancelled: false,
      prefilled_data: null,
      ...given,
    };
    this.units.set(unit.id, unit);
    this.touch(unit);
    return unit;
  }

  reassign(id: string, ppl: string): void {
    const unit = this.the(id);
    unit.ppl = ppl;
    this.touch(unit);
  }

  cancel(id: string): void {
    const unit = this.the(id);
    unit.is_cancelled = true;
    this.touch(unit);
  }

  /** Give or take a role: everything is sent anew to that person. */
  setRoles(user: string, kegiatan: string, roles: Role[]): void {
    this.roles.get(user)?.set(kegiatan, roles);
    this.access.set(user, (this.access.get(user) ?? 0) + 1);
    for (const unit of this.units.values()) if (unit.kegiatan === kegiatan) this.touch(unit);
  }

  /** As after a restore from a dump. */
  feedReset(): void {
    this.epoch += 1;
  }

  parkedOperations(): Stored[] {
    return [...this.stored.values()].filter((row) => row.outcome === "parked");
  }

  discardedOperations(): Stored[] {
    return [...this.stored.values()].filter((row) => row.outcome === "discarded");
  }

  the(id: string): ServerUnit {
    const unit = this.units.get(id);
    if (unit === undefined) throw new Error(`no unit ${id}`);
    return unit;
  }

  /** Stamp the feed rows of everybody who sees the unit, or saw it. */
  touch(unit: ServerUnit): void {
    this.stamp += 1;
    for (const user of this.roles.keys()) {
      const rows = this.feed.get(user) ?? new Map<string, FeedRow>();
      this.feed.set(user, rows);
      const roles = this.rolesOn(user, unit);
      const isTheirs = roles.length > 0 && !unit.is_cancelled;
      const before = rows.get(unit.id);
      if (!isTheirs && before === undefined) continue;
      const was_ppl = (before?.was_ppl ?? false) || roles.includes("PPL");
      rows.set(unit.id, { stamp: this.stamp, is_gone: !isTheirs, was_ppl });
    }
  }

  protected rolesOn(user: string, unit: ServerUnit): Role[] {
    const held = this.roles.get(user)?.get(unit.kegiatan) ?? [];
    return held.filter((role) => (role === "PPL" && unit.ppl === user) || (role === "PML" && unit.pml === user));
  }

  /** As if the person had never been told that a unit left. */
  forget(user: string, id: string): void {
    this.feed.get(user)?.delete(id);
  }

  feedOf(user: string, kegiatan: string): Map<string, FeedRow> {
    const rows = this.feed.get(user) ?? new Map<string, FeedRow>();
    return new Map([...rows].filter(([id]) => this.the(id).kegiatan === kegiatan));
  }
}
