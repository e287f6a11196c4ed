/** Language and theme of this phone: kept beside the browser, since the sign-in screen needs them too. */

import { Dark } from "quasar";
import { type ComputedRef, computed, ref } from "vue";

import { LANGUAGES, type Language, languageUse } from "@/ui/words";

export const THEMES = ["auto", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

const LANGUAGE_KEY = "cerdas.language";
const THEME_KEY = "cerdas.theme";
const TOP = { light: "#0b4f4a", dark: "#0e2b29" };

/** The theme chosen; `auto` follows the phone. */
export const theme = ref<Theme>("auto");

function remembered(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null; // cookies and storage are forbidden: the choice lasts as long as the page
  }
}

function remember(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // as above
  }
}

/** Use what was chosen on this phone; Indonesian and the phone's own theme at first. */
export function lookStart(): void {
  const language = LANGUAGES.find((known) => known === remembered(LANGUAGE_KEY));
  languageUse(language ?? "id");
  themeUse(THEMES.find((known) => known === remembered(THEME_KEY)) ?? "auto");
}

/** Choose the language for this phone. */
export function languageChoose(chosen: Language): void {
  languageUse(chosen);
  remember(LANGUAGE_KEY, chosen);
}

/** Choose the theme for this phone. */
export function themeChoose(chosen: Theme): void {
  themeUse(chosen);
  remember(THEME_KEY, chosen);
}

function themeUse(chosen: Theme): void {
  theme.value = chosen;
  Dark.set(chosen === "auto" ? "auto" : chosen === "dark");
  const bar = document.querySelector('meta[name="theme-color"]');
  bar?.setAttribute("content", Dark.isActive ? TOP.dark : TOP.light);
}

/** Whether everything is shown dark now; reactive. */
export function useShownTheme(): ComputedRef<boolean> {
  return computed(() => Dark.isActive);
}
