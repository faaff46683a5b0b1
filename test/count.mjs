import { writeFileSync } from "node:fs";

/**
 * A reporter for node:test that keeps the file named by TEST_COUNT up to date: how many tests passed, failed and were skipped.
 * It writes at once, since a forced exit does not wait for the streams of reporters.
 */
export default async function* count(events) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for await (const { type, data } of events) {
    // A file or suite is counted by the tests in it; a file that breaks before its first test is a failure of its own.
    if (data?.details?.type === "suite") continue;
    if (type === "test:fail") counts.failed += 1;
    else if (type === "test:pass") counts[data.skip === undefined ? "passed" : "skipped"] += 1;
    else continue;
    writeFileSync(process.env.TEST_COUNT, JSON.stringify(counts));
  }
  // A reporter must be a generator; there is nothing to print.
  yield "";
}
