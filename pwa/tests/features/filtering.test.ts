import { describe, expect, it } from "vitest";

import { textOf, valueOf } from "@/features/assignments/columns";
import { type Filter, type Wish, filterFrom, filterKind, isSet, listed } from "@/features/assignments/filtering";
import type { Assignment, Json } from "@/store/types";
import { type Column, type ColumnType, envelopeOf } from "@/ui/form-envelope";

import { unit } from "./rows";

const words = { yes: "Ya", no: "Tidak" };
const nothing: Wish = { search: "", filters: {}, marks: [], order: null };

function column(key: string, type: ColumnType, more: Partial<Column> = {}): Column {
  return { key, label: key, type, isDefault: true, isSortable: true, isFilterable: true, choices: new Map(), ...more };
}

const COLUMNS = [
  column("assignment_label", "string"),
  column("status", "status_lookup"),
  column("responses.jumlah_art", "number"),
  column("responses.tanggal", "date"),
  column("submitted_by_ppl_at", "datetime"),
  column("responses.rusak", "boolean"),
  column("responses.lantai", "choice", { choices: new Map([["1", "Keramik"], ["2", "Tanah"]]) }),
  column("prefilled.usaha.nama", "string"),
];

function ask(units: Assignment[], wish: Partial<Wish>): string[] {
  return listed(units, COLUMNS, { ...nothing, ...wish }, words).map((found) => found.label);
}

const answered = (label: string, columns: Record<string, Json>, more: Partial<Assignment> = {}): Assignment =>
  unit({ label, columns, ...more });

describe("columns", () => {
  it("show values as people read them", () => {
    const shown = unit({
      status: "Rejected by PML",
      columns: { "responses.jumlah_art": 1234.5, "responses.tanggal": "2026-01-05", "responses.rusak": false, "responses.lantai": "2" },
      prefilled_data: { usaha: { nama: "Toko Baru" } },
      submitted_by_ppl_at: "2026-01-05T16:30:00Z",
    });
    const texts = Object.fromEntries(COLUMNS.map((each) => [each.key, textOf(shown, each, words)]));
    expect(texts).toMatchObject({
      status: "Ditolak PML", "responses.jumlah_art": "1.234,5", "responses.tanggal": "5 Jan 2026", "responses.rusak": "Tidak",
      "responses.lantai": "Tanah", "prefilled.usaha.nama": "Toko Baru", submitted_by_ppl_at: "6 Jan 2026 01.30",
    });
  });

  it("take a name with a dot as it stands before they look deeper", () => {
    expect(valueOf(unit({ prefilled_data: { "usaha.nama": "A", usaha: { nama: "B" } } }), "prefilled.usaha.nama")).toBe("A");
  });

  it("show the label that is being typed", () => {
    expect(valueOf(unit({ label: "Lama", local_label: "Baru" }), "assignment_label")).toBe("Baru");
    expect(valueOf(unit({ label: "Lama", local_label: null }), "assignment_label")).toBe("Lama");
  });

  it("have no value where there is none, and never another field's", () => {
    for (const key of ["responses.tiada", "prefilled.tiada", "person", "rev", "columns"]) expect(valueOf(unit(), key)).toBeNull();
  });
});

describe("the list", () => {
  const units = [
    answered("Budi 10", { "responses.jumlah_art": 10, "responses.tanggal": "2026-01-10", "responses.rusak": true, "responses.lantai": "1" }, { status: "Opened" }),
    answered("Budi 9", { "responses.jumlah_art": 9, "responses.tanggal": "2026-01-09", "responses.rusak": false, "responses.lantai": "2" }),
    answered("Ani", { "responses.jumlah_art": "4" }, { local: "conflict" }),
    answered("Cici", {}, { submitted_by_ppl_at: "2026-01-09T16:00:00Z" }),
  ];

  it("goes by area and label when nothing is wished, numbers in a label as numbers", () => {
    const before = unit({ label: "Zaid", region_code: "61040800009999" });
    expect(ask([...units, before], {})).toEqual(["Zaid", "Ani", "Budi 9", "Budi 10", "Cici"]);
  });

  it("orders numbers as numbers in both directions, those without one last", () => {
    const order = { key: "responses.jumlah_art", descending: false };
    expect(ask(units, { order })).toEqual(["Ani", "Budi 9", "Budi 10", "Cici"]);
    expect(ask(units, { order: { ...order, descending: true } })).toEqual(["Budi 10", "Budi 9", "Ani", "Cici"]);
  });

  it.each<[string, string, Filter, string[]]>([
    ["text", "assignment_label", { kind: "contains", text: " BUDI " }, ["Budi 9", "Budi 10"]],
    ["a range of numbers", "responses.jumlah_art", { kind: "range", from: "4", to: "9" }, ["Ani", "Budi 9"]],
    ["an open range", "responses.jumlah_art", { kind: "range", from: "10", to: "" }, ["Budi 10"]],
    ["a range of dates", "responses.tanggal", { kind: "range", from: "2026-01-10", to: "" }, ["Budi 10"]],
    ["the day that a moment is here", "submitted_by_ppl_at", { kind: "range", from: "2026-01-10", to: "2026-01-10" }, ["Cici"]],
    ["several statuses", "status", { kind: "any", values: ["Opened", "Approved by PML"] }, ["Budi 10"]],
    ["yes or no", "responses.rusak", { kind: "any", values: ["false"] }, ["Budi 9"]],
    ["choices by code", "responses.lantai", { kind: "any", values: ["1", "2"] }, ["Budi 9", "Budi 10"]],
  ])("filters by %s", (_, key, filter, expected) => {
    expect(ask(units, { filters: { [key]: filter } })).toEqual(expected);
  });

  it("filters that ask for nothing leave everything", () => {
    const filters = {
      assignment_label: { kind: "contains", text: "  " }, "responses.jumlah_art": { kind: "range", from: "", to: "" },
      status: { kind: "any", values: [] },
    } satisfies Record<string, Filter>;
    expect(ask(units, { filters })).toHaveLength(units.length);
    expect(Object.values(filters).some((filter) => isSet(filter))).toBe(false);
  });

  it("searches every word in what can be filtered, in any order, without regard to case", () => {
    expect(ask(units, { search: "keramik budi" })).toEqual(["Budi 10"]);
    expect(ask(units, { search: "dibuka" })).toEqual(["Budi 10"]);
    expect(ask(units, { search: "budi tanah keramik" })).toEqual([]);
  });

  it("finds only units with a mark of the phone", () => {
    expect(ask(units, { marks: ["conflict", "refused"] })).toEqual(["Ani"]);
  });

  it("does not change the rows of the store", () => {
    const frozen = Object.freeze([...units]);
    expect(ask(frozen as Assignment[], { order: { key: "status", descending: true } })).toHaveLength(4);
  });
});

describe("remembered filters", () => {
  it("come back as they were", () => {
    for (const filter of [{ kind: "contains", text: "a" }, { kind: "range", from: "1", to: "" }, { kind: "any", values: ["x"] }]) {
      expect(filterFrom(filter)).toEqual(filter);
    }
  });

  it.each([[null], [undefined], [3], [[]], [{}], [{ kind: "range", from: 1, to: 2 }], [{ kind: "any", values: "x" }], [{ kind: "other" }]])(
    "that are none (%j) are left out",
    (kept) => {
      expect(filterFrom(kept as Json | undefined)).toBeNull();
    },
  );
});

describe("the envelope", () => {
  const schema = {
    assignment_table_columns: [
      { key: "status", label: "Status", type: "string", default: true, sortable: true, filterable: true },
      { key: "visit_outcome", label: "Hasil", type: "string", default: false },
      { key: "responses.lantai", label: "Lantai", type: "choice", filterable: true },
      { label: "tanpa kunci" },
    ],
    assignment_table_grouping_levels: ["level_5_code", "level_4_code", "level_4_code", "level_9_code"],
    level_definitions: { level_4_code: "Desa", level_5_code: "SLS" },
    level_sources: { level_4_code: "master", level_5_code: "free" },
    pages: [
      {
        elements: [
          { type: "radiogroup", name: "hasil", visitOutcome: true, choices: ["selesai", { value: "pindah", text: { default: "Pindah", en: "Moved" } }] },
          { type: "panel", name: "blok", elements: [{ type: "dropdown", name: "lantai", choices: [{ value: 1, text: "Keramik" }] }] },
          { type: "paneldynamic", name: "anggota", templateElements: [{ type: "geotag", name: "titik_anggota" }] },
          { type: "geotag", name: "titik", valueName: "posisi" },
        ],
      },
    ],
  };

  it("tells columns with their choices, groups from the largest area, positions outside rosters", () => {
    const envelope = envelopeOf(schema);
    expect(envelope.columns.map((each) => [each.key, each.type, [...each.choices.values()]])).toEqual([
      ["status", "status_lookup", []],
      ["visit_outcome", "string", ["selesai", "Pindah"]],
      ["responses.lantai", "choice", ["Keramik"]],
    ]);
    expect(envelope.columns.map(filterKind)).toEqual(["any", "any", "any"]);
    expect(envelope).toMatchObject({
      grouping: [4, 5], levelNames: { 4: "Desa", 5: "SLS" }, freeLevels: [5], positions: ["posisi"],
      outcomes: new Map([["selesai", "selesai"], ["pindah", "Pindah"]]),
    });
  });

  it("is usable without a form", () => {
    expect(envelopeOf(null).columns.map((each) => each.key)).toEqual(["assignment_label", "status"]);
    expect(envelopeOf({ pages: "no list" }).grouping).toEqual([]);
  });
});
