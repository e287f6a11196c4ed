/** Our own messages in the languages of the engine; everything else is worded by SurveyJS. */

import { surveyLocalization } from "survey-core";

import texts from "./engine.i18n.json";

export type MessageKey = keyof typeof texts.id;
export type MessageValues = Record<string, string | number>;

/** Return a message in a language, in the form's own where the engine does not speak it. */
export function message(locale: string, key: MessageKey, values: MessageValues = {}): string {
  const language = spoken(locale) ?? spoken(surveyLocalization.defaultLocale) ?? texts.en;
  return language[key].replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ""));
}

function spoken(locale: string): typeof texts.id | undefined {
  const language = locale.split("-")[0];
  return language === "id" || language === "en" ? texts[language] : undefined;
}
