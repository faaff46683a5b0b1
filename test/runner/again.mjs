import { jobsOf } from "./jobs.mjs";
import { runAll } from "./pool.mjs";
import { Report } from "./report.mjs";

/** More files than these do not fail because the computer was busy. */
const MOST = 5;

/**
 * Runs what failed once more, by itself: a fault is told from a computer that was too busy to be in time. What passes
 * then is reported as such.
 */
export async function runAgain(jobs, report) {
  const failed = jobs.flatMap((job) => {
    const said = report.failureOf(job);
    return said === undefined ? [] : [{ job, files: filesIn(said) }];
  });
  if (failed.flatMap(({ files }) => files).length > MOST) return;
  for (const { job, files } of failed) if (await passes(job, files)) report.addLate(job);
}

/** The test files that a failure names. */
function filesIn(said) {
  const places = said.matchAll(/^test at dist\/test\/(.+)\.test\.js:/gm);
  return [...new Set([...places].map(([, file]) => file))];
}

async function passes({ line }, files) {
  const alone = new Report();
  for (const file of files) await runAll(jobsOf(line, [file]), alone);
  return alone.isWell;
}
