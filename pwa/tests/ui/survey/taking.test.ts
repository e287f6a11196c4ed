/** Positions, photo sizes and look-ups: what the widgets decide. */

import { describe, expect, test } from "vitest";

import { fitted, photoWish } from "@/ui/survey/compress";
import { masterIndex, masterSearch } from "@/ui/survey/master";
import { type Taking, afterFix, geotagOf, isGoodEnough } from "@/ui/survey/position";

describe("taking a position", () => {
  const started: Taking = { state: "searching", since: 1_000_000 };
  const fix = (accuracyM: number, timestamp = 1_000_500, lat = -3.3): Parameters<typeof afterFix>[1] => ({
    lat, lon: 114.5, accuracyM, timestamp,
  });

  test("the most accurate fix stays, whatever comes after it", () => {
    let taking = afterFix(started, fix(80));
    taking = afterFix(taking, fix(8, 1_001_000, -3.31));
    taking = afterFix(taking, fix(40, 1_002_000, -3.4));
    expect(taking).toMatchObject({ state: "measuring", fixes: 3, best: { accuracyM: 8, lat: -3.31 }, latest: { accuracyM: 40 } });
  });

  test("a fix out of a cache, or without numbers, is passed over", () => {
    expect(afterFix(started, fix(5, 900_000))).toBe(started);
    expect(afterFix(started, fix(Number.NaN))).toBe(started);
    expect(afterFix({ state: "idle" }, fix(5))).toEqual({ state: "idle" });
  });

  test("a limit is met at the limit itself; without one any accuracy will do", () => {
    expect(isGoodEnough(25, 25)).toBe(true);
    expect(isGoodEnough(25.1, 25)).toBe(false);
    expect(isGoodEnough(900, undefined)).toBe(true);
  });

  test("the answer has a time in UTC and no more digits than a position has", () => {
    expect(geotagOf({ lat: -3.31402671234, lon: 114.1, accuracyM: 8.04, timestamp: 0 })).toEqual({
      lat: -3.3140267, lon: 114.1, accuracy_m: 8, at: "1970-01-01T00:00:00.000Z",
    });
  });
});

describe("photos", () => {
  test("shrink to the longest side and never grow", () => {
    expect(fitted(4000, 3000, 1600)).toEqual({ width: 1600, height: 1200 });
    expect(fitted(3000, 4000, 1600)).toEqual({ width: 1200, height: 1600 });
    expect(fitted(800, 600, 1600)).toEqual({ width: 800, height: 600 });
    expect(fitted(10_000, 1, 1600)).toEqual({ width: 1600, height: 1 });
  });

  test("are as the form wants them within sense, else as usual, and without a position", () => {
    expect(photoWish(undefined, undefined, undefined)).toEqual({ maxPixels: 1600, quality: 0.8, keepPosition: false });
    expect(photoWish(1000, 0.6, true)).toEqual({ maxPixels: 1000, quality: 0.6, keepPosition: true });
    expect(photoWish(99_999, 7, "ya")).toEqual({ maxPixels: 1600, quality: 0.8, keepPosition: false });
  });
});

describe("a data set", () => {
  const index = masterIndex([
    { kode: "01111", judul: "Pertanian Jagung", kelas: "A" },
    { kode: "01112", judul: "Pertanian Gandum", kelas: "A" },
    { kode: "47111", judul: "Perdagangan Eceran 01111 lama", kelas: "G" },
    { judul: "tanpa kode" },
  ]);

  test("is found by every word in any order and case", () => {
    expect(masterSearch(index, "jagung PERTANIAN", 0, 10).items).toEqual([{ value: "01111", text: "01111 – Pertanian Jagung" }]);
  });

  test("gives codes that begin with what is typed first, page by page", () => {
    expect(masterSearch(index, "01111", 0, 10).items.map(({ value }) => value)).toEqual(["01111", "47111"]);
    expect(masterSearch(index, "", 1, 1)).toEqual({ items: [{ value: "01112", text: "01112 – Pertanian Gandum" }], total: 3 });
  });

  test("of 80,000 rows is searched far below 200 ms", () => {
    const large = masterIndex(Array.from({ length: 80_000 }, (_, n) => ({ code: String(n), name: `Uraian kegiatan nomor ${n}` })));
    const start = performance.now();
    expect(masterSearch(large, "kegiatan 79999", 0, 50).total).toBe(1);
    expect(performance.now() - start).toBeLessThan(200);
  });
});
