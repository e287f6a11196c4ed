/** Places in a questionnaire's JSON: `pages[0].elements[3].visibleIf`, as the linter writes them. */

import { type Node, findNodeAtLocation } from "jsonc-parser";

export type Segments = readonly (string | number)[];

/** Return keys and indexes as a path: ["pages", 0, "name"] -> `pages[0].name`. */
export function pathText(segments: Segments): string {
  let path = "";
  for (const part of segments) {
    if (typeof part === "number") path += `[${part}]`;
    else path += path === "" ? part : `.${part}`;
  }
  return path;
}

/** Return a path as keys and indexes. Keys hold no dots and no brackets, as in SurveyJS. */
export function pathSegments(path: string): (string | number)[] {
  return [...path.matchAll(/\[(\d+)\]|[^.[\]]+/g)].map((found) =>
    found[1] === undefined ? found[0] : Number(found[1]),
  );
}

/** Whether `path` is `above` or lies in it. */
export function isWithin(path: string, above: string): boolean {
  if (above === "" || path === above) return true;
  return path.startsWith(above) && (path[above.length] === "." || path[above.length] === "[");
}

/** Return the value at a path, or at its nearest parent that is there. */
export function nearestNode(root: Node, segments: Segments): Node {
  for (let length = segments.length; length > 0; length -= 1) {
    const found = findNodeAtLocation(root, segments.slice(0, length));
    if (found !== undefined) return found;
  }
  return root;
}
