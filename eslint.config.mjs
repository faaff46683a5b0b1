import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["dist/", "resources/", "node_modules/", ".demo/", "test/node-red-5/node_modules/"] },
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: {
        project: ["./tsconfig.json", "./src/editor/tsconfig.json"],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      // One dialect: `import type` for types alone, `#name` for what a class keeps to itself.
      "@typescript-eslint/no-import-type-side-effects": "error",
      "no-restricted-syntax": [
        "error",
        {
          selector:
            ":matches(PropertyDefinition, MethodDefinition[kind!='constructor'], TSParameterProperty)[accessibility='private']",
          message: "Write `#name` for what a class keeps to itself.",
        },
      ],
    },
  },
  {
    // node:test hands its promises to the runner, not to the caller.
    files: ["test/**/*.ts"],
    rules: {
      "@typescript-eslint/no-floating-promises": [
        "error",
        {
          allowForKnownSafeCalls: [
            { from: "package", package: "node:test", name: ["test", "it", "describe", "suite"] },
          ],
        },
      ],
    },
  },
  {
    // Sessions of the device open and close in turn with typing: nothing may go past the one place that sees to that.
    files: ["src/client/**/*.ts", "src/runtime/**/*.ts", "nodes/**/*.ts"],
    ignores: ["src/client/sockets/**", "src/client/libraries.ts"],
    rules: {
      "@typescript-eslint/no-restricted-imports": [
        "error",
        {
          paths: [{ name: "ws", message: "WebSockets of the device are opened by src/client/sockets." }],
          patterns: [
            {
              regex: "/sockets/socket$",
              message: "WebSockets of the device are opened by `Sockets` only, in turn with typing.",
            },
          ],
        },
      ],
    },
  },
);
