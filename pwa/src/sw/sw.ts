/**
 * The service worker: the whole app is on the phone after the first visit, and opens without network.
 *
 * It keeps built files only; what people work with is in IndexedDB. An update is fetched whole beside
 * the old one, and waits until a tab says that nothing is being edited (app/updates.ts).
 */

import { clientsClaim } from "workbox-core";
import { cleanupOutdatedCaches, matchPrecache, precacheAndRoute } from "workbox-precaching";

import { sync } from "@/sync";

import { inBackground } from "./background";

declare const self: ServiceWorkerGlobalScope;

const PAGE = "index.html";

self.addEventListener("message", (event) => {
  const data: unknown = event.data;
  if (typeof data === "object" && data !== null && "type" in data && data.type === "use") {
    void self.skipWaiting();
  }
});

// Every address of the app is the one page.
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  const isFile = /\.\w+$/.test(pathname);
  if (request.mode !== "navigate" || origin !== self.location.origin || isFile) return;
  event.respondWith(matchPrecache(PAGE).then((page) => page ?? fetch(request)));
});

// Where the browser has Background Sync: the network is back, also when the app is closed. One sender
// at a time: the lock of sync/ holds between tabs and this worker. (TypeScript does not know the event.)
self.addEventListener("sync" as "activate", (event) => {
  event.waitUntil(inBackground(() => sync.now({ reason: "background" })));
});

clientsClaim();
cleanupOutdatedCaches();
precacheAndRoute(self.__WB_MANIFEST);
