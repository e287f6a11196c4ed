import { describe, expect, test } from "vitest";

import type { JsonObject } from "@/engine";
import { EXPRESSION_DEPTH, EXPRESSION_LENGTH, made } from "@/office/preview/making";

function refusalsOf(visibleIf: string): string[] {
  const form: JsonObject = { pages: [{ name: "satu", elements: [{ type: "text", name: "a" }, { type: "text", name: "b", visibleIf }] }] };
  const result = made({ form, role: "PPL", prefilled: {}, assignmentId: "x", locale: "id", lookups: {} as never }, () => ({}));
  if (result.state === "refused") return result.refusals.map((refusal) => refusal.place);
  result.model.dispose();
  return [];
}
const nested = (depth: number): string => `${"(".repeat(depth)}{a} = 1${")".repeat(depth)}`;

describe("expressions that would keep the parser busy for ever", () => {
  test("are refused before they are read, and said at their place", () => {
    expect(refusalsOf(nested(10))).toEqual([]);
    expect(refusalsOf(nested(EXPRESSION_DEPTH + 1))).toEqual(["pages[0].elements[1].visibleIf"]);
    expect(refusalsOf(`{a} = '${"x".repeat(EXPRESSION_LENGTH)}'`)).toEqual(["pages[0].elements[1].visibleIf"]);
  });

  test("brackets in texts and names are letters", () => {
    expect(refusalsOf(`{a} = '${"(".repeat(60)}'`)).toEqual([]);
  });
});
