import type { RouteRecordRaw } from "vue-router";

export const routes: RouteRecordRaw[] = [
  { path: "/outbox", name: "outbox", component: () => import("./OutboxScreen.vue") },
  { path: "/outbox/journal", name: "journal", component: () => import("./JournalScreen.vue") },
];
