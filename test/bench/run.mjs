/**
 * `npm run bench`: what this package costs, beside what it is compared with in the same run. See README.md here.
 * - `npm run bench -- actions events`: only these subjects
 * - `npm run bench -- --short`: all of them in two minutes
 * - `npm run bench -- --against ../before`: also another checkout, which is built, in turn with this one
 * - `npm run bench -- actions --profile`: leaves what took the time in dist/profiles, for the browser's developer tools
 */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { setUp } from "../../src/demo/setup.mjs";
import { measuredPlot } from "./growth.mjs";
import { startStub } from "./processes.mjs";
import { lineText, writePlot, writeResults } from "./results.mjs";
import { linesOf, Workers } from "./rows.mjs";

const SUBJECTS = path.join(import.meta.dirname, "subjects");
const ROOT = path.resolve(import.meta.dirname, "../..");

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    short: { type: "boolean", default: false },
    against: { type: "string" },
    profile: { type: "boolean", default: false },
  },
});
const { short, against, profile } = values;
const all = readdirSync(SUBJECTS).map((file) => path.basename(file, ".mjs"));
const unknown = positionals.find((word) => !all.includes(word));
if (unknown !== undefined) throw new Error(`There is no "${unknown}": ${all.join(", ")}.`);
const checkouts = { now: ROOT };
if (against !== undefined) {
  checkouts.before = path.resolve(against);
  if (!existsSync(path.join(checkouts.before, "dist/test/harness")))
    throw new Error(`${against} is not built: run "npm ci" and "npm run build" there.`);
}

await setUp();
// Each has a stand-in of its own: what one sends comes to all who listen to it.
const stubs = {};
for (const name of Object.keys(checkouts)) stubs[name] = await startStub();
const results = [];
try {
  for (const name of positionals.length > 0 ? positionals : all) results.push(await measured(name));
} finally {
  for (const stub of Object.values(stubs)) stub.close();
}
if (positionals.length === 0) await writeResults(results, { checkouts, short });
const failures = results.flatMap(({ lines, errors }) => [
  ...errors,
  ...lines.filter(({ hasFailed }) => hasFailed).map(({ work }) => `must hold: ${work}`),
]);
for (const failure of failures) console.log(failure);
process.exitCode = failures.length > 0 ? 1 : 0;

async function measured(name) {
  const file = path.join(SUBJECTS, `${name}.mjs`);
  const { title, rows = () => [], plots = () => [] } = await import(file);
  console.log(`\n${title}`);
  const profiles = profile ? { profiles: path.join(ROOT, "dist/profiles") } : {};
  const workers = new Workers(file, checkouts, { stubs, ...profiles });
  const found = { title, lines: [], plots: [], errors: [] };
  const keep = (line) => {
    console.log(lineText(line));
    found.lines.push(line);
  };
  try {
    for (const row of rows({ short, hasCurl: isThere("curl") })) {
      for (const line of await linesOf(row, workers, short ? 3 : 7)) keep(line);
    }
    for (const wanted of plots({ short })) {
      const { plot, line } = await measuredPlot(wanted, workers, short ? 1 : 3);
      keep(line);
      found.plots.push(await writePlot(plot));
    }
  } catch (error) {
    // The other subjects are measured all the same.
    console.log(error);
    found.errors.push(`${title}: ${error.message.split("\n", 1)[0]}`);
  } finally {
    await workers.close();
  }
  return found;
}

function isThere(program) {
  try {
    execFileSync(program, ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
