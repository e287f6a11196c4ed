/** Where somebody was in a list, for as long as the app is open. */

import type { VirtualItem } from "@tanstack/vue-virtual";

export interface ScrollPlace {
  offset: number;
  measurements: VirtualItem[];
}

const KEPT = 10;
const places = new Map<string, ScrollPlace>();

/** Return the place in a list, unless it was never left. */
export function recall(key: string): ScrollPlace | undefined {
  return places.get(key);
}

/** Keep the place in a list; the oldest are forgotten. */
export function remember(key: string, place: ScrollPlace): void {
  places.delete(key);
  places.set(key, place);
  const [oldest] = places.keys();
  if (places.size > KEPT && oldest !== undefined) places.delete(oldest);
}
