/** Two versions of one unit: what differs, who changed it, and the answers that a choice gives. */

import { type Difference, type Json, type JsonObject, type Scope, canonicalAnswers, compare, formTree, get, isObject, sameJson } from "@/engine";
import { answerAt, isSetApart, splitPath, withAnswer } from "@/ui/survey/paths";

export type Side = "mine" | "theirs";

/** One answer that differs. */
export interface Clash {
  path: string;
  page: string;
  mine: Json;
  theirs: Json;
  /** Who changed it since both began: "both" is a true conflict. */
  changedBy: "mine" | "theirs" | "both";
}

/**
 * Return what differs between both versions, in the order of the form.
 *
 * base: what both began from; without it every difference was changed by both.
 */
export function clashesOf(
  form: JsonObject,
  versions: { base: JsonObject | null; mine: JsonObject; theirs: JsonObject },
): Clash[] {
  const { base, mine, theirs } = versions;
  return compare(form, theirs, mine)
    .filter(({ path }) => !isSetApart(path))
    .map((difference) => ({
      path: difference.path,
      page: difference.page,
      mine: difference.new,
      theirs: difference.old,
      changedBy: base === null ? "both" : changerOf(difference, base),
    }));
}

function changerOf({ path, old, new: now }: Difference, base: JsonObject): Clash["changedBy"] {
  const before = answerAt(base, path) ?? null;
  if (sameJson(before, old)) return "mine";
  return sameJson(before, now) ? "theirs" : "both";
}

/** Return the choice to begin with: whoever changed it; where both did, what the person typed. */
export function firstChoice(clash: Clash): Side {
  return clash.changedBy === "theirs" ? "theirs" : "mine";
}

export interface Merged {
  answers: JsonObject;
  /** Answers of mine whose row is not there any more. */
  lost: string[];
}

/** Return their answers with mine on top wherever mine was chosen; what either set apart stays set apart. */
export function merged(
  form: JsonObject,
  { mine: my, theirs }: { mine: JsonObject; theirs: JsonObject },
  clashes: readonly Clash[],
  chosen: (path: string) => Side,
  assignmentId: string,
): Merged {
  const tree = formTree(form);
  let answers = withArchiveOf(tree.scope, theirs, my);
  const lost: string[] = [];
  for (const { path, mine } of [...clashes].sort((a, b) => depthOf(a.path) - depthOf(b.path))) {
    if (chosen(path) !== "mine") continue;
    const next = withAnswer(answers, path, mine);
    if (next === undefined) lost.push(path);
    else answers = next;
  }
  return { answers: canonicalAnswers(tree, answers, assignmentId), lost };
}

/** Return theirs with what mine has set apart beside its own, in every row that both have. */
function withArchiveOf(scope: Scope, theirs: JsonObject, mine: JsonObject): JsonObject {
  const [their, my] = [get(theirs, "_archived"), get(mine, "_archived")];
  const result: JsonObject = isObject(my) ? { ...theirs, _archived: { ...my, ...(isObject(their) ? their : {}) } } : { ...theirs };
  for (const [key, below] of scope.rosters) {
    const rows = get(result, key);
    const others = new Map(rowsOf(get(mine, key)).map((row) => [row["_id"], row]));
    if (!Array.isArray(rows) || others.size === 0) continue;
    result[key] = rows.map((row) => {
      const other = isObject(row) ? others.get(row["_id"]) : undefined;
      return isObject(row) && other !== undefined ? withArchiveOf(below, row, other) : row;
    });
  }
  return result;
}

function rowsOf(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function depthOf(path: string): number {
  return splitPath(path)?.steps.length ?? 0;
}
