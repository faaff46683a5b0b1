// Builds what has changed; `npm run build` removes all that was built before.
import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";

const root = path.resolve(import.meta.dirname, "../..");
// A quarter of the work of 6.0. Inside of a `class Pool`, 7.0.2 emits `const { Pool: x } = y` wrong.
const tsc = path.join(root, "node_modules/typescript-7/bin/tsc");

// None of these needs another's output. The editor's build lays its files beside the compiled nodes.
await Promise.all([run(tsc), run(tsc, "-p", "src/client"), run("src/simulator/build.mjs")]);
await Promise.all([run("src/build/lazy-index.mjs"), run("src/build/editor.mjs")]);

async function run(...args) {
  const [code] = await once(spawn(process.execPath, args, { cwd: root, stdio: "inherit" }), "exit");
  if (code !== 0) process.exit(1);
}
