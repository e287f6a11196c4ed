import { describe, expect, test } from "vitest";

import {
  type EvaluateOptions,
  type Finding,
  type JsonObject,
  type Verdict,
  compare,
  compile,
  editable,
  evaluate,
  prepare,
} from "../../src/engine/index";
import { lockedNames } from "./locked";
import { type Case, readCases } from "./corpus";

const cases = readCases();

test("the corpus holds at least 150 cases, each with a name of its own", () => {
  expect(cases.length).toBeGreaterThanOrEqual(150);
  expect(new Set(cases.map((item) => item.name)).size).toBe(cases.length);
});

describe.each([...new Set(cases.map((item) => item.file))])("%s", (file) => {
  test.each(cases.filter((item) => item.file === file))("$name", (item) => {
    expect(found(item)).toEqual(item.expect);
  });
});

/** Return what the engine says, cut down to what the case is about. */
function found(item: Case): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  const verdict = item.expect["errors"] === undefined ? undefined : verdictOf(item);
  for (const [key, wanted] of Object.entries(item.expect)) {
    if (key === "errors" || key === "warnings") {
      result[key] = cutDown(verdict?.[key] ?? [], wanted as unknown as Partial<Finding>[]);
    } else if (verdict !== undefined && key in verdict) {
      result[key] = verdict[key as keyof Verdict];
    } else {
      result[key] = other(item, key);
    }
  }
  return result;
}

function verdictOf(item: Case): Verdict {
  const { known, ...rest } = item.options ?? {};
  const options: EvaluateOptions = rest;
  if (known !== undefined) options.masterHas = (type, code) => known[type]?.includes(code) ?? true;
  const compiled = compile(item.form);
  const verdict = evaluate(compiled, item.answers, item.prefilled, options);
  const again = evaluate(compiled, verdict.answers, item.prefilled, options);
  expect({ ...again, hidden: [] }, "evaluating canonical answers again").toEqual({ ...verdict, hidden: [] });
  return verdict;
}

function cutDown(findings: Finding[], wanted: Partial<Finding>[]): unknown[] {
  return findings.map((finding, index) => {
    const keys = Object.keys(wanted[index] ?? { path: 0, code: 0 }) as (keyof Finding)[];
    const kept: Partial<Finding> = {};
    for (const key of keys) kept[key] = finding[key];
    if (finding.part !== "") kept.part = finding.part;
    return kept;
  });
}

function other(item: Case, key: string): unknown {
  const before: JsonObject = item.before ?? {};
  const role = item.role ?? "";
  switch (key) {
    case "kept":
      return editable(item.form, role, before, item.answers).answers;
    case "refused":
      return editable(item.form, role, before, item.answers).refused;
    case "changes":
      return compare(item.form, before, item.answers).map(({ path, old, new: now }) => ({
        path,
        old,
        new: now,
      }));
    case "read_only":
      return lockedNames(prepare(item.form, { role }));
    default:
      throw new Error(`a case does not expect ${key}`);
  }
}
