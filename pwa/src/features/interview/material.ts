/** What an interview needs to be opened: the unit, its form and data sets, the answers it begins with. */

import { type FormTree, type JsonObject, type Verdict, formTree, get, labelOf } from "@/engine";
import { store } from "@/store";
import { type AssignmentFull, type Draft, FILLABLE, type FormVersion, type StoreFault } from "@/store/types";
import { sync } from "@/sync";
import { Masters, phoneServices } from "@/ui/survey/phone-services";
import type { Place } from "@/ui/survey/places";
import { outcomeText } from "@/ui/survey/wording";
import { language } from "@/ui/words";

import { broughtBack, formChanges, versionToOpen } from "./opening";

export const ROLE = "PPL";

/** What the screen shows: still opening, cannot be opened, to fill in, or to look at (sent, or open elsewhere). */
export type Opened =
  | { state: "opening"; draft?: never }
  | { state: "absent"; draft?: never }
  | { state: "no_form"; draft?: never; version: number }
  | { state: "fault"; draft?: never; fault: StoreFault }
  | ({ state: "fill"; draft: Draft } & Material)
  | ({ state: "elsewhere"; draft: Draft } & Material)
  | ({ state: "locked"; draft?: never; answers: JsonObject } & Material);

export interface Material {
  /** Rises with every reading: the form on the screen is drawn anew. */
  round: number;
  unit: AssignmentFull;
  form: FormVersion;
  tree: FormTree;
  /** As they were read; what is typed since is in `answers` of the interview. */
  start: JsonObject;
  place: Place | null;
  /** Version the answers were begun in, and what is new, when another one is open. */
  change: { previous: number; added: string[]; removed: string[] } | null;
  newer: number | null;
  services: ReturnType<typeof phoneServices>;
  masters: Masters;
}

export interface Key {
  person: string;
  kegiatan: string;
  assignment: string;
}

/** Return what is open. isHeld: this window is the one that fills the unit in. */
export async function readUnit(key: Key, isHeld: boolean): Promise<Opened> {
  const unitKey = { person: key.person, assignment: key.assignment };
  const unit = await store.assignmentGet(unitKey);
  if (unit === null) return { state: "absent" };
  const newest = await store.formGet({ person: key.person, kegiatan: key.kegiatan });
  const before = await store.draftGet(unitKey);
  const choice = versionToOpen({
    status: unit.status,
    usedVersion: unit.form_version_used,
    hasAnswers: unit.responses !== null && Object.keys(unit.responses).length > 0,
    draftVersion: before?.form_version ?? null,
    newest: newest?.version ?? unit.form_version_used,
  });
  const draft = FILLABLE.includes(unit.status) || before !== null
    ? await store.draftOpen({ ...unitKey, role: ROLE, form_version: choice.version })
    : null;
  const sent = draft === null ? await sentWork(key) : null;
  const version = draft?.form_version ?? sent?.version ?? choice.version;
  const form = await formOf(key, version);
  if (form === null) return { state: "no_form", version };
  const tree = formTree(form.schema);
  const masters = new Masters(form.schema, key);
  const material = {
    round: 0,
    unit: (await store.assignmentGet(unitKey)) ?? unit,
    form, tree, masters,
    services: phoneServices(unitKey, masters),
    newer: draft === null ? null : choice.newer,
    change: draft === null || choice.previous === null ? null : await changeOf(key, choice.previous, tree),
  };
  if (draft === null) {
    const shown = sent?.answers ?? unit.responses ?? {};
    return { state: "locked", ...material, answers: shown, start: shown, place: null };
  }
  const start = broughtBack(tree.scope, draft.answers);
  return { state: isHeld ? "fill" : "elsewhere", draft, ...material, start, place: draft.place };
}

export function closeMaterial(opened: Opened): void {
  if ("services" in opened) opened.services.close();
}

/** Return the answers that wait for the server, undefined where none do. */
async function sentWork(
  key: { person: string; assignment: string },
): Promise<{ answers: JsonObject; version: number } | null> {
  const waiting = await store.operationList({ person: key.person, assignment: key.assignment });
  const data = waiting.findLast((operation) => operation.type === "submit")?.data;
  const answers = data && get(data, "responses");
  const version = data && get(data, "form_version_used");
  const isWhole = typeof answers === "object" && answers !== null && !Array.isArray(answers);
  return isWhole && typeof version === "number" ? { answers, version } : null;
}

async function formOf(key: { person: string; kegiatan: string }, version: number): Promise<FormVersion | null> {
  const here = await store.formGet({ ...key, version });
  if (here !== null) return here;
  await sync.formFetch({ kegiatan: key.kegiatan, version });
  return store.formGet({ ...key, version });
}

async function changeOf(
  key: { person: string; kegiatan: string },
  previous: number,
  tree: FormTree,
): Promise<Material["change"]> {
  const old = await store.formGet({ person: key.person, kegiatan: key.kegiatan, version: previous });
  const changes = old === null ? { added: [], removed: [] } : formChanges(formTree(old.schema), tree, language());
  return { previous, ...changes };
}

/**
 * Return the label by the template once something is answered, else the one that the office gave.
 *
 * verdict: on these answers, null where there is none yet; its label leaves hidden answers out.
 */
export function labelNow(opened: Opened, answers: JsonObject, verdict: Verdict | null): string {
  if (!("unit" in opened)) return "";
  const { tree, unit } = opened;
  if (Object.keys(answers).length === 0) return unit.label;
  const made = verdict?.label ?? labelOf(tree, answers, unit.prefilled_data ?? {});
  return made === "" ? (unit.local_label ?? unit.label) : made;
}

/** Return what is sent; the verdict goes along as evidence of what the phone thought. */
export function submissionOf(final: Verdict, { form, unit }: Material): {
  answers: JsonObject; form_version: number; visit_outcome: string; label: string; verdict: JsonObject; engine?: string;
} {
  const { errors, warnings, blanks, hidden } = final;
  const evidence = { errors, warnings, blanks: blanks.length, hidden: hidden.length };
  return {
    answers: final.answers,
    form_version: form.version,
    visit_outcome: outcomeText(final.outcome),
    label: final.label || unit.label,
    verdict: JSON.parse(JSON.stringify(evidence)) as JsonObject,
    ...(form.engine === null ? {} : { engine: form.engine }),
  };
}
