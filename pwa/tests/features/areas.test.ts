import { describe, expect, it } from "vitest";

import { boundsOf, graticuleStep, pointsOf } from "@/features/map/points";
import { codeParts, knownBelow } from "@/features/new-unit/area-options";
import { NO_CODE, codeAt, groupsAt, isInGroup } from "@/ui/areas";
import { envelopeOf } from "@/ui/form-envelope";
import { lastDay, periodState } from "@/ui/period";
import { doneOf } from "@/ui/progress";

import { unit } from "./rows";

const plot = { level_4_code: null, level_5_code: null, region_code: "6104080" };

describe("groups", () => {
  const units = [
    unit({ status: "Approved by PML" }),
    unit({ status: "Rejected by PML" }),
    unit({ level_4_code: "002", status: "Submitted by PPL" }),
    unit(plot),
  ];

  it("count what is done and what is urgent, by who asks, those without a code last", () => {
    expect(groupsAt(units, 4, ["PPL"])).toEqual([
      { code: "6104080001", done: 1, total: 2, urgent: 1 },
      { code: "6104080002", done: 1, total: 1, urgent: 0 },
      { code: NO_CODE, done: 0, total: 1, urgent: 0 },
    ]);
    expect(groupsAt(units, 4, ["PML"]).map(({ done, urgent }) => [done, urgent])).toEqual([[1, 0], [0, 1], [0, 0]]);
  });

  it("hold exactly their units, one code per level", () => {
    expect(units.filter((each) => isInGroup(each, [3, 4], ["6104080", "6104080001"]))).toHaveLength(2);
    expect(units.filter((each) => isInGroup(each, [3, 4], ["6104080", NO_CODE]))).toEqual([units[3]]);
    expect(units.filter((each) => isInGroup(each, [3, 4], []))).toHaveLength(4);
  });

  it("know codes to the depth that they have", () => {
    expect([1, 2, 4, 5, 6].map((level) => codeAt(unit(), level))).toEqual(["61", "6104", "6104080001", "61040800010001", NO_CODE]);
  });
});

describe("areas for a new unit", () => {
  const units = [unit(), unit({ level_5_code: "0002" }), unit(plot)];

  it("are those of one's own units, level by level", () => {
    const names = { "61": "KALIMANTAN BARAT" };
    expect(knownBelow(units, [], names)).toEqual([{ code: "61", name: "KALIMANTAN BARAT" }]);
    expect(knownBelow(units, ["61", "6104", "6104080"], names).map((each) => each.code)).toEqual(["6104080001"]);
    expect(knownBelow(units, ["61", "6104", "6104080", "6104080001"], names)).toHaveLength(2);
    expect(knownBelow(units, ["61", "6104", "6104080", "6104080001", "61040800010001", "6104080001000100"], names)).toEqual([]);
  });

  it("become level codes", () => {
    expect(codeParts(["61", "6104", "6104080", "6104080001", "61040800010001"])).toEqual(["61", "04", "080", "001", "0001"]);
  });
});

describe("points", () => {
  const envelope = envelopeOf({ pages: [{ elements: [{ type: "geotag", name: "titik" }] }] });

  it("are measured, else those of the prelist", () => {
    const [measured, listed, text, none] = [
      unit({ prefilled_data: { lat: 1, lon: 101 } }),
      unit({ prefilled_data: { posisi: { latitude: "-0.5", longitude: "109.25" } } }),
      unit({ prefilled_data: { lat: "tidak tahu", lon: 3 } }),
      unit({ prefilled_data: { lat: 0, lon: 0 } }),
    ];
    const answers = { [measured.id]: { titik: { lat: 2, lon: 102, accuracy_m: 5 } }, [none.id]: { titik: { lat: 95, lon: 10 } } };
    expect(pointsOf([measured, listed, text, none], answers, envelope)).toEqual([
      { unit: measured, lat: 2, lon: 102, source: "measured" },
      { unit: listed, lat: -0.5, lon: 109.25, source: "prelist" },
    ]);
  });

  it("have a box around them, and a graticule of three lines at least", () => {
    expect(boundsOf([{ lon: 109, lat: -1 }, { lon: 108, lat: 2 }])).toEqual([108, -1, 109, 2]);
    expect(boundsOf([])).toBeNull();
    for (const span of [100, 7, 0.9, 0.03, 0.0012]) {
      expect(span / graticuleStep(span)).toBeGreaterThanOrEqual(3);
      expect(span / graticuleStep(span)).toBeLessThan(10);
    }
  });
});

describe("the field period", () => {
  const kegiatan = { start_date: "2026-01-05", end_date: "2026-01-20", extended_end_date: null };

  it("goes by the calendar of the phone, first and last day included", () => {
    const at = (text: string): string => periodState(kegiatan, new Date(text));
    expect([at("2026-01-04T23:59"), at("2026-01-05T00:01"), at("2026-01-20T23:59"), at("2026-01-21T00:01")]).toEqual([
      "before", "running", "running", "ended",
    ]);
  });

  it("ends with its extension", () => {
    expect(lastDay({ ...kegiatan, extended_end_date: "2026-02-01" })).toBe("2026-02-01");
  });
});

describe("progress", () => {
  it("is what was sent for a PPL, what was approved for a PML", () => {
    const status = {
      Assigned: 1, Opened: 2, "Submitted by PPL": 4, "Rejected by PML": 8, "Rejected by Admin": 16, "Approved by PML": 32,
      "Approved by Admin": 64,
    };
    expect([doneOf(status, ["PPL"]), doneOf(status, ["PML"]), doneOf(status, ["PPL", "PML"])]).toEqual([100, 96, 100]);
  });
});
