import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

/** What is measured, as it was compiled: the tests run that. */
const MEASURED = path.resolve(import.meta.dirname, "../dist/src/client");
/** Percent of all lines, and of all branches. */
const WANTED = 95;
/** What is left of a source that has nothing but types. */
const ONLY_TYPES = /^"use strict";\s+Object\.defineProperty\(exports, "__esModule", \{ value: true \}\);\s*$/;

/**
 * A reporter for node:test, for `npm run coverage`: what no test of the client has run, line by line and branch by
 * branch. The exit code is 1 when too much of it is. Node 20 can neither choose what it measures nor say how much is
 * enough.
 */
export default async function* coverage(events) {
  let files;
  for await (const { type, data } of events) {
    if (type === "test:fail" && data.details?.type !== "suite") yield `FAILED ${data.name}\n`;
    if (type === "test:coverage") files = data.summary.files.filter(({ path: file }) => file.startsWith(MEASURED));
  }
  if (files === undefined) {
    process.exitCode = 1;
    yield "Nothing was measured.\n";
    return;
  }
  for (const file of files) yield* missed(file);
  const unloaded = modules().filter((file) => !files.some((known) => known.path === file));
  for (const file of unloaded) yield `${nameOf(file)}: no test loads it\n`;
  const lines = percent(files, "coveredLineCount", "totalLineCount");
  const branches = percent(files, "coveredBranchCount", "totalBranchCount");
  yield `${lines.toFixed(1)} % of the client's lines, ${branches.toFixed(1)} % of its branches; wanted: ${WANTED} %\n`;
  if (lines < WANTED || branches < WANTED || unloaded.length > 0) process.exitCode = 1;
}

function* missed({ path: file, lines, branches }) {
  const text = readFileSync(file, "utf8").split("\n");
  const places = [
    ...lines.filter(({ count }) => count === 0).map(({ line }) => [line, "line"]),
    ...branches.filter(({ count }) => count === 0).map(({ line }) => [line, "branch"]),
  ];
  for (const [line, what] of places.sort(([a], [b]) => a - b))
    yield `${nameOf(file)}:${line} ${what}: ${text[line - 1].trim()}\n`;
}

function modules() {
  const files = readdirSync(MEASURED, { recursive: true }).filter((name) => name.endsWith(".js"));
  return files.map((name) => path.join(MEASURED, name)).filter((file) => !ONLY_TYPES.test(readFileSync(file, "utf8")));
}

function percent(files, covered, total) {
  const sum = (key) => files.reduce((count, file) => count + file[key], 0);
  return (100 * sum(covered)) / sum(total);
}

function nameOf(file) {
  return path.relative(path.resolve(MEASURED, "../../.."), file);
}
