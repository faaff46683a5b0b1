// Makes `npx pikvm-simulator` one small file. Users run the simulator; they need none of its modules. Runs after tsc.
import { build } from "esbuild";
import { chmod } from "node:fs/promises";
import path from "node:path";

const root = path.resolve(import.meta.dirname, "../..");
const outfile = path.join(root, "dist/pikvm-simulator.js");

await build({
  entryPoints: [path.join(root, "src/simulator/cli.ts")],
  tsconfig: path.join(root, "tsconfig.json"),
  outfile,
  bundle: true,
  platform: "node",
  target: "node20",
  external: ["ws"],
  minify: true,
  logLevel: "warning",
});
await chmod(outfile, 0o755);
