/** In place of what only a phone in the field can do: a position that is typed. */

import { ComponentFactory } from "survey-vue3-ui";

import { registerComponents } from "@/ui/survey/register";

import DeskPosition from "./DeskPosition.vue";

/** Register them over the phone's own. */
export function deskWidgetsRegister(): void {
  registerComponents();
  ComponentFactory.Instance.registerComponent("survey-geotag", DeskPosition);
}
