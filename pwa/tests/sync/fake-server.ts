/**
 * An in-memory model of the server as docs/sync.md describes it: operations, feed, parking, photos.
 *
 * It remembers everything it did (`submits`), so that tests can ask whether what was typed arrived once.
 */

import { createHash } from "node:crypto";

import type { ServerAssignment, WireOperation } from "@/store/port";

import { FakeJudge, type Result } from "./fake-judge";
import type { ServerUnit } from "./fake-office";

interface Cursor {
  epoch: number;
  access: number;
  base: number;
  next_base: number | null;
  position: [number, string] | null;
  everything: boolean;
}

export class FakeServer extends FakeJudge {
  // HTTP -----------------------------------------------------------------------------------------

  async handle(request: Request): Promise<Response> {
    const url = new URL(request.url);
    const path = url.pathname.replace("/api/v1", "");
    this.requests.push(`${request.method} ${path}`);
    const bytes = new Uint8Array(await request.arrayBuffer());
    if (bytes.length > this.bodyLimit) return refusal(413, "too_large");
    const token = request.headers.get("Authorization")?.replace("Bearer ", "") ?? "";
    const user = this.tokens.get(token);
    if (user === undefined) return refusal(401, "not_authenticated");
    const [, area, id = "", what = "", extra = ""] = path.split("/");
    if (area === "kegiatan" && id === "") return this.kegiatanList(user);
    if (area === "kegiatan" && what === "changes") return this.changes(user, id, url.searchParams);
    if (area === "kegiatan" && what === "operations") return this.operations(user, id, bytes);
    if (area === "kegiatan" && what === "form") return this.form(id, Number(url.searchParams.get("version")));
    if (area === "masterdata") return json(200, JSON.parse(this.masterTexts.get(`${id} ${what}`) ?? "[]"));
    if (area === "assignments" && what === "attachments") return this.attachment(user, id, extra, request, bytes);
    return refusal(404, "not_found");
  }

  private kegiatanList(user: string): Response {
    const results = [...(this.roles.get(user) ?? [])]
      .filter(([, roles]) => roles.length > 0)
      .map(([id, roles]) => ({
        id, name: `Kegiatan ${id}`, year: 2026, start_date: "2026-01-01", end_date: "2026-12-31",
        extended_end_date: null, form_version: this.formVersion, allow_new_assignments: true,
        satker: "s1", roles, counts: {},
      }));
    return json(200, { results });
  }

  private form(kegiatan: string, version: number): Response {
    const columns = this.formColumns.map((key) => ({ key, label: key, type: "string" }));
    const schema = { pages: [], assignment_table_columns: columns, v: version };
    return json(200, { kegiatan, version, schema, checksum: `c${version}`, engine: null });
  }

  private changes(user: string, kegiatan: string, query: URLSearchParams): Response {
    if ((this.roles.get(user)?.get(kegiatan) ?? []).length === 0) return refusal(404, "not_found");
    const access = this.access.get(user) ?? 0;
    const limit = Math.min(Number(query.get("limit")), this.pageSize);
    const text = query.get("cursor");
    const start: Cursor = { epoch: this.epoch, access, base: 0, next_base: null, position: null, everything: true };
    let cursor = text === null ? start : (JSON.parse(atob(text)) as Cursor);
    let reset = false;
    if (cursor.epoch !== this.epoch || cursor.access !== access) {
      reset = true;
      cursor = start;
    }
    const [stamp, after] = cursor.position ?? [cursor.base, ""];
    const rows = [...this.feedOf(user, kegiatan)]
      .filter(([id, row]) => row.stamp > stamp || (row.stamp === stamp && id > after))
      .filter(([, row]) => !(cursor.everything && row.is_gone))
      .sort(([a, x], [b, y]) => x.stamp - y.stamp || (a < b ? -1 : 1));
    const more = rows.length > limit;
    const page = rows.slice(0, limit);
    // overlap is harmless: what was written last comes again
    const next_base = cursor.position === null ? this.stamp : (cursor.next_base ?? 0);
    const last = page.at(-1);
    const next: Cursor =
      more && last !== undefined
        ? { ...cursor, next_base, position: [last[1].stamp, last[0]] }
        : { epoch: this.epoch, access, base: next_base, next_base: null, position: null, everything: false };
    return json(200, {
      cursor: btoa(JSON.stringify(next)),
      more,
      reset,
      server_time: new Date(this.now()).toISOString(),
      form_version: this.formVersion,
      masters: this.masters,
      wilayah: { "61": "Kalimantan Barat", "6104": "Mempawah" },
      assignments: page.filter(([, row]) => !row.is_gone).map(([id]) => this.document(user, this.the(id))),
      removed: page.filter(([, row]) => row.is_gone).map(([id]) => id),
    });
  }

  document(user: string, unit: ServerUnit): ServerAssignment {
    const row = this.feed.get(user)?.get(unit.id);
    const named = JSON.stringify(unit.responses ?? {}).match(/photo-[\w-]+/g) ?? [];
    return {
      id: unit.id,
      rev: row === undefined || row.is_gone ? null : String(row.stamp),
      kegiatan: unit.kegiatan,
      satker: "s1",
      label: unit.label,
      level_1_code: "61", level_2_code: "04", level_3_code: "080", level_4_code: "001",
      level_5_code: "0001", level_6_code: null, level_4_code_full: "6104080001", level_6_code_full: null,
      region_code: unit.region,
      prefilled_data: unit.prefilled_data,
      ppl: { id: unit.ppl, name: this.names.get(unit.ppl) ?? "" },
      pml: { id: unit.pml, name: this.names.get(unit.pml) ?? "" },
      response: {
        status: unit.status,
        version: unit.version,
        form_version_used: unit.form_version_used,
        responses: structuredClone(unit.responses),
        visit_outcome: unit.visit_outcome,
        notes: unit.notes,
        comments: unit.comments,
        check: { state: "none", version: null, errors: [], warnings: [] },
        missing_attachments: named.filter((id) => !this.files.has(id)),
        submitted_by_ppl_at: null,
        reviewed_by_pml_at: null,
        reviewed_by_admin_at: null,
      },
    };
  }

  private operations(user: string, kegiatan: string, bytes: Uint8Array): Response {
    const body = JSON.parse(new TextDecoder().decode(bytes)) as { operations: WireOperation[] };
    const results = new Map<string, Result>();
    for (const operation of body.operations) {
      results.set(operation.id, this.judge(user, kegiatan, operation, results));
    }
    return json(200, {
      server_time: new Date(this.now()).toISOString(),
      results: body.operations.map((operation) => {
        const result = results.get(operation.id);
        const unit = this.units.get(operation.assignment);
        const row = this.feed.get(user)?.get(operation.assignment);
        const isShown = unit !== undefined && row !== undefined && !row.is_gone && result?.outcome !== "retry";
        return {
          id: operation.id,
          outcome: result?.outcome,
          code: result?.code ?? "",
          message: "",
          details: result?.details ?? {},
          assignment: isShown ? this.document(user, unit) : null,
        };
      }),
    });
  }

  private attachment(user: string, assignment: string, id: string, request: Request, bytes: Uint8Array): Response {
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    const announced = /sha-256=:(.*):/.exec(request.headers.get("Repr-Digest") ?? "")?.[1] ?? "";
    if (Buffer.from(announced, "base64").toString("hex") !== sha256) return refusal(400, "digest_mismatch", true);
    const known = this.files.get(id);
    if (known !== undefined) {
      if (known.sha256 !== sha256 || known.assignment !== assignment) return refusal(409, "other_bytes");
      if (known.parked !== null) return json(202, { code: "parked", reason: known.parked, sha256 });
      return json(200, { code: "stored", reason: "", sha256 });
    }
    const unit = this.units.get(assignment);
    if (unit === undefined) {
      const isKept = this.parkedOperations().some((row) => row.assignment === assignment && row.user === user);
      if (!isKept) return refusal(404, "not_found");
      this.files.set(id, { assignment, sha256, parked: "predecessor_failed" });
      return json(202, { code: "parked", reason: "predecessor_failed", sha256 });
    }
    const row = this.feed.get(user)?.get(assignment);
    if (row === undefined) return refusal(404, "not_found");
    const reason = row.is_gone ? "reassigned" : null;
    this.files.set(id, { assignment, sha256, parked: reason });
    if (reason === null) this.touch(unit);
    return json(reason === null ? 201 : 202, { code: reason === null ? "stored" : "parked", reason: reason ?? "", sha256 });
  }
}

export function json(status: number, value: unknown): Response {
  return new Response(JSON.stringify(value), { status, headers: { "Content-Type": "application/json" } });
}

export function refusal(status: number, code: string, retryable = false): Response {
  return json(status, { code, message: code, details: {}, retryable });
}
