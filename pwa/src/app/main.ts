/** Start Cerdas Mobile: what this phone holds is shown at once, the network comes after. */

import "quasar/dist/quasar.css";
import "@/ui/ui.css";

import { createPinia } from "pinia";
import { Dark, Notify, Quasar } from "quasar";
import iconSet from "quasar/icon-set/svg-material-icons.js";
import quasarWords from "quasar/lang/id.js";
import { createApp } from "vue";

import App from "@/app/App.vue";
import { faultsTell } from "@/app/faults";
import { personFollow } from "@/app/follow-person";
import { router } from "@/app/router";
import { updatesFollow } from "@/app/updates";
import { sync } from "@/sync";
import { lookStart } from "@/ui/look";
import { sessionStart } from "@/ui/session";
import { i18n } from "@/ui/words";

async function start(): Promise<void> {
  const app = createApp(App);
  app.use(createPinia());
  app.use(i18n);
  app.use(Quasar, { plugins: { Dark, Notify }, iconSet, lang: quasarWords, config: { ripple: false } });
  faultsTell(app);
  lookStart();
  try {
    await sessionStart();
  } catch (fault) {
    const { default: StartFault } = await import("@/app/StartFault.vue");
    createApp(StartFault, { fault }).use(i18n).mount("#app");
    return;
  }
  app.use(router);
  personFollow(router);
  await router.isReady();
  app.mount("#app");
  sync.start();
  updatesFollow();
}

void start();
