/** Names of the properties that fields change. */

import words from "./PropertiesPane.i18n.json";

export type PropertyKey = keyof typeof words.id.fields;
