/** Vue components for tools that do not read them (vue-tsc does). */
declare module "*.vue" {
  import type { DefineComponent } from "vue";
  const component: DefineComponent;
  export default component;
}

/** Of package.json, with the moment of the build. */
declare const __APP_VERSION__: string;
