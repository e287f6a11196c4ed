/** One unit as its PML sees it: answers in words, what changed since the last decision, the check. */

import { type ComputedRef, type ShallowRef, computed, onScopeDispose, shallowRef, watch } from "vue";

import { type Finding, type FormTree, type JsonObject, compare, formTree, get, isObject } from "@/engine";
import { store } from "@/store";
import { storeError } from "@/store/errors";
import type { AssignmentFull, FormVersion, Json, OperationType, StoreFault } from "@/store/types";
import { sync } from "@/sync";
import { type LiveRef, useLive } from "@/ui/live";
import { Judge } from "@/ui/survey/judge";
import { type PageLines, answerPages } from "@/ui/survey/lines";
import { isSetApart } from "@/ui/survey/paths";
import { Masters, phoneServices } from "@/ui/survey/phone-services";
import { formWords } from "@/ui/survey/words";
import { language } from "@/ui/words";

import { type Reviewed, reviewedGet } from "./reviewed";

export type Material =
  | { state: "opening" }
  | { state: "no_form"; version: number }
  | { state: "fault"; fault: StoreFault }
  | {
      state: "ready";
      form: FormVersion;
      tree: FormTree;
      masters: Masters;
      services: ReturnType<typeof phoneServices>;
      reviewed: Reviewed | null;
    };

export interface Review {
  unit: LiveRef<AssignmentFull | null>;
  material: ShallowRef<Material>;
  pages: ComputedRef<PageLines[]>;
  errors: ComputedRef<Finding[]>;
  warnings: ComputedRef<Finding[]>;
  /** Paths whose answers differ from those of the last decision. */
  changed: ComputedRef<number>;
  allowed: ShallowRef<OperationType[] | undefined>;
}

interface Key {
  person: string;
  kegiatan: string;
  assignment: string;
}

export function useReview(key: Key): Review {
  const unit = useLive(() => store.assignmentGet({ person: key.person, assignment: key.assignment }), null);
  const material = shallowRef<Material>({ state: "opening" });
  const visible = shallowRef<ReadonlySet<string> | undefined>(undefined);
  const allowed = shallowRef<OperationType[] | undefined>(undefined);
  const judge = new Judge();
  let isClosed = false;

  watch(() => [unit.value?.form_version_used, unit.value?.version, unit.value?.status], () => void load(), { immediate: true });
  onScopeDispose(() => {
    isClosed = true;
    judge.close();
    free(material.value);
  });

  async function load(): Promise<void> {
    const now = unit.value;
    if (now === null) return;
    try {
      const found = await materialOf(key, now);
      if (isClosed || unit.value !== now) { free(found); return; }
      free(material.value);
      material.value = found;
      if (found.state === "ready") await look(found, now);
    } catch (error) {
      material.value = { state: "fault", fault: storeError(error).fault };
    }
    const answer = await sync.allowedActions(key.assignment);
    allowed.value = answer.kind === "ok" ? answer.value : undefined;
  }

  /** Which questions are shown is the engine's matter; until it has said so, those with answers. */
  async function look(found: Extract<Material, { state: "ready" }>, now: AssignmentFull): Promise<void> {
    const verdict = await judge
      .verdict({
        formKey: found.form.checksum,
        form: found.form.schema,
        answers: now.responses ?? {},
        prefilled: now.prefilled_data ?? {},
        assignmentId: key.assignment,
        locale: language(),
        codes: found.masters.codes,
      })
      .catch(() => undefined);
    if (!isClosed) visible.value = verdict === undefined ? undefined : new Set(verdict.visible);
  }

  const shown = useShown(unit, material, visible);
  return { unit, material, allowed, ...shown };
}

/** What is read on the screen, made anew when the unit, its form or the engine's word changes. */
function useShown(
  unit: Readonly<ShallowRef<AssignmentFull | null>>,
  material: ShallowRef<Material>,
  visible: ShallowRef<ReadonlySet<string> | undefined>,
): Pick<Review, "pages" | "errors" | "warnings" | "changed"> {
  const isChecked = computed(() => unit.value !== null && unit.value.check.version === unit.value.version);
  const errors = computed(() => (isChecked.value ? findingsOf(unit.value?.check_errors ?? []) : []));
  const warnings = computed(() => (isChecked.value ? findingsOf(unit.value?.check_warnings ?? []) : []));
  const differences = computed(() => {
    const [now, found] = [unit.value, material.value];
    if (now === null || found.state !== "ready" || found.reviewed === null) return [];
    const all = compare(found.form.schema, found.reviewed.answers, now.responses ?? {});
    return all.filter(({ path }) => !isSetApart(path));
  });
  const pages = computed(() => {
    const [now, found] = [unit.value, material.value];
    if (now === null || found.state !== "ready") return [];
    return answerPages({
      tree: found.tree,
      answers: now.responses ?? {},
      prefilled: now.prefilled_data ?? {},
      visible: visible.value,
      differences: differences.value,
      errors: errors.value,
      warnings: warnings.value,
      words: formWords(found.masters.codes),
    });
  });
  return { pages, errors, warnings, changed: computed(() => differences.value.length) };
}

function free(material: Material): void {
  if (material.state === "ready") material.services.close();
}

async function materialOf(key: Key, unit: AssignmentFull): Promise<Material> {
  const wanted = { person: key.person, kegiatan: key.kegiatan, version: unit.form_version_used };
  let form = await store.formGet(wanted);
  if (form === null) {
    await sync.formFetch({ kegiatan: key.kegiatan, version: unit.form_version_used });
    form = await store.formGet(wanted);
  }
  if (form === null) return { state: "no_form", version: unit.form_version_used };
  const masters = new Masters(form.schema, key);
  await masters.load();
  const services = phoneServices({ person: key.person, assignment: key.assignment }, masters);
  const reviewed = await reviewedGet(key.person, key.assignment);
  const isEarlier = reviewed !== null && reviewed.version < unit.version;
  return { state: "ready", form, tree: formTree(form.schema), masters, services, reviewed: isEarlier ? reviewed : null };
}

/** Return findings as the server gives them, whatever is missing in them left out. */
function findingsOf(items: readonly Json[]): Finding[] {
  const text = (item: JsonObject, key: string): string => {
    const value = get(item, key);
    return typeof value === "string" ? value : "";
  };
  return items.filter(isObject).map((item) => ({
    path: text(item, "path"), part: text(item, "part"), code: text(item, "code"),
    message: text(item, "message"), title: text(item, "title"), page: text(item, "page"),
  }));
}
