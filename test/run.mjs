/**
 * `npm test`: sets up what is missing, then runs everything on both lines of Node-RED. The last line is "N passed, N
 * failed". `npm test -- gpio` runs the files with that in their name, on the first line only; `npm test -- --help` says
 * what else there is.
 */
import { setUp } from "../src/demo/setup.mjs";
import { runEverything } from "./runner/everything.mjs";
import { allFiles, filesOf, filesWithTest } from "./runner/files.mjs";
import { jobsOf, LINES } from "./runner/jobs.mjs";
import { readOptions } from "./runner/options.mjs";
import { runAll } from "./runner/pool.mjs";
import { Report } from "./runner/report.mjs";
import { watch } from "./runner/watch.mjs";
import { recordWeights } from "./runner/weights.mjs";

const { words, name, watching, recording } = readOptions();
if (watching) await watch(() => reported(runChosen));
const some = words.length > 0 || name !== undefined;
process.exitCode = (await reported(some ? runChosen : runEverything)) ? 0 : 1;

async function reported(work) {
  const report = new Report();
  try {
    await work(report);
  } catch (error) {
    report.fail("before the tests", error.message);
  }
  if (recording) recordWeights(report.weights);
  report.conclude();
  return report.isWell;
}

async function runChosen(report) {
  await setUp();
  const chosen = words.length > 0 ? filesOf(words) : allFiles();
  const files = name === undefined ? chosen : filesWithTest(name, chosen);
  await runAll(jobsOf(LINES[0], files, name), report);
}
