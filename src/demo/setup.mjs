// Makes a fresh clone ready to run. Plain JavaScript without dependencies: it is what installs and builds the rest.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";

const ROOT = path.resolve(import.meta.dirname, "../..");
const MIN_NODE = [20, 18, 1];

/** Says for which package-lock.json the dependencies were installed. */
const INSTALLED = path.join(ROOT, "node_modules/.pikvm-setup");
/** Says of which sources the build was made. */
const BUILT = path.join(ROOT, "dist/.built");
const SOURCES = ["nodes", "src", "test", "icons", "package.json", "tsconfig.json"];
/** What is put there for the tests changes nothing of the build. */
const NO_SOURCES = ["node_modules", "node-red-5"];

/** Installs the dependencies and builds, where that has not been done or is out of date. @throws Error when one of them fails. */
export async function setUp() {
  checkNode();
  // Read when it is needed: npm ci and the build may change what the next step looks at.
  bringUpToDate(INSTALLED, lockHash, "Installing dependencies (a minute or two, once) ...", () => {
    npm("ci", "--include=dev", "--no-audit", "--no-fund");
  });
  bringUpToDate(BUILT, newestSource, "Building ...", () => {
    npm("run", "--silent", "build");
  });
}

function checkNode() {
  const actual = process.versions.node.split(".").map(Number);
  const place = MIN_NODE.findIndex((part, index) => actual[index] !== part);
  if (place >= 0 && actual[place] < MIN_NODE[place])
    throw new Error(`Node.js ${MIN_NODE.join(".")} or newer is needed; this is ${process.versions.node}.`);
}

function bringUpToDate(stamp, state, announcement, work) {
  const wanted = state();
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  console.log(announcement);
  work();
  writeFileSync(stamp, wanted);
}

function lockHash() {
  return createHash("sha256")
    .update(readFileSync(path.join(ROOT, "package-lock.json")))
    .digest("hex");
}

/** Time of the newest change; a folder's own time tells of what was removed from it. */
function newestSource() {
  return String(Math.max(...SOURCES.map((name) => newestIn(path.join(ROOT, name)))));
}

function newestIn(file) {
  const stats = statSync(file);
  if (!stats.isDirectory()) return stats.mtimeMs;
  const inside = readdirSync(file).filter((name) => !NO_SOURCES.includes(name));
  return Math.max(stats.mtimeMs, ...inside.map((name) => newestIn(path.join(file, name))));
}

/** @throws Error when npm fails. */
export function npm(...args) {
  // The npm that runs us. By its bare name it might be another one: Node-RED brings an npm of its own, first on PATH here.
  const { npm_execpath: own } = process.env;
  const [command, first] = own ? [process.execPath, [own]] : ["npm", []];
  const { status, signal } = spawnSync(command, [...first, ...args], {
    cwd: ROOT,
    stdio: "inherit",
    // npm is a script there.
    shell: !own && process.platform === "win32",
  });
  if (status !== 0) throw new Error(`npm ${args[0]} failed (${signal ?? `exit code ${status}`}); see above.`);
}
