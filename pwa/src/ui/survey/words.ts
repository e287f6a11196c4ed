/** The words that lists of answers need besides the form's own, in the language shown. */

import { type ComputedRef, computed } from "vue";

import { language } from "@/ui/words";

import type { CodeBook } from "./judge";
import messages from "./words.i18n.json";
import type { Words } from "./wording";

/** Return the words; codes: texts of the data sets on this phone. */
export function formWords(codes?: CodeBook): Words {
  const locale = language();
  const said = messages[locale];
  return {
    locale,
    yes: said.yes,
    no: said.no,
    none: said.none,
    signed: said.signed,
    note: said.note,
    photos: (count) => said.photos.replace("{count}", String(count)),
    ...(codes === undefined ? {} : { masterText: codes.textOf }),
  };
}

/** Use the words, following the language. */
export function useFormWords(codes?: () => CodeBook | undefined): ComputedRef<Words> {
  return computed(() => formWords(codes?.()));
}
