// Makes the editor half of what is published: for each node of package.json one html file (the bundled
// nodes/<name>.editor.ts and the dialog of nodes/<name>.html), the words and the icons beside it. Runs after tsc.
import { build } from "esbuild";
import { cp, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";

const root = path.resolve(import.meta.dirname, "../..");
const source = path.join(root, "nodes");
const target = path.join(root, "dist/nodes");

const manifest = JSON.parse(await readFile(path.join(root, "package.json"), "utf8"));
const names = Object.values(manifest["node-red"].nodes).map((file) => path.basename(file, ".js"));

async function script(name) {
  const { outputFiles } = await build({
    entryPoints: [path.join(source, `${name}.editor.ts`)],
    tsconfig: path.join(root, "src/editor/tsconfig.json"),
    bundle: true,
    format: "iife",
    target: "es2020",
    write: false,
    logLevel: "warning",
  });
  return outputFiles[0].text;
}

async function page(name) {
  const dialog = await readFile(path.join(source, `${name}.html`), "utf8");
  return `<script type="text/javascript">\n${await script(name)}</script>\n\n${dialog}`;
}

await mkdir(target, { recursive: true });
for (const file of await readdir(target)) {
  if (file.endsWith(".html")) await rm(path.join(target, file));
}
for (const name of names) await writeFile(path.join(target, `${name}.html`), await page(name));

for (const [from, to] of [
  [path.join(source, "locales"), path.join(target, "locales")],
  [path.join(root, "icons"), path.join(target, "icons")],
]) {
  await rm(to, { recursive: true, force: true });
  await cp(from, to, { recursive: true });
}
