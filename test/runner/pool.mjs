import { availableParallelism } from "node:os";
import { runTestFile } from "./test-file.mjs";

const CORES = availableParallelism();
/** Most tests wait more than they compute. */
const AT_A_TIME = 6 * CORES;
/** What a browser computes is not measured each time. With the test it was 2.7 to 4.6 times the test alone. */
const BROWSER_TOO = 4;
/**
 * What runs together computes about so much, so that nothing is late only because others are busy. By shares that were
 * measured beside others: a job by itself takes less time, and computes as much.
 */
const BUSY = 0.9 * CORES;

/**
 * Runs jobs side by side: the longest first, so that none is left alone at the end, and as many as the processors bear.
 */
export async function runAll(jobs, report) {
  const waiting = jobs.toSorted((a, b) => b.weight.seconds - a.weight.seconds);
  const running = new Map();
  while (waiting.length > 0 || running.size > 0) {
    for (let next = fitting(waiting, running); next !== undefined; next = fitting(waiting, running)) {
      waiting.splice(waiting.indexOf(next), 1);
      running.set(next, runOne(next, report));
    }
    running.delete(await Promise.race(running.values()));
  }
}

/** The longest job for which there is room now. */
function fitting(waiting, running) {
  if (running.size === 0) return waiting[0];
  if (running.size >= AT_A_TIME) return undefined;
  const busy = [...running.keys()].reduce((sum, job) => sum + shareOf(job), 0);
  return waiting.find((job) => busy + shareOf(job) <= BUSY);
}

/** How much of one processor it keeps busy. */
function shareOf({ hasBrowser = false, weight: { seconds, processor } }) {
  const own = processor / seconds;
  return Math.min(1, hasBrowser ? BROWSER_TOO * own : own);
}

async function runOne(job, report) {
  const start = performance.now();
  const result = await (job.run ?? runTestFile)(job);
  report.add(job, result, (performance.now() - start) / 1000);
  return job;
}
