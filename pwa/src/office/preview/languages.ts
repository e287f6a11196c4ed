/** The languages of a form, and which of them a phone can show. */

import { type Json, type JsonObject, get, isObject } from "@/engine";
import { LANGUAGES, type Language } from "@/ui/words";

const CODE = /^[a-z]{2,3}(?:-[A-Za-z]{2,4})?$/;

/** A language to choose. isOfForm: the form has texts in it; isOfPhone: the phone offers it. */
export interface FormLanguage {
  code: string;
  isOfForm: boolean;
  isOfPhone: boolean;
}

/** Return the form's own language first, then the others of its texts, then those of the phone alone. */
export function languagesOf(form: JsonObject): FormLanguage[] {
  const own = get(form, "locale");
  const found = new Set<string>([typeof own === "string" && own !== "" ? own : "id"]);
  gather(form, found);
  const all = new Set<string>([...found, ...LANGUAGES]);
  return [...all].map((code) => ({ code, isOfForm: found.has(code), isOfPhone: isPhoneLanguage(code) }));
}

/** Return the language of the phone's own words while the form is shown in `code`. */
export function phoneLanguage(code: string): Language {
  return isPhoneLanguage(code) ? code : "id";
}

/** Return the name of a language, in the language `shownIn`. */
export function languageName(code: string, shownIn: string): string {
  const name = knownName(code, shownIn) ?? code;
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** A form may name what is no code of a language at all. */
function knownName(code: string, shownIn: string): string | undefined {
  try {
    return new Intl.DisplayNames([shownIn], { type: "language" }).of(code);
  } catch {
    return undefined;
  }
}

function isPhoneLanguage(code: string): code is Language {
  return LANGUAGES.some((known) => known === code);
}

/** A text by language holds nothing but texts, under `default` and codes of languages. */
function gather(value: Json, found: Set<string>): void {
  if (Array.isArray(value)) {
    for (const item of value) gather(item, found);
  } else if (isObject(value)) {
    const entries = Object.entries(value);
    const isText = entries.length > 0 && entries.every(([key, text]) => typeof text === "string" && (key === "default" || CODE.test(key)));
    if (!isText) for (const [, item] of entries) gather(item, found);
    else if (entries.some(([key]) => key === "default" || LANGUAGES.some((known) => known === key))) {
      for (const [key] of entries) if (key !== "default") found.add(key);
    }
  }
}
