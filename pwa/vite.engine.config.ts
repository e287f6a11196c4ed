/** Build the form engine to one file for the office's V8: engine-<hash>.js and manifest.json. */

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { type Plugin, defineConfig } from "vite";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const surveyCore = JSON.parse(
  readFileSync(here("./node_modules/survey-core/package.json"), "utf8"),
) as { version: string };

/** Name the bundle by the SHA-256 of its content and write that into a manifest. */
function contentHash(): Plugin {
  return {
    name: "cerdas-content-hash",
    generateBundle(_, bundle) {
      for (const [name, chunk] of Object.entries(bundle)) {
        if (chunk.type !== "chunk") continue;
        const hash = createHash("sha256").update(chunk.code).digest("hex").slice(0, 16);
        const file = `engine-${hash}.js`;
        delete bundle[name];
        this.emitFile({ type: "asset", fileName: file, source: chunk.code });
        const manifest = { file, hash, survey_core: surveyCore.version };
        this.emitFile({
          type: "asset",
          fileName: "manifest.json",
          source: JSON.stringify(manifest, null, 2) + "\n",
        });
      }
    },
  };
}

export default defineConfig({
  plugins: [contentHash()],
  publicDir: false, // the icons there belong to the phone app
  build: {
    outDir: here("../kegiatan/form/engine_build"),
    emptyOutDir: true,
    target: "es2022",
    minify: true,
    reportCompressedSize: false,
    lib: {
      entry: here("./src/engine/host.ts"),
      formats: ["iife"],
      name: "CerdasEngineBundle",
      fileName: () => "engine.js",
    },
  },
});
