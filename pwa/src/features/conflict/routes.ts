import type { RouteRecordRaw } from "vue-router";

export const routes: RouteRecordRaw[] = [
  {
    path: "/k/:kegiatan/units/:unit/conflict",
    name: "unit-conflict",
    props: true,
    meta: { edits: true },
    component: () => import("./ConflictScreen.vue"),
  },
];
