import type { RouteRecordRaw } from "vue-router";

export const routes: RouteRecordRaw[] = [
  {
    path: "/k/:kegiatan/review",
    name: "review",
    props: true,
    component: () => import("./ReviewListScreen.vue"),
  },
  {
    path: "/k/:kegiatan/units/:unit/review",
    name: "unit-review",
    props: true,
    meta: { edits: true },
    component: () => import("./ReviewUnitScreen.vue"),
  },
  {
    path: "/k/:kegiatan/units/:unit/history",
    name: "unit-history",
    props: true,
    component: () => import("./HistoryScreen.vue"),
  },
];
