/** Taking a position: the best fix so far, and when it is good enough. */

/** A position as it is answered. */
export interface Geotag {
  lat: number;
  lon: number;
  accuracy_m: number;
  /** UTC, ISO 8601. */
  at: string;
}

/** One fix of the device. timestamp: milliseconds since 1970. */
export interface Fix {
  lat: number;
  lon: number;
  accuracyM: number;
  timestamp: number;
}

export type Taking =
  | { state: "idle" }
  | { state: "searching"; since: number }
  | { state: "measuring"; since: number; fixes: number; best: Fix; latest: Fix }
  | { state: "failed"; reason: "denied" | "unavailable" | "timeout" };

/** Fixes older than this come from a cache, not from where the person stands now. */
const STALE_MS = 30_000;

/** Return the state after one more fix: the most accurate stays, of equals the newer one. */
export function afterFix(taking: Taking, fix: Fix): Taking {
  if (taking.state !== "searching" && taking.state !== "measuring") return taking;
  const isUsable = [fix.lat, fix.lon, fix.accuracyM].every(Number.isFinite);
  if (!isUsable || fix.timestamp < taking.since - STALE_MS) return taking;
  const before = taking.state === "measuring" ? taking : undefined;
  const isBetter = before === undefined || fix.accuracyM <= before.best.accuracyM;
  return {
    state: "measuring",
    since: taking.since,
    fixes: (before?.fixes ?? 0) + 1,
    best: isBetter ? fix : before.best,
    latest: fix,
  };
}

/** Return whether a position is accurate enough; without a limit any is. */
export function isGoodEnough(accuracyM: number, limit: number | undefined): boolean {
  return limit === undefined || limit <= 0 || accuracyM <= limit;
}

/** Return a fix as an answer: 7 decimals are a centimetre, accuracy to a decimetre. */
export function geotagOf(fix: Fix): Geotag {
  return {
    lat: Number(fix.lat.toFixed(7)),
    lon: Number(fix.lon.toFixed(7)),
    accuracy_m: Math.round(fix.accuracyM * 10) / 10,
    at: new Date(fix.timestamp).toISOString(),
  };
}
