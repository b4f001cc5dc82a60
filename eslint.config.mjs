import js from "@eslint/js";
import { defineConfig, globalIgnores } from "eslint/config";
import holdfast from "eslint-plugin-holdfast";
import tseslint from "typescript-eslint";

export default defineConfig(
  globalIgnores([
    "**/dist/**",
    "**/coverage/**",
    ".cache/**",
    // Programs that break their contracts on purpose, and programs that look as if they did.
    "fixtures/*/*/**",
    "!fixtures/test/**",
    "!fixtures/proofs/**",
    "examples/**",
    "extension/test/shop/**",
  ]),
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  js.configs.recommended,
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.strictTypeChecked, holdfast.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: {
        project: ["./tsconfig.lint.json", "./extension/tsconfig.json"],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      // `list[0]!` after a check of its length, with `noUncheckedIndexedAccess` on, says what the compiler cannot see.
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "@typescript-eslint/no-confusing-void-expression": [
        "error",
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      // `import ts = require("typescript")` is how an ES module loads a CommonJS one whole, and no more than it needs.
      "@typescript-eslint/no-require-imports": ["error", { allowAsImport: true }],
    },
  },
  {
    // TypeScript's own types say that every node has a parent and every type a symbol, and that flags which were masked
    // are no flags any more: none of it is so.
    files: ["rules/src/{fixes,lowering,types}/**/*.ts"],
    rules: {
      "@typescript-eslint/no-unnecessary-condition": "off",
      "@typescript-eslint/no-unsafe-enum-comparison": "off",
    },
  },
  {
    files: ["**/*.{js,mjs,cjs}"],
    extends: [holdfast.configs.strict],
    languageOptions: {
      globals: Object.fromEntries(
        [
          "AbortController",
          "AbortSignal",
          "Buffer",
          "URL",
          "clearInterval",
          "clearTimeout",
          "console",
          "performance",
          "process",
          "setImmediate",
          "setInterval",
          "setTimeout",
          "structuredClone",
        ].map((name) => [name, "readonly"]),
      ),
    },
    rules: { "no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }] },
  },
  {
    // Proofs break contracts on purpose, and so do tests of what notices that.
    files: ["fixtures/proofs/**", "runtime/test/**"],
    rules: Object.fromEntries(Object.keys(holdfast.rules).map((id) => [`holdfast/${id}`, "off"])),
  },
);
