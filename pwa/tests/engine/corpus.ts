/** The cases of tests/cases, which Python runs in V8 too (tests/kegiatan/test_engine_cases.py). */

import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

import type { Json, JsonObject } from "../../src/engine/json";

const FOLDER = fileURLToPath(new URL("../../../tests/cases", import.meta.url));

/**
 * One case. expect.errors and expect.warnings are complete and in the order of the form; of each
 * finding only the keys that stand there are compared. Any other key of expect is compared whole.
 */
export interface Case {
  file: string;
  name: string;
  form: JsonObject;
  role?: string;
  prefilled?: JsonObject;
  before?: JsonObject;
  options?: { locale?: string; now?: string; assignmentId?: string; known?: Record<string, string[]> };
  answers: JsonObject;
  expect: Record<string, Json>;
}

interface CaseFile {
  forms: Record<string, JsonObject>;
  cases: (Omit<Case, "form" | "file"> & { form: string | JsonObject })[];
}

export function readCases(): Case[] {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith(".json"))
    .sort()
    .flatMap((file) => {
      const { forms, cases } = JSON.parse(readFileSync(`${FOLDER}/${file}`, "utf8")) as CaseFile;
      return cases.map((item) => {
        const form = typeof item.form === "string" ? forms[item.form] : item.form;
        if (form === undefined) throw new Error(`${file}: ${item.name}: no such form`);
        return { ...item, file, form };
      });
    });
}
