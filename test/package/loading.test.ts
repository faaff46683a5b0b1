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

/** The files that a new process has read after it has loaded these. */
function readBy(files: readonly string[]): string[] {
  const script = `for (const file of ${JSON.stringify(files)}) require(file); console.log(Object.keys(require.cache).join("\\n"));`;
  return execFileSync(process.execPath, ["-e", script], { encoding: "utf8", cwd: CHECKOUT }).trim().split("\n"); // prettier-ignore
}

test("a Node-RED in which nothing is deployed loads no library of the network, and little of the client", () => {
  const nodes = Object.values(MANIFEST["node-red"].nodes).map((file) => path.join(CHECKOUT, file));
  const files = readBy(nodes);
  assert.ok(files.some((file) => file.endsWith("nodes/device/node.js")));
  const libraries = Object.keys(MANIFEST.dependencies);
  assert.deepEqual(libraries.filter((name) => files.some((file) => file.includes(`/node_modules/${name}/`))), []); // prettier-ignore
  // What connects to a device, and what is done with one.
  for (const part of ["pikvm.js", "http/transport.js", "sockets/", "power/", "hid/hid.js", "video/", "msd/"])
    assert.deepEqual(files.filter((file) => file.includes(`/src/client/${part}`)), []); // prettier-ignore
});

test("all that the client's index names is there", async () => {
  const index = (await import(pathToFileURL(path.join(CHECKOUT, "dist/src/client/index.js")).href)) as object;
  for (const [name, value] of Object.entries(index)) assert.ok(value !== undefined, name);
  for (const name of ["PiKVM", "findDevices", "AuthError", "readCertificate"]) assert.ok(name in index, name);
});
