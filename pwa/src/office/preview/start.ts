/** Draw the preview, from what its page says. */

import "quasar/dist/quasar.css";
import "@/ui/ui.css";
import "./preview.css";

import { Dark, Notify, Quasar } from "quasar";
import iconSet from "quasar/icon-set/svg-material-icons.js";
import { createApp } from "vue";

import { i18n, languageUse } from "@/ui/words";

import { deskWidgetsRegister } from "./desk-widgets";
import { configOf } from "./office";
import PreviewApp from "./PreviewApp.vue";
import { officeLanguage } from "./words";

const config = configOf(document.getElementById("preview-config")?.textContent ?? "");
officeLanguage.value = config.locale;
languageUse("id");
deskWidgetsRegister();
createApp(PreviewApp, { config })
  .use(i18n)
  .use(Quasar, { plugins: { Dark, Notify }, iconSet, config: { ripple: false } })
  .mount("#preview");
