/** Start the designer of questionnaires on the page of a draft. Source: kegiatan/admin_designer.py. */

import "./designer.css";

import { createApp } from "vue";

import { i18n, languageUse } from "@/ui/words";

import { readConfig } from "./config";
import Designer from "./Designer.vue";
import { doorsOf } from "./doors";
import { shelfOf, storageOf, tabsOf } from "./kept";
import { createDesigner } from "./use-designer";

const config = readConfig(document);
const place = document.getElementById("designer");
if (config !== undefined && place !== null) {
  languageUse(config.locale);
  const tab = crypto.randomUUID?.() ?? String(Math.random()).slice(2); // no UUID where it is not https
  const keeper = { draft: config.urls.save, person: config.person, tab };
  const shelf = shelfOf(storageOf(() => localStorage), keeper, tabsOf(navigator.locks, tab));
  const designer = createDesigner(config, doorsOf(config), shelf);
  createApp(Designer, { designer, shelf }).use(i18n).mount(place);
  place.removeAttribute("aria-busy");
}
