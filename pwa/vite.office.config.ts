/**
 * Build what office pages load to dist-office.new/; compress.mjs makes it dist-office/, which the
 * office serves under an address that holds the hash of each file (kept by browsers for ever).
 *
 * Two entries: the designer of questionnaires in the admin, and the preview in its frame. The server
 * finds their files, their CSS and what they import in dist-office/.vite/manifest.json.
 * Source: docs/forms.md, "In the office".
 */

import { fileURLToPath } from "node:url";

import { quasar } from "@quasar/vite-plugin";
import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vite";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Chunks that change with a dependency only. The preview never loads the editor, nor the designer the form. */
const vendors: { name: string; test: RegExp; priority: number }[] = [
  { name: "vue", test: /node_modules[\\/](@vue|vue|vue-i18n|@intlify)[\\/]|plugin-vue:export-helper/, priority: 100 },
  { name: "quasar", test: /node_modules[\\/](quasar|@quasar)[\\/]/, priority: 90 },
  { name: "editor", test: /node_modules[\\/](@codemirror|@lezer|@marijn|style-mod|w3c-keyname|crelt|jsonc-parser)[\\/]/, priority: 70 },
  { name: "survey", test: /node_modules[\\/](survey-core|survey-vue3-ui|dompurify)[\\/]/, priority: 50 },
];

export default defineConfig({
  base: "./", // files name each other by where they are: the server chooses the address
  resolve: { alias: { "@/": here("./src/") } },
  plugins: [vue(), quasar()],
  publicDir: false, // the icons there belong to the phone app
  build: {
    outDir: here("./dist-office.new"),
    emptyOutDir: true,
    manifest: true,
    target: "es2022",
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 2000,
    rolldownOptions: {
      input: {
        designer: here("./src/office/designer/main.ts"),
        preview: here("./src/office/preview/main.ts"),
      },
      checks: { bundlerTimings: false },
      output: { codeSplitting: { groups: vendors } },
    },
  },
});
