import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { CHECKOUT } from "../harness/node-red";

interface Manifest {
  dependencies: Record<string, string>;
  "node-red": { nodes: Record<string, string> };
}

// It is read as what Node-RED reads of it.
const MANIFEST = JSON.parse(readFileSync(path.join(CHECKOUT, "package.json"), "utf8")) as Manifest;

/** What Node-RED gives to a node's module, as far as one needs it that is not deployed; and where dialogs may ask. */
const RED = `{
  nodes: { registerType: (type, node) => (types[type] = node), createNode: () => undefined, eachNode: () => undefined },
  auth: { needsPermission: (permission) => permission },
  httpAdmin: { get: (...route) => routes.push(route), post: (...route) => routes.push(route) },
  settings: {},
  events: { on: () => undefined },
}`;

/** What a new process has read of the package, and of what it depends on, after its nodes' modules and then this. */
function readAfter(then: string): string[] {
  const files = Object.values(MANIFEST["node-red"].nodes).map((file) => path.join(CHECKOUT, file));
  const script = `const types = {}, routes = []; for (const file of ${JSON.stringify(files)}) require(file)(${RED}); ${then}; console.log(Object.keys(require.cache).join("\\n"));`;
  const read = execFileSync(process.execPath, ["-e", script], { encoding: "utf8", cwd: CHECKOUT }).trim().split("\n");
  return read.map((file) => path.relative(CHECKOUT, file)).sort();
}

const partOf = (files: readonly string[], part: string) => files.filter((file) => file.startsWith(part));

test("a Node-RED in which nothing is deployed loads one small file for each kind of node", () => {
  const names = Object.values(MANIFEST["node-red"].nodes);
  assert.deepEqual(readAfter(""), [...names, "dist/src/runtime/register.js"].sort());
});

test("a device that nobody uses needs neither the network's libraries nor what connects, nor what other nodes do", () => {
  const files = readAfter('types["pikvm-device"].call({ on: () => undefined, credentials: {} }, {})');
  assert.ok(files.includes("dist/nodes/device/node.js"));
  for (const name of Object.keys(MANIFEST.dependencies)) assert.deepEqual(partOf(files, `node_modules/${name}/`), []);
  for (const part of ["pikvm.js", "http/transport.js", "sockets/", "power/", "hid/hid.js", "video/", "msd/"])
    assert.deepEqual(partOf(files, `dist/src/client/${part}`), []);
  assert.deepEqual(files.filter((file) => /^dist\/nodes\/(?!device\/).+\/(?!schema)/.test(file)), []); // prettier-ignore
});

test("who asks first loads what dialogs ask, and is let in before that", () => {
  const ask = `const [, permission, answer] = routes.find(([path]) => path === "/pikvm/find"); if (permission !== "pikvm-device.write") throw permission`;
  assert.deepEqual(partOf(readAfter(ask), "dist/nodes/device/"), []);
  const response = "{ set() {}, status() { return this; }, json() {} }";
  const files = readAfter(`${ask}; answer({ is: () => false }, ${response})`);
  assert.ok(files.includes("dist/nodes/device/routes.js"));
});

test("all that the client's index names is there", async () => {
  const index = (await import(pathToFileURL(path.join(CHECKOUT, "dist/src/client/index.js")).href)) as object;
  for (const [name, value] of Object.entries(index)) assert.ok(value !== undefined, name);
  for (const name of ["PiKVM", "findDevices", "AuthError", "readCertificate"]) assert.ok(name in index, name);
});
