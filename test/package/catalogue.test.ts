import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { EXAMPLES, example } from "../examples/example";
import { CHECKOUT } from "../harness/node-red";
import { registered } from "../harness/registered";
import { MANIFEST, NODE_SETS } from "./tarball";

// What `node-red-dev validate` and the catalogue on flows.nodered.org look at.

const read = (file: string): string => readFileSync(path.join(CHECKOUT, file), "utf8");

test("package.json: the name says that it is for Node-RED, and a keyword lists it", () => {
  assert.match(MANIFEST.name, /^(@[^/]+\/)?node-red-contrib-[a-z-]+$/);
  assert.ok(MANIFEST.keywords.includes("node-red"));
});

test("package.json: says which Node and Node-RED it needs", () => {
  assert.equal(MANIFEST.engines.node, ">=20.18.1");
  assert.equal(MANIFEST["node-red"].version, ">=4.0.0");
});

test("package.json: has a description, an author and the license of the file LICENSE", () => {
  assert.ok(MANIFEST["description"]);
  assert.ok(MANIFEST["author"]);
  assert.equal(MANIFEST["license"], "MIT");
  assert.match(read("LICENSE"), /^MIT License/);
});

// There is no public place of this project yet. When there is one, all three come together.
test("package.json: points to repository, issues and home page, or consciously nowhere", () => {
  const places = ["repository", "bugs", "homepage"].filter((field) => MANIFEST[field] !== undefined);
  assert.ok([0, 3].includes(places.length), `only ${places.join(" and ")}`);
});

test("package.json: two dependencies at run time, and nothing is run when it is installed", () => {
  assert.deepEqual(Object.keys(MANIFEST.dependencies), ["undici", "ws"]);
  const scripts = Object.keys(MANIFEST["scripts"] as object); // package.json has some
  assert.deepEqual(
    scripts.filter((name) => /^(pre|post)?install$/.test(name)),
    [],
  );
});

test("README.md and CHANGELOG.md tell something", () => {
  assert.ok(read("README.md").length > 1000);
  assert.ok(read("CHANGELOG.md").includes(String(MANIFEST["version"])));
});

test("package.json names every node that there is", () => {
  const folders = readdirSync(path.join(CHECKOUT, "nodes")).filter((file) =>
    existsSync(path.join(CHECKOUT, "nodes", file, "schema.ts")),
  );
  assert.deepEqual([...NODE_SETS].sort(), folders.sort());
});

test("README.md and CHANGELOG.md have a line for each node", () => {
  const rows = [...read("README.md").matchAll(/^\| \[([a-z-]+)\]\([^)]+\) +\| .{20}/gm)].map(([, name]) => name);
  assert.deepEqual(rows.sort(), [...NODE_SETS].sort());
  for (const name of NODE_SETS)
    assert.match(read("CHANGELOG.md"), new RegExp(`^- .*\\*\\*(pikvm-)?${name}\\*\\*`, "m"));
});

test("every type of node is in an example", () => {
  const shown = new Set(EXAMPLES.flatMap((file) => example(file).map(({ type }) => type)));
  assert.deepEqual(
    NODE_SETS.filter((name) => !shown.has(`pikvm-${name}`)),
    [],
  );
});

test("no example holds an address or a secret of somebody", () => {
  for (const file of EXAMPLES) assert.doesNotMatch(JSON.stringify(example(file)), /"credentials"|\b192\.168\./, file);
});

for (const name of NODE_SETS) {
  test(`${name}.html can be read by the catalogue's parser`, () => {
    const { type, definition } = registered(read(`dist/nodes/${name}.html`));
    assert.equal(type, `pikvm-${name}`);
    assert.equal(typeof definition.get("defaults"), "object");
    if (definition.get("category") === "config") return;
    assert.equal(definition.get("category"), "PiKVM");
    assert.match(String(definition.get("color")), /^#[0-9A-F]{6}$/);
    assert.ok(existsSync(path.join(CHECKOUT, "icons", String(definition.get("icon")))), "the icon exists");
    assert.ok([0, 1].includes(Number(definition.get("inputs"))));
    assert.equal(definition.get("outputs"), 2);
  });
}
