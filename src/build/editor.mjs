// Makes the editor half of what is published, after tsc: the script that all dialogs share, for each node of
// package.json its html file (how it is registered and its form, both from the schema), the words, help and icons beside
// it, and the module that Node-RED loads, all where it looks for them.
import { existsSync } from "node:fs";
import { cp, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { sharedScript } from "./dialogs.mjs";
import { docsAt } from "./docs.mjs";
import { entryOf } from "./entry.mjs";
import { helpOf } from "./help.mjs";
import { registrationOf } from "./registration.mjs";
import { formOf } from "./rows.mjs";

const root = path.resolve(import.meta.dirname, "../..");
const source = path.join(root, "nodes");
const target = path.join(root, "dist/nodes");
const resources = path.join(root, "resources");

const require = createRequire(import.meta.url);
const manifest = JSON.parse(await readFile(path.join(root, "package.json"), "utf8"));
const names = Object.values(manifest["node-red"].nodes).map((file) => path.basename(file, ".js"));
const docs = docsAt(manifest);
const schemas = new Map(names.map((name) => [name, require(path.join(target, name, "schema.js")).schema]));
const tools = {
  ...require(path.join(root, "dist/src/schema/deeds.js")),
  ...require(path.join(root, "dist/src/schema/node.js")),
  ...require(path.join(root, "dist/src/schema/stored.js")),
};

const shared = await sharedScript(names, { root, module: manifest.name, file: "dialogs.js" });

async function page(schema) {
  const folder = path.join(source, schema.name);
  const read = (file) => (existsSync(path.join(folder, file)) ? readFile(path.join(folder, file), "utf8") : undefined);
  const form = formOf(schema, tools.canDestroy(schema), await read("dialog.html"), `${schema.name}/dialog.html`);
  const style = await read("style.css");
  const styles = style === undefined ? "" : `\n<style>\n${style}</style>\n`;
  const registration = registrationOf(schema, shared.editorOf(schema.name), tools);
  const scripts = `<script src="${shared.address}"></script>\n<script type="text/javascript">\n${registration}</script>`;
  return `${scripts}\n${styles}\n${form}`;
}

/** The routes of its dialogs; only the device has some. */
function routesOf(name) {
  const file = path.join(target, name, "routes.js");
  return existsSync(file) ? require(file).routes : [];
}

/** The messages that a node takes and sends; they are the same in all languages. The device has none. */
async function examplesOf(name) {
  const file = path.join(source, name, "examples.json");
  return existsSync(file) ? JSON.parse(await readFile(file, "utf8")) : undefined;
}

/** The words of a language, by node. */
async function cataloguesOf(lang) {
  const read = async (name) => JSON.parse(await readFile(path.join(source, "locales", lang, `${name}.json`), "utf8"));
  return new Map(await Promise.all(names.map(async (name) => [name, await read(name)])));
}

const wordAt = (catalogue, key) => key.split(".").reduce((words, part) => words?.[part], catalogue);

async function layWords(lang, english) {
  const [from, to] = [source, target].map((folder) => path.join(folder, "locales", lang));
  const parts = await readFile(path.join(from, "parts.html"), "utf8");
  const own = await cataloguesOf(lang);
  // What nobody has translated yet is in English, as Node-RED does it with what it looks up itself.
  const wordsOf = (name) => (key) => {
    const word = wordAt(own.get(name), key) ?? wordAt(english.get(name), key);
    if (word === undefined) throw new Error(`${name}.json has no ${key}`);
    return word;
  };
  await mkdir(to, { recursive: true });
  for (const [name, schema] of schemas) {
    const file = `${name}.html`;
    const tools = { schema, parts, wordsOf, examples: await examplesOf(name), docs };
    const help = helpOf(await readFile(path.join(from, file), "utf8"), tools, file);
    await writeFile(path.join(to, file), help);
    await cp(path.join(from, `${name}.json`), path.join(to, `${name}.json`));
  }
}

await rm(resources, { recursive: true, force: true });
await mkdir(resources);
await writeFile(path.join(resources, "dialogs.js"), shared.text);

for (const file of await readdir(target)) {
  if (file.endsWith(".html")) await rm(path.join(target, file));
}
for (const [name, schema] of schemas) {
  await writeFile(path.join(target, `${name}.html`), await page(schema));
  await writeFile(path.join(target, `${name}.js`), entryOf(schema, routesOf(name), tools));
}

await rm(path.join(target, "locales"), { recursive: true, force: true });
const english = await cataloguesOf("en-US");
for (const lang of await readdir(path.join(source, "locales"))) await layWords(lang, english);

await rm(path.join(target, "icons"), { recursive: true, force: true });
await cp(path.join(root, "icons"), path.join(target, "icons"), { recursive: true });
