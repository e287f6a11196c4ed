/**
 * Run the built engine in Node for tests/kegiatan/test_engine_fuzz.py.
 *
 * Usage: node engine-runner.mjs BUNDLE. One JSON line in, {function, arguments: [text]}; one out,
 * {result} or {error}.
 */

import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { runInThisContext } from "node:vm";

console.warn = console.error = () => undefined; // survey-core's remarks on hostile answers
runInThisContext(readFileSync(process.argv[2], "utf8"));

for await (const line of createInterface({ input: process.stdin })) {
  const call = JSON.parse(line);
  let answer;
  try {
    answer = { result: JSON.parse(globalThis.CerdasEngine[call.function](...call.arguments)) };
  } catch (error) {
    answer = { error: String(error).slice(0, 300) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
