/** Tests of the form engine and of the app's own code in Node, away from UTC as field phones are. */

import { fileURLToPath } from "node:url";

import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [vue()],
  resolve: { alias: { "@/": fileURLToPath(new URL("./src/", import.meta.url)) } },
  test: {
    include: ["tests/**/*.test.ts"],
    environment: "node",
    env: { TZ: process.env["TZ"] ?? "Asia/Jayapura" },
  },
});
