/**
 * Write .br and .gz beside every file in dist.new/ worth it, so that the server sends them as they
 * are; then make it dist/: what is served is always a whole build.
 *   node compress.mjs [FOLDER]   another folder than dist, e.g. dist-office
 */

import { existsSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const place = name => fileURLToPath(new URL(name, import.meta.url));
const folder = process.argv[2] ?? "dist";
const [made, dist, old] = [place(`./${folder}.new`), place(`./${folder}`), place(`./${folder}.old`)];
const worth = new Set([".js", ".css", ".html", ".svg", ".json", ".webmanifest"]);
const least = 512; // bytes; a smaller file fits one packet anyway

for (const entry of readdirSync(made, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !worth.has(extname(entry.name))) continue;
  const path = join(entry.parentPath, entry.name);
  const content = readFileSync(path);
  if (content.length < least) continue;
  writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }));
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: 10,
    [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
  };
  writeFileSync(`${path}.br`, brotliCompressSync(content, { params }));
}

rmSync(old, { recursive: true, force: true });
if (existsSync(dist)) renameSync(dist, old);
renameSync(made, dist);
rmSync(old, { recursive: true, force: true });
