/**
 * Loaded into each test process before its tests: what they report is written at once. With --test-force-exit the
 * process ends before the rest of it is, so that a busy machine lost a part of the results, each without a word.
 */
import { readFileSync, writeFileSync } from "node:fs";

process.stdout._handle?.setBlocking?.(true);

const { TEST_CPU } = process.env;
if (TEST_CPU !== undefined) process.on("exit", () => writeFileSync(TEST_CPU, String(processorSeconds())));
// Not for what the tests start.
delete process.env.TEST_CPU;

/** What this process and those that it has started and seen the end of have computed. Linux counts it in hundredths. */
function processorSeconds() {
  const stat = readFileSync("/proc/self/stat", "latin1");
  const ticks = stat.slice(stat.lastIndexOf(")") + 2).split(" ").slice(11, 15); // prettier-ignore
  return ticks.reduce((sum, count) => sum + Number(count), 0) / 100;
}
