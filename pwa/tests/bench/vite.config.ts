/** Build the store for bench/pwa.py to one script that a page can be given. */

import { fileURLToPath } from "node:url";

import { defineConfig } from "vite";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here("../.."),
  resolve: { alias: { "@/": here("../../src/") } },
  build: {
    lib: { entry: here("./phone.ts"), formats: ["iife"], name: "cerdasBenchScript", fileName: () => "phone.js" },
    target: "es2022",
    minify: false,
    copyPublicDir: false,
  },
});
