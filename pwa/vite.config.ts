/**
 * Build Cerdas Mobile to dist.new/; compress.mjs makes it dist/, which the office serves at /app/.
 * Source: docs/architecture.md.
 */

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { quasar } from "@quasar/vite-plugin";
import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vite";
import { VitePWA } from "vite-plugin-pwa";

const { version } = JSON.parse(
  readFileSync(new URL("./package.json", import.meta.url), "utf8"),
) as { version: string };
const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/**
 * Chunks that change with a dependency only, so that an update of the app leaves them on the phone.
 *
 * The priorities are explicit: without them vue wanders into the chunk of the form, and the first view
 * loads 400 kB more.
 */
const vendors: { name: string; test: RegExp; priority: number }[] = [
  // A group takes along what its modules import: what everybody needs is taken out first.
  { name: "vue", test: /node_modules[\\/](@vue|vue|vue-router|vue-i18n|@intlify|pinia)[\\/]|plugin-vue:export-helper/, priority: 100 },
  { name: "quasar", test: /node_modules[\\/](quasar|@quasar)[\\/]/, priority: 90 },
  { name: "data", test: /node_modules[\\/](dexie|openapi-fetch)[\\/]/, priority: 80 },
  { name: "virtual", test: /node_modules[\\/]@tanstack[\\/]/, priority: 70 },
  { name: "map", test: /node_modules[\\/]maplibre-gl[\\/]/, priority: 60 },
  { name: "survey", test: /node_modules[\\/](survey-core|survey-vue3-ui|dompurify)[\\/]/, priority: 50 },
];

export default defineConfig({
  base: "/app/",
  define: { __APP_VERSION__: JSON.stringify(version) },
  resolve: { alias: { "@/": here("./src/") } },
  plugins: [
    vue(),
    quasar(),
    VitePWA({
      strategies: "injectManifest",
      srcDir: "src/sw",
      filename: "sw.ts",
      injectRegister: false,
      manifest: {
        id: "/app/",
        name: "Cerdas Mobile",
        short_name: "Cerdas",
        description: "Pencacahan dan pemeriksaan di lapangan, juga tanpa sinyal.",
        lang: "id",
        dir: "ltr",
        start_url: "/app/",
        scope: "/app/",
        display: "standalone",
        orientation: "portrait",
        background_color: "#0b4f4a",
        theme_color: "#0b4f4a",
        categories: ["productivity", "government"],
        icons: [
          { src: "icons/icon-192.png", sizes: "192x192", type: "image/png" },
          { src: "icons/icon-512.png", sizes: "512x512", type: "image/png" },
          { src: "icons/maskable-512.png", sizes: "512x512", type: "image/png", purpose: "maskable" },
        ],
      },
      injectManifest: {
        globPatterns: ["**/*.{js,css,html,svg,png,woff2,webmanifest}"],
        maximumFileSizeToCacheInBytes: 4 * 2 ** 20,
      },
    }),
  ],
  build: {
    outDir: here("./dist.new"),
    emptyOutDir: true,
    target: "es2022",
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 2000,
    rolldownOptions: {
      checks: { bundlerTimings: false },
      output: { codeSplitting: { groups: vendors } },
    },
  },
});
