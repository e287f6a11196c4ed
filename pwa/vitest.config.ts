/** Tests of the form engine in Node, away from UTC as field phones are. */

import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["tests/**/*.test.ts"],
    environment: "node",
    env: { TZ: process.env["TZ"] ?? "Asia/Jayapura" },
  },
});
