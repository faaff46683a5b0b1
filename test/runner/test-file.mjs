import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { run } from "./process.mjs";

/** A file that takes longer hangs. Seconds. */
const PATIENCE = 600;

/**
 * Runs a test file.
 * @returns how many of its tests passed, failed and were skipped, what it printed, and how long it computed, where that is known
 */
export async function runTestFile({ mayBeEmpty = false, ...job }) {
  const scratch = mkdtempSync(path.join(tmpdir(), "pikvm-count-"));
  const [count, cpu] = [path.join(scratch, "count.json"), path.join(scratch, "cpu")];
  try {
    const env = { ...job.env, TEST_COUNT: count, ...(process.platform === "linux" ? { TEST_CPU: cpu } : {}) };
    const { code, output } = await run({ ...job, env }, PATIENCE);
    const counts = existsSync(count) ? JSON.parse(readFileSync(count, "utf8")) : {};
    const processor = existsSync(cpu) ? Number(readFileSync(cpu, "utf8")) : undefined;
    const { ended, ...known } = { passed: 0, failed: 0, skipped: 0, ended: false, ...counts };
    const fault = faultOf(code, known, ended, mayBeEmpty);
    if (fault === undefined) return { ...known, output, processor };
    return { ...known, failed: known.failed + 1, output: `${output}\n✖ ${fault}\n`, processor };
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

/** What is wrong with a file as a whole: it breaks off, or has nothing to say. */
function faultOf(code, { passed, failed, skipped }, ended, mayBeEmpty) {
  const reported = passed + failed + skipped;
  if (!ended && reported > 0) return "the file ended before all of its tests had";
  if (failed > 0) return undefined;
  if (code !== 0) return `the file ended with exit code ${code}`;
  return reported === 0 && !mayBeEmpty ? "the file has no test" : undefined;
}
