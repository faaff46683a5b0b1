/**
 * `npm run bench`: what this package costs, beside what it is compared with in the same run. See README.md here.
 * - `npm run bench -- actions events`: only these subjects
 * - `npm run bench -- --short`: all of them in two minutes
 * - `npm run bench -- --against ../before`: also another checkout, which is built, in turn with this one
 */
import { readdirSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { setUp } from "../../src/demo/setup.mjs";
import { startStub } from "./processes.mjs";
import { linesOf } from "./rows.mjs";
import { lineText, writeResults } from "./results.mjs";

const SUBJECTS = path.join(import.meta.dirname, "subjects");
const ROOT = path.resolve(import.meta.dirname, "../..");

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { short: { type: "boolean", default: false }, against: { type: "string" } },
});
const { short, against } = values;
const subjects = readdirSync(SUBJECTS)
  .map((file) => file.replace(/[.]mjs$/, ""))
  .filter((name) => positionals.length === 0 || positionals.includes(name));

await setUp();
const checkouts = { now: ROOT, ...(against === undefined ? {} : { before: path.resolve(against) }) };
const stub = await startStub();
const results = [];
try {
  for (const name of subjects) {
    const file = path.join(SUBJECTS, `${name}.mjs`);
    const { title } = await import(file);
    console.log(`\n${title}`);
    const options = { checkouts, stub: stub.addresses, short, rounds: short ? 3 : 7 };
    results.push({ title, lines: await linesOf(file, { ...options, onLine: (line) => console.log(lineText(line)) }) });
  }
} finally {
  stub.close();
}
if (positionals.length === 0) await writeResults(results, { checkouts, short });
