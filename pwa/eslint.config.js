/** Lint of Cerdas Mobile. src/engine runs in the office's V8 too: no DOM, network, storage, clock tricks. */

import tseslint from "typescript-eslint";

const outside = [
  "window", "document", "navigator", "location", "history", "screen", "self", "top", "parent",
  "localStorage", "sessionStorage", "indexedDB", "caches", "cookieStore",
  "fetch", "XMLHttpRequest", "WebSocket", "EventSource", "Worker", "SharedWorker", "BroadcastChannel",
  "crypto", "performance", "setTimeout", "setInterval", "requestAnimationFrame", "queueMicrotask",
  "alert", "confirm", "prompt", "process", "Buffer", "require", "structuredClone", "TextEncoder",
  "TextDecoder", "URL", "atob", "btoa", "eval", "Intl",
];

export default tseslint.config(
  { ignores: ["node_modules/", "dist/", "eslint.config.js", "tests/engine-runner.mjs"] },
  ...tseslint.configs.strictTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: {
      parserOptions: { project: "./tsconfig.tools.json", tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      // Index signatures are read with brackets: TypeScript's noPropertyAccessFromIndexSignature.
      "@typescript-eslint/dot-notation": "off",
      // survey-core is declared without strict null checks, and its questions only as Question.
      "@typescript-eslint/no-unnecessary-condition": "off",
      "@typescript-eslint/no-unsafe-class-instance-assignment": "off",
      // Forms and answers are plain JSON objects.
      "@typescript-eslint/no-dynamic-delete": "off",
      // JSON.parse with the type the caller vouches for.
      "@typescript-eslint/no-unnecessary-type-parameters": "off",
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "max-lines-per-function": ["error", { max: 60, skipBlankLines: true, skipComments: true }],
      "max-lines": ["error", { max: 400, skipBlankLines: true }],
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
  {
    files: ["tests/**/*.ts"],
    rules: { "max-lines-per-function": "off" },
  },
);
