/** Words on the screen: each component has its own in `<component>.i18n.json`, Indonesian first. */

import { createI18n, useI18n } from "vue-i18n";

export type Language = "id" | "en";
export const LANGUAGES: readonly Language[] = ["id", "en"];

type KeyOf<T> = {
  [K in keyof T & string]: T[K] extends string ? K : `${K}.${KeyOf<T[K]>}`;
}[keyof T & string];
type Values = Record<string, string | number>;

/** Return the text of a key. values: what `{name}` stands for; n: chooses between `one | many`. */
export type Say<T> = (key: KeyOf<T>, values?: Values, n?: number) => string;

export const i18n = createI18n({
  legacy: false,
  globalInjection: false,
  locale: "id",
  fallbackLocale: "id",
  messages: { id: {}, en: {} },
});

/** Use a component's words. messages: the content of its i18n.json. */
export function useWords<T extends object>(messages: { id: T; en: T }): { say: Say<T> } {
  const composer = useI18n({
    useScope: "local",
    inheritLocale: true,
    messages: messages as unknown as Record<Language, Record<string, string>>,
  });
  return {
    say: (key, values = {}, n) =>
      n === undefined ? composer.t(key, values) : composer.t(key, { n, ...values }, n),
  };
}

/** Return the language shown now. Reactive where it is read in a template or a computed. */
export function language(): Language {
  return i18n.global.locale.value;
}

/** Show everything in a language from now on; remembering it is the caller's matter. */
export function languageUse(chosen: Language): void {
  i18n.global.locale.value = chosen;
  document.documentElement.lang = chosen;
}
