/**
 * Lets the client's index read each of its files when something of it is first used, and not all of them at once: nodes
 * need the names of its errors when Node-RED loads them, and all the rest only where a device is deployed. TypeScript
 * has no words for that; it writes one `require` for each file, and one getter for each name.
 */
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";

const index = path.resolve(import.meta.dirname, "../../dist/src/client/index.js");
const written = await readFile(index, "utf8");
const lazy = written.replace(/^var (\w+) = (require\("[^"]+"\));$/gm, "const $1 = whenUsed(() => $2);");
if (lazy !== written) await writeFile(index, `${lazy}\n${whenUsed.toString()}\n`);

/** Loads a file when something of it is looked for. */
function whenUsed(load) {
  let file;
  return new Proxy({}, { get: (_, name) => (file ??= load())[name] });
}
