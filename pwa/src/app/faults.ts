/** The net below everything: what nobody caught is told once in a while, never passed over in silence. */

import type { App } from "vue";

import { faultWords } from "@/ui/attempt";
import { tell } from "@/ui/confirm";

const QUIET_MS = 5_000;
let toldAt = -Infinity;

function fault(error: unknown): void {
  console.error(error);
  if (performance.now() - toldAt < QUIET_MS) return;
  toldAt = performance.now();
  tell(faultWords(error), "bad");
}

export function faultsTell(app: App): void {
  app.config.errorHandler = fault;
  addEventListener("unhandledrejection", (event) => fault(event.reason));
}
