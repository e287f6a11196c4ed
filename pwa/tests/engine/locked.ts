/** The names a prepared form locks: read-only questions, and rosters whose rows may not come or go. */

import { type JsonObject, objectsOf } from "../../src/engine/json";

export function lockedNames(prepared: JsonObject): string[] {
  const names: string[] = [];
  const visit = (element: JsonObject): void => {
    const name = typeof element["name"] === "string" ? element["name"] : "";
    if (element["readOnly"] === true) names.push(name);
    if (element["allowAddPanel"] === false || element["allowAddRows"] === false) {
      names.push(`${name}[]`);
    }
    for (const key of ["elements", "templateElements", "columns"]) {
      objectsOf(element[key]).forEach(visit);
    }
  };
  objectsOf(prepared["pages"]).forEach(visit);
  return names;
}
