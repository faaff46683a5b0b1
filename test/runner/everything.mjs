import { setUp, setUpSecondLine } from "../../src/demo/setup.mjs";
import { findPrograms } from "../programs.mjs";
import { runAgain } from "./again.mjs";
import { allFiles } from "./files.mjs";
import { jobsOf, LINES } from "./jobs.mjs";
import { runAll } from "./pool.mjs";
import { run } from "./process.mjs";
import { weightOf } from "./weights.mjs";

const LINT = {
  title: "lint and types",
  weight: weightOf("lint and types"),
  command: "npm",
  args: ["run", "--silent", "lint"],
  // The half of it that is written in Go has memory enough to clean up less often.
  env: { GOGC: "400" },
  isPatient: true,
  run: lint,
};

/** Sets up, side by side, what the tests need, and runs all of them on both lines. */
export async function runEverything(report) {
  const [programs, hasSecondLine] = await Promise.all([findPrograms(), secondLine(report), setUp()]);
  const lines = hasSecondLine ? LINES : LINES.slice(0, 1);
  const jobs = lines.flatMap((line) => jobsOf({ ...line, env: { ...line.env, ...programs } }, allFiles()));
  await runAll([LINT, ...jobs], report);
  await runAgain(jobs, report);
}

/** Counts as a test of its own. @returns whether it is there */
async function secondLine(report) {
  try {
    await setUpSecondLine();
    report.pass();
    return true;
  } catch (error) {
    report.fail("Node-RED 5.0 set-up", error.message);
    return false;
  }
}

async function lint(job) {
  const { code, output } = await run(job, 900);
  return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0, output };
}
