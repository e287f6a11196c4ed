/** How the server model judges operations: repeats, conflicts, parking, workflow. See fake-server.ts. */

import { createHash } from "node:crypto";

import type { WireOperation } from "@/store/port";
import { canonicalText } from "@/store/rows";
import { FILLABLE, type JsonObject, type ResponseStatus, type Role } from "@/store/types";

import { FakeOffice, type ServerUnit, type Stored } from "./fake-office";

export interface Result {
  outcome: "applied" | "duplicate" | "conflict" | "parked" | "refused" | "retry";
  code?: string;
  details?: JsonObject;
}

const FIELD_WORK = ["submit", "create"];

export class FakeJudge extends FakeOffice {
  /** The office decides about everything it keeps. */
  decide(apply: (row: Stored) => boolean): void {
    const order = (row: Stored): number => (row.operation.type === "create" ? 0 : 1);
    for (const row of this.parkedOperations().sort((a, b) => order(a) - order(b))) {
      if (row.outcome !== "parked") continue;
      if (!apply(row)) {
        row.outcome = "discarded";
        row.reason = "not needed";
        continue;
      }
      const { operation } = row;
      if (operation.type === "create") {
        if (!this.units.has(row.assignment)) this.makeUnit(row.user, row.kegiatan, operation);
        row.version = 1;
      } else {
        const unit = this.units.get(row.assignment);
        if (unit === undefined) {
          row.outcome = "discarded";
          row.reason = "its unit was discarded";
          continue;
        }
        this.writeSubmit(unit, row.user, operation);
        this.writers.get(unit.id)?.splice(-1, 1, "office"); // which the phone does not know of
        row.version = unit.version;
      }
      row.outcome = "applied";
    }
    for (const file of this.files.values()) file.parked = null;
  }

  protected judge(user: string, kegiatan: string, operation: WireOperation, earlier: Map<string, Result>): Result {
    const before = operation.after === undefined ? undefined : this.stored.get(`${user} ${operation.after}`);
    const base = operation.base_version ?? (before?.outcome === "applied" ? before.version : null);
    const writers = [...(this.writers.get(operation.assignment) ?? [])];
    const result = this.judgement(user, kegiatan, operation, earlier);
    this.arrivals.push({ operation, result, base, writers });
    return result;
  }

  private judgement(user: string, kegiatan: string, operation: WireOperation, earlier: Map<string, Result>): Result {
    if (this.busyOperation(operation.id)) return { outcome: "retry", code: "retry" };
    const repeat = this.repeat(user, operation);
    if (repeat !== null) return repeat;
    const result = this.decideOne(user, kegiatan, operation, earlier);
    if (result.outcome === "parked") this.store(user, kegiatan, operation, "parked", 0, result.code ?? "");
    return result;
  }

  private repeat(user: string, operation: WireOperation): Result | null {
    const stored = this.stored.get(`${user} ${operation.id}`);
    if (stored === undefined) return null;
    if (stored.hash !== hashOf(operation)) return { outcome: "refused", code: "operation_id_reused" };
    if (stored.outcome === "applied") return { outcome: "duplicate" };
    if (stored.outcome === "parked") return { outcome: "parked", code: stored.code };
    return { outcome: "refused", code: "discarded", details: { reason: stored.reason } };
  }

  private store(
    user: string, kegiatan: string, operation: WireOperation,
    outcome: Stored["outcome"], version: number, code = "",
  ): void {
    this.stored.set(`${user} ${operation.id}`, {
      hash: hashOf(operation), outcome, version, code, reason: "",
      assignment: operation.assignment, operation, user, kegiatan,
    });
  }

  private decideOne(user: string, kegiatan: string, operation: WireOperation, earlier: Map<string, Result>): Result {
    const unit = this.units.get(operation.assignment);
    const isField = FIELD_WORK.includes(operation.type);
    if (operation.type === "create") return this.create(user, kegiatan, operation);
    if (unit === undefined) {
      const isKept = this.parkedOperations().some(
        (row) => row.user === user && row.assignment === operation.assignment,
      );
      if (!isField || (operation.after === undefined && !isKept)) return refused("not_found");
      return this.base(user, operation, earlier, true) as Result;
    }
    const row = this.feed.get(user)?.get(unit.id);
    const roles = this.rolesOn(user, unit);
    const was_ppl = row?.was_ppl ?? false;
    const isVisible = (isField && was_ppl) || roles.length > 0 || (row !== undefined && !row.is_gone);
    if (!isVisible) return refused("not_found");
    const base = this.base(user, operation, earlier, isField && was_ppl);
    const isLost = isField && (!roles.includes("PPL") || unit.is_cancelled);
    const why = unit.is_cancelled ? "cancelled" : unit.ppl === user ? "role_gone" : "reassigned";
    if (typeof base !== "number") return isLost && base.code === "predecessor_failed" ? parked(why) : base;
    if (isLost) return parked(why);
    const needed: Role = ["open", "submit"].includes(operation.type) ? "PPL" : "PML";
    if (!isField && !roles.includes(needed)) return refused("not_allowed");
    if (base !== unit.version) return { outcome: "conflict", code: "conflict", details: { version: unit.version } };
    return this.act(user, kegiatan, unit, operation);
  }

  private base(
    user: string, operation: WireOperation, earlier: Map<string, Result>, isKept: boolean,
  ): number | Result {
    if (operation.after === undefined) {
      return this.units.has(operation.assignment) ? (operation.base_version ?? -1) : parked("predecessor_failed");
    }
    const before = this.stored.get(`${user} ${operation.after}`);
    if (before?.outcome === "applied" && before.assignment === operation.assignment) return before.version;
    const result = earlier.get(operation.after);
    if (result?.outcome === "conflict" || result?.outcome === "retry") return result;
    return isKept ? parked("predecessor_failed") : refused("predecessor_failed");
  }

  private create(user: string, kegiatan: string, operation: WireOperation): Result {
    if (this.units.has(operation.assignment)) return refused("id_taken");
    if (!(this.roles.get(user)?.get(kegiatan) ?? []).includes("PPL")) return parked("role_gone");
    if (!this.allowsNew) return parked("new_units_not_allowed");
    if (!this.isPeriodOpen) return parked("period_closed");
    const described = operation.data["assignment"] as JsonObject;
    const region = [1, 2, 3, 4, 5].map((n) => textOf(described, `level_${n}_code`)).join("");
    if (!region.startsWith(this.coverage)) return refused("outside_wilayah");
    this.makeUnit(user, kegiatan, operation);
    this.store(user, kegiatan, operation, "applied", 1);
    this.followers(user, operation.id);
    return { outcome: "applied" };
  }

  private makeUnit(user: string, kegiatan: string, operation: WireOperation): void {
    const described = operation.data["assignment"] as JsonObject;
    const pml = [...this.roles].find(([, roles]) => roles.get(kegiatan)?.includes("PML"))?.[0] ?? user;
    this.unit({ id: operation.assignment, kegiatan, ppl: user, pml, label: textOf(described, "label") });
  }

  /** Work that overtook its predecessor. */
  private followers(user: string, leader: string): void {
    const before = this.stored.get(`${user} ${leader}`);
    for (const row of this.parkedOperations()) {
      const unit = this.units.get(row.assignment);
      const fits =
        row.user === user && row.operation.after === leader && row.operation.type === "submit" &&
        unit?.version === before?.version;
      if (!fits || unit === undefined || !this.isPeriodOpen || !FILLABLE.includes(unit.status)) continue;
      this.writeSubmit(unit, user, row.operation);
      row.outcome = "applied";
      row.version = unit.version;
    }
  }

  private act(user: string, kegiatan: string, unit: ServerUnit, operation: WireOperation): Result {
    const { type, data } = operation;
    const isField = type === "submit";
    const sources: Record<string, readonly ResponseStatus[]> = {
      open: ["Assigned"],
      submit: FILLABLE,
      edit: ["Submitted by PPL"],
      approve: ["Submitted by PPL"],
      reject: ["Submitted by PPL"],
      revert_approval: ["Approved by PML"],
    };
    if (!(sources[type] ?? []).includes(unit.status)) return isField ? parked("wrong_status") : refused("wrong_status");
    if (!this.isPeriodOpen && (type === "open" || isField)) {
      return isField ? parked("period_closed") : refused("period_closed");
    }
    if (type === "submit") this.writeSubmit(unit, user, operation);
    else {
      if (type === "open") unit.status = "Opened";
      if (type === "approve") unit.status = "Approved by PML";
      if (type === "revert_approval") unit.status = "Submitted by PPL";
      if (type === "reject") {
        unit.status = "Rejected by PML";
        unit.notes = textOf(data, "notes");
      }
      if (type === "edit") unit.responses = { ...unit.responses, ...(data["responses"] as JsonObject) };
      this.versionNext(unit, operation.id);
      this.touch(unit);
    }
    this.store(user, kegiatan, operation, "applied", unit.version);
    this.followers(user, operation.id);
    return { outcome: "applied" };
  }

  private versionNext(unit: ServerUnit, writer: string): void {
    const writers = this.writers.get(unit.id) ?? [];
    while (writers.length < unit.version) writers.push("office"); // the first, and what a test sets
    writers.push(writer);
    this.writers.set(unit.id, writers);
    unit.version += 1;
  }

  private writeSubmit(unit: ServerUnit, user: string, operation: WireOperation): void {
    const responses = operation.data["responses"] as JsonObject;
    this.submits.push({ operation: operation.id, assignment: unit.id, responses, user });
    unit.responses = structuredClone(responses);
    unit.form_version_used = Number(operation.data["form_version_used"]);
    unit.label = textOf(operation.data, "label");
    unit.status = "Submitted by PPL";
    this.versionNext(unit, operation.id);
    this.touch(unit);
  }
}

function hashOf(operation: WireOperation): string {
  return createHash("sha256").update(canonicalText(operation)).digest("hex");
}

function refused(code: string): Result {
  return { outcome: "refused", code };
}

function parked(code: string): Result {
  return { outcome: "parked", code };
}

function textOf(object: JsonObject, key: string): string {
  const value = object[key];
  return typeof value === "string" ? value : "";
}
