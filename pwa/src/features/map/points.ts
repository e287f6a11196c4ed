/** Where units are: the position taken in the interview, else what the prelist knows. */

import type { Assignment, Json, JsonObject } from "@/store/types";
import type { Envelope } from "@/ui/form-envelope";

export interface UnitPoint {
  unit: Assignment;
  /** Degrees, WGS 84. */
  lon: number;
  lat: number;
  /** measured: by this interview; prelist: from before. */
  source: "measured" | "prelist";
}

const LAT = ["lat", "latitude", "lintang"];
const LON = ["lon", "lng", "longitude", "bujur"];

/** Return the points of units that have one. answers: {unit: what was answered}. */
export function pointsOf(
  units: readonly Assignment[],
  answers: Readonly<Record<string, JsonObject>>,
  envelope: Envelope,
): UnitPoint[] {
  return units.flatMap((unit): UnitPoint[] => {
    const measured = envelope.positions.map((name) => positionIn(answers[unit.id]?.[name])).find((found) => found !== null);
    if (measured) return [{ unit, ...measured, source: "measured" }];
    const known = prelistPosition(unit.prefilled_data);
    return known === null ? [] : [{ unit, ...known, source: "prelist" }];
  });
}

/** Return the box around points as [west, south, east, north] degrees; null without any. */
export function boundsOf(points: readonly { lon: number; lat: number }[]): [number, number, number, number] | null {
  if (points.length === 0) return null;
  let [west, south, east, north] = [180, 90, -180, -90];
  for (const { lon, lat } of points) {
    [west, east] = [Math.min(west, lon), Math.max(east, lon)];
    [south, north] = [Math.min(south, lat), Math.max(north, lat)];
  }
  return [west, south, east, north];
}

/** Return the distance of two meridians so that a view of some degrees shows three to eight of them. */
export function graticuleStep(span: number): number {
  for (const step of [30, 10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001, 0.0005, 0.0002]) {
    if (span / step >= 3) return step;
  }
  return 0.0001;
}

function prelistPosition(data: JsonObject | null): { lon: number; lat: number } | null {
  if (data === null) return null;
  const direct = positionIn(data);
  if (direct !== null) return direct;
  for (const value of Object.values(data)) {
    const found = positionIn(value);
    if (found !== null) return found;
  }
  return null;
}

function positionIn(value: Json | undefined): { lon: number; lat: number } | null {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
  const lat = numberAt(value, LAT);
  const lon = numberAt(value, LON);
  if (lat === null || lon === null || Math.abs(lat) > 90 || Math.abs(lon) > 180) return null;
  return lat === 0 && lon === 0 ? null : { lat, lon };
}

function numberAt(object: JsonObject, names: readonly string[]): number | null {
  for (const name of names) {
    const value = object[name];
    if (value === null || value === undefined || value === "") continue;
    const number = typeof value === "number" ? value : typeof value === "string" ? Number(value) : Number.NaN;
    if (Number.isFinite(number)) return number;
  }
  return null;
}
