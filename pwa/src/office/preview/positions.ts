/** A position that is typed at a desk, where a phone would measure it. */

import { type Geotag, geotagOf } from "@/ui/survey/position";

/** Return the position, undefined when a number is missing or out of range. lat, lon: degrees; accuracy: metres. */
export function positionTyped(lat: string, lon: string, accuracy: string, now: number): Geotag | undefined {
  const [latitude, longitude, accuracyM] = [number(lat), number(lon), number(accuracy)];
  if (latitude === undefined || longitude === undefined || accuracyM === undefined) return undefined;
  if (Math.abs(latitude) > 90 || Math.abs(longitude) > 180 || accuracyM < 0) return undefined;
  return geotagOf({ lat: latitude, lon: longitude, accuracyM, timestamp: now });
}

function number(text: string): number | undefined {
  const value = Number(text.trim().replace(",", "."));
  return text.trim() === "" || !Number.isFinite(value) ? undefined : value;
}
