// The script that the dialogs of all nodes share. Node-RED serves a module's folder `resources` and loads what a node's
// html names there before it goes on, so each html works alone and whichever comes first.
import { build } from "esbuild";
import { createHash } from "node:crypto";
import path from "node:path";

/** Where the script puts what it has made, by its address: an editor that stays open may meet a newer one. */
const PLACE = "globalThis.pikvmDialogs";

/**
 * The `editor` of each node's `editor.ts` in one script.
 * @returns its text, its address, which changes with each change of it, and the expression for the `editor` of a node.
 */
export async function sharedScript(names, { root, module, file }) {
  const { outputFiles } = await build({
    stdin: {
      contents: names.map((name) => `export { editor as "${name}" } from "./nodes/${name}/editor";`).join("\n"),
      resolveDir: root,
      sourcefile: "dialogs.ts",
      loader: "ts",
    },
    tsconfig: path.join(root, "src/editor/tsconfig.json"),
    bundle: true,
    format: "iife",
    globalName: "made",
    target: "es2020",
    minifyWhitespace: true,
    write: false,
    logLevel: "warning",
  });
  const [{ text: script }] = outputFiles;
  const key = JSON.stringify(createHash("sha256").update(script).digest("hex").slice(0, 12));
  return {
    // Every html brings the script along: only the first one runs it.
    text: `${PLACE} ??= {};\n${PLACE}[${key}] ??= (() => {\n${script}return made;\n})();\n`,
    address: `resources/${module}/${file}?${JSON.parse(key)}`,
    editorOf: (name) => `${PLACE}[${key}][${JSON.stringify(name)}]`,
  };
}
