/** The page around the preview: what it says in its config, and what it asks of the office. */

import { type Json, type JsonObject, get, isObject } from "@/engine";
import { type Language } from "@/ui/words";

import { type Asker, askHeaders, isSignedOut } from "../asking";

/** form: shown when no editor is around. */
export interface PreviewConfig extends Asker {
  locale: Language;
  mastersUrl: string;
  checkUrl: string;
  form: JsonObject | undefined;
}

/** Why the office did not do what was asked. other: as its message says. */
export type FaultKind = "signed_out" | "other_person" | "other";

/** The office did not answer as asked. message: in its own words, "" when it said none. */
export class OfficeFault extends Error {
  constructor(
    message: string,
    readonly kind: FaultKind = "other",
  ) {
    super(message);
  }
}

/** Read the config that the page carries as JSON. */
export function configOf(text: string): PreviewConfig {
  const told = (text.trim() === "" ? {} : JSON.parse(text)) as Json;
  const config = isObject(told) ? told : {};
  const said = (key: string): string => {
    const value = get(config, key);
    return typeof value === "string" ? value : "";
  };
  const form = get(config, "form");
  return {
    locale: said("locale").startsWith("en") ? "en" : "id",
    mastersUrl: said("masters_url"),
    checkUrl: said("check_url"),
    csrf: said("csrf"),
    person: personIn(get(config, "person")),
    form: isObject(form) ? form : undefined,
  };
}

function personIn(told: Json | undefined): string {
  return typeof told === "string" || typeof told === "number" ? String(told) : "";
}

/** Ask the office for JSON; with a body it is posted. Throws OfficeFault. */
export async function askOffice(url: string, posted?: { body: JsonObject; as: Asker }): Promise<Json> {
  const Accept = "application/json";
  const sent: RequestInit = posted === undefined ? { headers: { Accept } } : {
    method: "POST",
    headers: askHeaders(posted.as, document.cookie),
    body: JSON.stringify(posted.body),
  };
  const reply = await fetch(url, { credentials: "same-origin", ...sent }).catch(() => {
    throw new OfficeFault("");
  });
  const told = (await reply.json().catch(() => null)) as Json;
  if (reply.ok && told !== null) return told;
  const [message, code] = isObject(told) ? [get(told, "message"), get(told, "code")] : [];
  throw new OfficeFault(typeof message === "string" ? message : "", faultKind(reply.status, typeof code === "string" ? code : undefined));
}

function faultKind(status: number, code: string | undefined): FaultKind {
  if (code === "other_person") return "other_person";
  return isSignedOut(status, code) ? "signed_out" : "other";
}
