import type { RouteRecordRaw } from "vue-router";

/** A unit: the form for its PPL, the review for its PML. `edits`: an update of the app waits. */
export const routes: RouteRecordRaw[] = [
  {
    path: "/k/:kegiatan/units/:unit",
    name: "unit",
    props: true,
    meta: { edits: true },
    component: () => import("./UnitScreen.vue"),
  },
];
