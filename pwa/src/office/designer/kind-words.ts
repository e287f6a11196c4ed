/** Words of a component together with those of the kinds: a component has one set of words. */

import kindWords from "./kinds.i18n.json";

type Kinds = typeof kindWords.id;

/** Lay the words of kinds beside a component's own. */
export function withKinds<T extends object>(words: { id: T; en: T }): { id: T & Pick<Kinds, "kinds" | "groups">; en: T & Pick<Kinds, "kinds" | "groups"> } {
  const { id, en } = kindWords;
  return {
    id: { ...words.id, kinds: id.kinds, groups: id.groups },
    en: { ...words.en, kinds: en.kinds, groups: en.groups },
  };
}
