/**
 * Lint of Cerdas Mobile. src/engine runs in the office's V8 too: no DOM, network, storage, clock
 * tricks. The layers above it may use only those below them.
 */

import pluginVue from "eslint-plugin-vue";
import tseslint from "typescript-eslint";
import vueParser from "vue-eslint-parser";

const outside = [
  "window", "document", "navigator", "location", "history", "screen", "self", "top", "parent",
  "localStorage", "sessionStorage", "indexedDB", "caches", "cookieStore",
  "fetch", "XMLHttpRequest", "WebSocket", "EventSource", "Worker", "SharedWorker", "BroadcastChannel",
  "crypto", "performance", "setTimeout", "setInterval", "requestAnimationFrame", "queueMicrotask",
  "alert", "confirm", "prompt", "process", "Buffer", "require", "structuredClone", "TextEncoder",
  "TextDecoder", "URL", "atob", "btoa", "eval", "Intl",
];

/**
 * A layer by folder: which other layers and which of the packages bound to one layer it may import.
 *
 * store alone touches IndexedDB (dexie), api alone calls the server (openapi-fetch), sync uses both.
 */
const layers = {
  store: { folders: ["engine"], packages: ["dexie"] },
  api: { folders: ["engine"], packages: ["openapi-fetch"] },
  sync: { folders: ["engine", "store", "api"], packages: [] },
  ui: { folders: ["engine", "store", "sync"], packages: ["survey", "dompurify"] },
  features: { folders: ["engine", "store", "sync", "ui"], packages: ["survey", "dompurify", "maplibre", "virtual"] },
  app: { folders: ["engine", "store", "sync", "ui", "features"], packages: [] },
  // Scripts of office pages: what they ask the office goes through their page's own addresses.
  office: { folders: ["engine", "ui"], packages: ["survey", "dompurify", "codemirror", "jsonc"] },
};
const packages = {
  dexie: "^dexie($|/)",
  "openapi-fetch": "^openapi-fetch($|/)",
  survey: "^survey-",
  dompurify: "^dompurify$",
  maplibre: "^maplibre-gl($|/)",
  virtual: "^@tanstack/vue-virtual$",
  codemirror: "^@(codemirror|lezer)/",
  jsonc: "^jsonc-parser$",
};

function layerRules([name, allowed]) {
  const closed = Object.keys(layers).filter((other) => other !== name && !allowed.folders.includes(other));
  const patterns = closed.map((other) => ({
    // As @/other/… from anywhere, and as ../other/… from the layer's own files.
    regex: `^(@/${other}(/|$)|(\\.\\./)+${other}(/|$))`,
    message: `${name} may import ${allowed.folders.join(", ")}.`,
  }));
  for (const [pack, regex] of Object.entries(packages)) {
    if (!allowed.packages.includes(pack)) patterns.push({ regex, message: `${pack} is not for ${name}.` });
  }
  if (!allowed.folders.includes("engine")) {
    patterns.push({ regex: "^@/engine(/|$)", message: "The engine is not for this layer." });
  }
  const globals =
    name === "store"
      ? ["fetch", "XMLHttpRequest"]
      : name === "api"
        ? ["indexedDB", "localStorage"]
        : name === "office"
          ? ["XMLHttpRequest", "indexedDB"]
          : ["fetch", "XMLHttpRequest", "indexedDB", "localStorage"];
  return {
    files: [`src/${name}/**/*.ts`, `src/${name}/**/*.vue`],
    rules: {
      "no-restricted-imports": ["error", { patterns }],
      "no-restricted-globals": ["error", ...globals],
    },
  };
}

export default tseslint.config(
  {
    ignores: [
      "node_modules/", "dist/", "dist.*/", "dist-office/", "dist-office.*/", "eslint.config.js", "compress.mjs", "tests/engine-runner.mjs",
      "src/api/schema.gen.ts",
    ],
  },
  ...tseslint.configs.strictTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  ...pluginVue.configs["flat/recommended"],
  {
    languageOptions: {
      parserOptions: {
        project: ["./tsconfig.tools.json", "./tsconfig.sw.json"],
        tsconfigRootDir: import.meta.dirname,
        extraFileExtensions: [".vue"],
      },
    },
    rules: {
      // Index signatures are read with brackets: TypeScript's noPropertyAccessFromIndexSignature.
      "@typescript-eslint/dot-notation": "off",
      // survey-core is declared without strict null checks, and its questions only as Question.
      "@typescript-eslint/no-unnecessary-condition": "off",
      "@typescript-eslint/no-unsafe-class-instance-assignment": "off",
      // Forms and answers are plain JSON objects.
      "@typescript-eslint/no-dynamic-delete": "off",
      // The result of useLive is a ref that carries `ready` and `fault`; vue-tsc knows.
      "vue/no-ref-as-operand": "off",
      // JSON.parse with the type the caller vouches for.
      "@typescript-eslint/no-unnecessary-type-parameters": "off",
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "max-lines-per-function": ["error", { max: 60, skipBlankLines: true, skipComments: true }],
      "max-lines": ["error", { max: 400, skipBlankLines: true }],
    },
  },
  {
    files: ["src/**/*.vue"],
    languageOptions: { parser: vueParser, parserOptions: { parser: tseslint.parser } },
    rules: {
      "vue/block-order": ["error", { order: ["script", "template", "style"] }],
      "vue/no-v-html": "error",
      "vue/multi-word-component-names": "off",
      // How markup is broken into lines is the writer's matter.
      "vue/max-attributes-per-line": "off",
      "vue/singleline-html-element-content-newline": "off",
      "vue/multiline-html-element-content-newline": "off",
      "vue/html-closing-bracket-newline": "off",
      "vue/html-indent": "off",
      "vue/html-self-closing": "off",
      "vue/first-attribute-linebreak": "off",
      "vue/attributes-order": "off",
      // TypeScript says which props may be absent.
      "vue/require-default-prop": "off",
      // vue-tsc knows the types of components; the linter sees their templates' values as any.
      "@typescript-eslint/no-unsafe-assignment": "off",
      "@typescript-eslint/no-unsafe-argument": "off",
      "@typescript-eslint/no-unsafe-call": "off",
      "@typescript-eslint/no-unsafe-member-access": "off",
      "@typescript-eslint/no-unsafe-return": "off",
      "max-lines-per-function": "off",
    },
  },
  {
    files: ["src/engine/**/*.ts"],
    rules: {
      "no-restricted-globals": ["error", ...outside],
      "no-restricted-imports": [
        "error",
        { patterns: [{ regex: "^(?!\\./|survey-core$|survey-core/i18n/)", message: "The engine stands alone." }] },
      ],
    },
  },
  ...Object.entries(layers).map(layerRules),
  {
    // Language and theme are needed before anybody has signed in and before the database opens.
    files: ["src/ui/look.ts"],
    rules: { "no-restricted-globals": ["error", "fetch", "XMLHttpRequest", "indexedDB"] },
  },
  {
    files: ["tests/**/*.ts"],
    rules: { "max-lines-per-function": "off" },
  },
);
