/** Which panes are side by side: three on wide screens, outline and one other on a desk, one on a phone. */

import { type Ref, computed, onBeforeUnmount, onMounted, ref } from "vue";

export type Pane = "outline" | "json" | "preview";
/** Room for the outline beside one pane, and beside two, in CSS pixels of the designer. */
const TWO_FROM = 700;
const THREE_FROM = 1120;

export function usePanes(root: Ref<HTMLElement | undefined>) {
  const width = ref(1024);
  const chosen = ref<Pane>();
  const seen = ref(false);
  const hasTabs = computed<0 | 2 | 3>(() => (width.value >= THREE_FROM ? 0 : width.value >= TWO_FROM ? 2 : 3));
  const tabs = computed<Pane[]>(() => (hasTabs.value === 3 ? ["outline", "json", "preview"] : ["json", "preview"]));
  const pane = computed<Pane>({
    get: () => {
      const first = hasTabs.value === 3 ? "outline" : "json";
      return chosen.value !== undefined && tabs.value.includes(chosen.value) ? chosen.value : first;
    },
    set: (next) => (chosen.value = next),
  });
  /** isOnce: whether it has been shown, so that a frame is loaded when it is first looked at. */
  const isShown = (name: Pane, isOnce = false): boolean => {
    const now = hasTabs.value === 0 || pane.value === name || (hasTabs.value === 2 && name === "outline");
    if (!isOnce) return now;
    if (now && name === "preview") seen.value = true;
    return now || seen.value;
  };
  const observer = new ResizeObserver(([entry]) => (width.value = entry?.contentRect.width ?? width.value));
  onMounted(() => {
    if (root.value === undefined) return;
    width.value = root.value.clientWidth;
    observer.observe(root.value);
  });
  onBeforeUnmount(() => observer.disconnect());
  return { pane, isShown, hasTabs, tabs, isWide: computed(() => hasTabs.value === 0) };
}
