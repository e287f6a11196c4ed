/** The phone's verdict beside the server's: they come from the same engine, and must be the same. */

import { type Finding, type Json, type JsonObject, type Verdict, get, isObject, objectsOf, sameJson } from "@/engine";

/** Where two verdicts differ. onlyPhone, onlyServer: what only one of them says, in short. */
export interface Disagreement {
  part: "errors" | "warnings" | "blanks" | "hidden" | "label" | "outcome" | "answers";
  onlyPhone: string[];
  onlyServer: string[];
}

type Told = Pick<Finding, "path" | "code">;

/** What the server said; parts that it does not tell are not compared. */
export interface ServerVerdict {
  errors: Told[];
  warnings: Told[];
  /** The answers have a shape that the form does not allow: there is no verdict on them. */
  isRefused: boolean;
  rest: JsonObject;
}

/** Return a verdict out of the server's reply, undefined where there is none in it. */
export function verdictIn(reply: Json): ServerVerdict | undefined {
  if (!isObject(reply)) return undefined;
  const inner = get(reply, "verdict");
  const told = isObject(inner) ? inner : reply;
  if (!Array.isArray(get(told, "errors")) || !Array.isArray(get(told, "warnings"))) return undefined;
  const isRefused = get(told, "state") === "refused";
  return { errors: findings(get(told, "errors")), warnings: findings(get(told, "warnings")), isRefused, rest: told };
}

/** Return where the two differ; an empty list: they agree. Messages may be in two languages. */
export function disagreements(phone: Verdict, server: ServerVerdict): Disagreement[] {
  const differing = [
    compared("errors", phone.errors.map(short), server.errors.map(short)),
    compared("warnings", phone.warnings.map(short), server.warnings.map(short)),
  ];
  for (const part of ["blanks", "hidden"] as const) {
    const told = get(server.rest, part);
    if (Array.isArray(told)) differing.push(compared(part, phone[part], told.map(String)));
  }
  for (const part of ["label", "outcome", "answers"] as const) {
    const told = get(server.rest, part);
    if (told === undefined || sameJson(told, phone[part])) continue;
    const [ours, theirs] = part === "answers" ? differingAnswers(phone.answers, told) : [[said(phone[part])], [said(told)]];
    differing.push({ part, onlyPhone: ours, onlyServer: theirs });
  }
  return differing.filter((item) => item.onlyPhone.length + item.onlyServer.length > 0);
}

function findings(value: Json | undefined): Told[] {
  return objectsOf(value).map((item) => ({ path: said(get(item, "path") ?? ""), code: said(get(item, "code") ?? "") }));
}

function short(finding: Told): string {
  return `${finding.path} (${finding.code})`;
}

function compared(part: Disagreement["part"], ours: readonly string[], theirs: readonly string[]): Disagreement {
  const left = [...theirs];
  const onlyPhone = ours.filter((item) => {
    const at = left.indexOf(item);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
  return { part, onlyPhone, onlyServer: left };
}

function differingAnswers(ours: JsonObject, told: Json): [string[], string[]] {
  const theirs = isObject(told) ? told : {};
  const keys = [...new Set([...Object.keys(ours), ...Object.keys(theirs)])];
  const differing = keys.filter((key) => {
    const [one, other] = [get(ours, key), get(theirs, key)];
    return one === undefined || other === undefined ? one !== other : !sameJson(one, other);
  });
  return [lines(ours, differing), lines(theirs, differing)];
}

function lines(answers: JsonObject, keys: readonly string[]): string[] {
  return keys.flatMap((key) => {
    const value = get(answers, key);
    return value === undefined ? [] : [`${key}: ${said(value)}`];
  });
}

function said(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
