import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { CHECKOUT } from "../harness/node-red";
import { MANIFEST, runIn } from "./tarball";

// What comes along with this package, and whether something is known against it.

interface Locked {
  version: string;
  resolved?: string;
  integrity?: string;
  license?: string;
  dev?: true;
  dependencies?: Record<string, string>;
}

const LOCK = JSON.parse(readFileSync(path.join(CHECKOUT, "package-lock.json"), "utf8")) as {
  packages: Record<string, Locked>;
};
const AT_RUN_TIME = Object.entries(LOCK.packages).filter(([place, { dev }]) => place !== "" && !dev);

interface Bill {
  bomFormat: string;
  metadata: { component: Part };
  components: Part[];
}

interface Part {
  name: string;
  version: string;
  licenses?: { license: { id?: string } }[];
}

test("the lock file is that of package.json, and has the hash of all that comes along", () => {
  assert.deepEqual(LOCK.packages[""]?.dependencies, MANIFEST.dependencies);
  for (const [place, { resolved, integrity }] of AT_RUN_TIME) {
    // It is from the registry unless it says otherwise.
    assert.match(resolved ?? "https://registry.npmjs.org/", /^https:\/\/registry\.npmjs\.org\//, place);
    assert.match(integrity ?? "", /^sha512-/, place);
  }
});

test("the bill of materials names what comes along, and nothing else, with versions and licences", async () => {
  const bill = JSON.parse(await runIn(CHECKOUT, "npm", "run", "--silent", "sbom")) as Bill; // of npm's own format
  assert.equal(bill.bomFormat, "CycloneDX");
  const { name } = bill.metadata.component;
  assert.equal(name, MANIFEST.name);
  const parts = bill.components.map(({ name, version, licenses }) => [name, version, licenses?.[0]?.license.id]);
  const expected = AT_RUN_TIME.map(([place, { version, license }]) => [
    place.replace("node_modules/", ""),
    version,
    license,
  ]);
  assert.deepEqual(parts.sort(), expected.sort());
  assert.deepEqual(parts.map(([name]) => name).sort(), Object.keys(MANIFEST.dependencies).sort());
});

interface Audit {
  vulnerabilities?: Record<string, unknown>;
  message?: string;
}

test("nothing is known against what comes along", async (t) => {
  const audit = await new Promise<Audit>((resolve) => {
    const args = ["audit", "--omit=dev", "--package-lock-only", "--json", "--fetch-retries=0"];
    execFile("npm", args, { cwd: CHECKOUT, timeout: 60_000 }, (error, stdout) => {
      try {
        resolve(JSON.parse(stdout) as Audit); // of npm's own format
      } catch {
        resolve({ message: error?.message ?? "npm answers no JSON" });
      }
    });
  });
  if (audit.vulnerabilities === undefined) t.skip(`no audit is to be had here: ${audit.message ?? "no reason given"}`);
  else assert.deepEqual(Object.keys(audit.vulnerabilities), []);
});
