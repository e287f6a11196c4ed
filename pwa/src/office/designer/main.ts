/** Start the designer of questionnaires on the page of a draft. Source: kegiatan/admin_designer.py. */

import "./designer.css";

import { createApp } from "vue";

import { i18n, languageUse } from "@/ui/words";

import { readConfig } from "./config";
import Designer from "./Designer.vue";
import { doorsOf } from "./doors";
import { shelfOf } from "./kept";
import { createDesigner } from "./use-designer";

const TAB = "cerdas-draft-tab";

/** Return what this tab is known by, the same after a reload. */
function tabName(): string {
  const known = sessionStorage.getItem(TAB);
  if (known !== null) return known;
  const made = crypto.randomUUID?.() ?? String(Math.random()).slice(2);
  sessionStorage.setItem(TAB, made);
  return made;
}

const config = readConfig(document);
const place = document.getElementById("designer");
if (config !== undefined && place !== null) {
  languageUse(config.locale);
  const shelf = shelfOf(localStorage, config.urls.save, tabName());
  const designer = createDesigner(config, doorsOf(config), shelf);
  createApp(Designer, { designer, shelf }).use(i18n).mount(place);
  place.removeAttribute("aria-busy");
}
