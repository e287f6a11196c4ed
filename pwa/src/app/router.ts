/** The addresses of the app. Sign-in and home are in the first chunk, the rest comes when asked. */

import { type RouteRecordRaw, createRouter, createWebHistory } from "vue-router";

import HomeScreen from "@/features/kegiatan/HomeScreen.vue";
import SignInScreen from "@/features/sign-in/SignInScreen.vue";
import { currentPerson } from "@/ui/session";

// Screens of the form, of review and of the outbox bring their own addresses.
const others = import.meta.glob<{ routes: RouteRecordRaw[] }>("../features/*/routes.ts", { eager: true });

const own: RouteRecordRaw[] = [
  { path: "/sign-in", name: "sign-in", component: SignInScreen, meta: { isOpen: true } },
  { path: "/", name: "home", component: HomeScreen },
  {
    path: "/k/:kegiatan",
    name: "dashboard",
    props: true,
    component: () => import("@/features/dashboard/DashboardScreen.vue"),
  },
  {
    path: "/k/:kegiatan/groups/:path*",
    name: "groups",
    props: true,
    component: () => import("@/features/groups/GroupsScreen.vue"),
  },
  {
    path: "/k/:kegiatan/units",
    name: "units",
    props: true,
    component: () => import("@/features/assignments/AssignmentsScreen.vue"),
  },
  {
    path: "/k/:kegiatan/new",
    name: "new-unit",
    props: true,
    meta: { edits: true },
    component: () => import("@/features/new-unit/NewUnitScreen.vue"),
  },
  {
    path: "/map/:kegiatan",
    name: "map",
    props: true,
    component: () => import("@/features/map/MapScreen.vue"),
  },
  {
    path: "/settings",
    name: "settings",
    component: () => import("@/features/settings/SettingsScreen.vue"),
  },
];

export const router = createRouter({
  history: createWebHistory(import.meta.env.BASE_URL),
  routes: [
    ...own,
    ...Object.values(others).flatMap((module) => module.routes),
    { path: "/:rest(.*)*", redirect: "/" },
  ],
});

router.beforeEach((to) => {
  if (to.meta["isOpen"] === true || currentPerson() !== null) return true;
  return { name: "sign-in", query: to.path === "/" ? {} : { next: to.fullPath } };
});

// A tab that was open over two updates may ask for a part that is nowhere any more.
router.onError((fault, to) => {
  const isGone = /dynamically imported module|module script/i.test(String(fault));
  const before = history.state as Record<string, unknown> | null;
  if (!isGone || !navigator.onLine || before?.["reloadedFor"] === to.fullPath) return;
  history.replaceState({ ...before, reloadedFor: to.fullPath }, "");
  location.assign(import.meta.env.BASE_URL.replace(/\/$/, "") + to.fullPath);
});
