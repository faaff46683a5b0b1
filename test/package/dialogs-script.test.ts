import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { createContext, runInContext } from "node:vm";
import { CHECKOUT } from "../harness/node-red";
import { MANIFEST, NODE_SETS } from "./tarball";

/** Bytes of all scripts of all dialogs. */
const LIMIT = 155_000;

const read = (file: string): string => readFileSync(path.join(CHECKOUT, file), "utf8");
const SHARED = read("resources/dialogs.js");

/** The address of the shared script in a node's html, and the script that stands there. */
function scriptsOf(name: string): { address: string; own: string } {
  const [, address = "", own = ""] =
    /^<script src="([^"]+)"><\/script>\n<script type="text\/javascript">\n([^]*?)<\/script>/.exec(
      read(`dist/nodes/${name}.html`),
    ) ?? [];
  return { address, own };
}

/** A page with as much of Node-RED's editor as there is when scripts are loaded. */
function page() {
  const types: string[] = [];
  let listeners = 0;
  const RED = { nodes: { registerType: (type: string) => types.push(type) }, events: { on: () => listeners++ } };
  const context = createContext({ RED });
  const load = (name: string): void => {
    runInContext(SHARED, context);
    runInContext(scriptsOf(name).own, context);
  };
  return { types, load, listeners: () => listeners };
}

test("all scripts of all dialogs are less than 155 kB", () => {
  const bytes = [SHARED, ...NODE_SETS.map((name) => scriptsOf(name).own)].map((script) => Buffer.byteLength(script));
  const sum = bytes.reduce((sum, size) => sum + size);
  assert.ok(sum < LIMIT, `${sum} bytes`);
});

test("all name one script, by an address that changes with it", () => {
  const [address = "", another] = new Set(NODE_SETS.map((name) => scriptsOf(name).address));
  assert.equal(another, undefined);
  const [, file, key] = /^resources\/(.+)\?([0-9a-f]{12})$/.exec(address) ?? [];
  assert.equal(file, `${MANIFEST.name}/dialogs.js`);
  assert.ok(SHARED.includes(`["${String(key)}"]`));
});

for (const name of NODE_SETS) {
  test(`${name}: its dialog needs no other's`, () => {
    const { types, load } = page();
    load(name);
    assert.deepEqual(types, [`pikvm-${name}`]);
  });
}

test("together they run the shared script once", () => {
  const alone = page();
  alone.load("events");
  const { types, load, listeners } = page();
  for (const name of [...NODE_SETS].reverse()) load(name);
  assert.deepEqual(types.sort(), NODE_SETS.map((name) => `pikvm-${name}`).sort());
  assert.equal(listeners(), alone.listeners());
});
