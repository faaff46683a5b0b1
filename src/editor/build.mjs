// Makes the editor half of what is published: for each node of package.json one html file (the bundled
// nodes/<name>.editor.ts and the dialog of nodes/<name>.html), the words, help and icons beside it. Runs after tsc.
import { build } from "esbuild";
import { cp, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { withParts, withRows } from "./rows.mjs";

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
  const file = `${name}.html`;
  const dialog = withRows(await readFile(path.join(source, file), "utf8"), file);
  return `<script type="text/javascript">\n${await script(name)}</script>\n\n${dialog}`;
}

async function layWords(lang) {
  const [from, to] = [source, target].map((folder) => path.join(folder, "locales", lang));
  const parts = await readFile(path.join(from, "parts.html"), "utf8");
  await mkdir(to, { recursive: true });
  for (const name of names) {
    const help = `${name}.html`;
    await writeFile(path.join(to, help), withParts(await readFile(path.join(from, help), "utf8"), parts, help));
    await cp(path.join(from, `${name}.json`), path.join(to, `${name}.json`));
  }
}

await mkdir(target, { recursive: true });
for (const file of await readdir(target)) {
  if (file.endsWith(".html")) await rm(path.join(target, file));
}
for (const name of names) await writeFile(path.join(target, `${name}.html`), await page(name));

await rm(path.join(target, "locales"), { recursive: true, force: true });
for (const lang of await readdir(path.join(source, "locales"))) await layWords(lang);

await rm(path.join(target, "icons"), { recursive: true, force: true });
await cp(path.join(root, "icons"), path.join(target, "icons"), { recursive: true });
