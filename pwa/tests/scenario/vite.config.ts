/** Build the phone of the Python scenarios to one file for Node: the real store and sync of the app. */

import { fileURLToPath } from "node:url";

import { defineConfig } from "vite";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here("../.."),
  resolve: { alias: { "@/": here("../../src/") } },
  ssr: { noExternal: true },
  build: {
    ssr: here("./phone-main.ts"),
    target: "node20",
    minify: false,
    copyPublicDir: false,
    rolldownOptions: { output: { entryFileNames: "phone.mjs" } },
  },
});
