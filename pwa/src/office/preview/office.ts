/** The page around the preview: what it says in its config, and what it asks of the office. */

import { type Json, type JsonObject, get, isObject } from "@/engine";
import { type Language } from "@/ui/words";

/** form: shown when no editor is around. */
export interface PreviewConfig {
  locale: Language;
  mastersUrl: string;
  checkUrl: string;
  csrf: string;
  form: JsonObject | undefined;
}

/** The office did not answer as asked. message: in its own words, "" when it said none. */
export class OfficeFault extends Error {}

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
    form: isObject(form) ? form : undefined,
  };
}

/** Ask the office for JSON; with a body it is posted. Throws OfficeFault. */
export async function askOffice(url: string, posted?: { body: JsonObject; csrf: string }): Promise<Json> {
  const Accept = "application/json";
  const sent: RequestInit = posted === undefined ? { headers: { Accept } } : {
    method: "POST",
    headers: { Accept, "Content-Type": "application/json", "X-CSRFToken": posted.csrf },
    body: JSON.stringify(posted.body),
  };
  const reply = await fetch(url, { credentials: "same-origin", ...sent }).catch(() => {
    throw new OfficeFault("");
  });
  const told = (await reply.json().catch(() => null)) as Json;
  if (reply.ok && told !== null) return told;
  const message = isObject(told) ? get(told, "message") : undefined;
  throw new OfficeFault(typeof message === "string" ? message : "");
}
