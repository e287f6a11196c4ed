/** What the person wants of a list, remembered per activity (`app_metadata`). */

import { type ComputedRef, type Ref, computed, onScopeDispose, reactive, ref, watch } from "vue";

import { type Filter, type Order, filterFrom, isSet } from "@/features/assignments/filtering";
import { store } from "@/store";
import type { Json } from "@/store/types";
import type { Column } from "@/ui/form-envelope";

const SAVE_AFTER_MS = 300;

export interface ListWish {
  search: string;
  filters: Record<string, Filter>;
  order: Order | null;
  /** Keys of the columns in the row, in order; null: those of the form. */
  columns: string[] | null;
}

export interface UsedWish {
  wish: ListWish;
  isReady: Ref<boolean>;
  /** Columns of the row, and the others, which show when it is opened. */
  inRow: ComputedRef<Column[]>;
  others: ComputedRef<Column[]>;
  filterCount: ComputedRef<number>;
}

/** Load the wish of an activity and keep it when it changes. */
export function useListWish(key: ComputedRef<{ person: string; kegiatan: string }>, columns: () => Column[]): UsedWish {
  const wish = reactive<ListWish>({ search: "", filters: {}, order: null, columns: null });
  const isReady = ref(false);
  void load();

  async function load(): Promise<void> {
    const kept = await store.preferencesGet(key.value);
    wish.search = kept.search;
    wish.order = kept.sort;
    wish.columns = kept.columns;
    for (const [name, value] of Object.entries(kept.filters)) {
      const filter = filterFrom(value);
      if (filter !== null) wish.filters[name] = filter;
    }
    isReady.value = true;
  }

  let timer: ReturnType<typeof setTimeout> | undefined;
  const save = (): void => {
    if (timer === undefined) return;
    clearTimeout(timer);
    timer = undefined;
    const filters = Object.fromEntries(Object.entries(wish.filters).filter(([, filter]) => isSet(filter)));
    const plain = JSON.parse(JSON.stringify({ filters, columns: wish.columns, sort: wish.order })) as {
      filters: Record<string, Json>; columns: string[] | null; sort: Order | null;
    };
    void store.preferencesSave({ ...key.value, ...plain, search: wish.search });
  };
  watch(wish, () => {
    if (!isReady.value) return;
    clearTimeout(timer);
    timer = setTimeout(save, SAVE_AFTER_MS);
  });
  onScopeDispose(save);

  const inRow = computed(() => {
    const chosen = wish.columns;
    if (chosen === null) return columns().filter((column) => column.isDefault);
    return chosen.flatMap((name) => columns().find((column) => column.key === name) ?? []);
  });
  const others = computed(() => columns().filter((column) => !inRow.value.includes(column)));
  const filterCount = computed(() => Object.values(wish.filters).filter((filter) => isSet(filter)).length);
  return { wish, isReady, inRow, others, filterCount };
}
