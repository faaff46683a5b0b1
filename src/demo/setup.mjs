// Makes a fresh clone ready to run. Plain JavaScript without dependencies: it is what installs and builds the rest.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";

const ROOT = path.resolve(import.meta.dirname, "../..");
const MIN_NODE = [20, 18, 1];

/** A package of its own in this checkout: the second line of Node-RED for the tests, and the Node to run it on. */
const SECOND_LINE = path.join(ROOT, "test/node-red-5");
/** Says of which sources the build was made. */
const BUILT = path.join(ROOT, "dist/.built");
const SOURCES = ["nodes", "src", "test", "icons", "package.json", "tsconfig.json"];
/** What is put there for the tests, or noted by them, changes nothing of the build. */
const NO_SOURCES = ["node_modules", "node-red-5", "weights.json"];

/**
 * Installs the dependencies and builds, where that has not been done or is out of date. @throws Error when one of them
 * fails.
 */
export async function setUp() {
  checkNode();
  await install(ROOT, "Installing dependencies (a minute or two, once) ...");
  // Read only now: npm ci may have changed what the build looks at.
  await build();
}

/** Installs the second line of Node-RED. @throws Error when that fails. */
export function setUpSecondLine() {
  return install(SECOND_LINE, "Installing Node-RED 5.0 and its Node ...");
}

function checkNode() {
  const actual = process.versions.node.split(".").map(Number);
  const place = MIN_NODE.findIndex((part, index) => actual[index] !== part);
  if (place >= 0 && actual[place] < MIN_NODE[place])
    throw new Error(`Node.js ${MIN_NODE.join(".")} or newer is needed; this is ${process.versions.node}.`);
}

async function install(folder, announcement) {
  if (isInstalled(folder)) return;
  console.log(announcement);
  await npm("ci", "--include=dev", "--no-audit", "--no-fund", "--prefix", folder);
}

/**
 * Whether the dependencies are those of package-lock.json, whoever installed them: npm notes at the end of its work what
 * it has put there. What is optional may be missing, being for other machines.
 */
function isInstalled(folder) {
  const noted = path.join(folder, "node_modules/.package-lock.json");
  if (!existsSync(noted)) return false;
  const [wanted, actual] = [path.join(folder, "package-lock.json"), noted].map(
    (file) => JSON.parse(readFileSync(file, "utf8")).packages,
  );
  return Object.entries(wanted).every(([place, { version, optional }]) =>
    place === "" || (optional && !actual[place]) ? true : actual[place]?.version === version,
  );
}

async function build() {
  const wanted = newestSource();
  if (existsSync(BUILT) && readFileSync(BUILT, "utf8") === wanted) return;
  console.log("Building ...");
  // What breaks off half way is not taken for done.
  rmSync(BUILT, { force: true });
  await npm("run", "--silent", "compile");
  writeFileSync(BUILT, wanted);
}

/** Time of the newest change; a folder's own time tells of what was removed from it. */
export function newestSource() {
  return String(Math.max(...SOURCES.map((name) => newestIn(path.join(ROOT, name)))));
}

function newestIn(file) {
  // An editor that saves leaves files for a moment only.
  const stats = statSync(file, { throwIfNoEntry: false });
  if (!stats?.isDirectory()) return stats?.mtimeMs ?? 0;
  const inside = readdirSync(file).filter((name) => !NO_SOURCES.includes(name));
  return Math.max(stats.mtimeMs, ...inside.map((name) => newestIn(path.join(file, name))));
}

/** @throws Error when npm fails. */
async function npm(...args) {
  // The npm that runs us. By its bare name it might be another one: Node-RED brings an npm of its own, first on PATH
  // here.
  const { npm_execpath: own } = process.env;
  const [command, first] = own ? [process.execPath, [own]] : ["npm", []];
  // npm is a script there.
  const shell = !own && process.platform === "win32";
  const child = spawn(command, [...first, ...args], { cwd: ROOT, stdio: "inherit", shell });
  const [status, signal] = await once(child, "exit");
  if (status !== 0) throw new Error(`npm ${args[0]} failed (${signal ?? `exit code ${status}`}); see above.`);
}
