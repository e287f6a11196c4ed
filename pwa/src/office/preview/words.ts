/** Words of the tools around the phone: in the language of the office page, whatever the phone shows. */

import { ref } from "vue";
import { useI18n } from "vue-i18n";

import type { Language, Say } from "@/ui/words";

/** Language of the office page; set once, before anything is shown. */
export const officeLanguage = ref<Language>("id");

/** Use a component's words in the language of the office page. messages: the content of its i18n.json. */
export function useOfficeWords<T extends object>(messages: { id: T; en: T }): { say: Say<T> } {
  const composer = useI18n({
    useScope: "local",
    inheritLocale: false,
    locale: officeLanguage.value,
    fallbackLocale: "id",
    messages: messages as unknown as Record<Language, Record<string, string>>,
  });
  return {
    say: (key, values = {}, n) => (n === undefined ? composer.t(key, values) : composer.t(key, { n, ...values }, n)),
  };
}
