import { writeFileSync } from "node:fs";

/** Node 20 reports what was not asked for by its name as skipped. */
const NOT_ASKED_FOR = "test name does not match pattern";

/**
 * A reporter for node:test that keeps the file named by TEST_COUNT up to date: how many tests of a file passed, failed
 * and were skipped, and whether it came to its end. It writes at once, since a forced exit does not wait for the
 * streams of reporters.
 */
export default async function* count(events) {
  const counts = { passed: 0, failed: 0, skipped: 0, ended: false };
  for await (const { type, data } of events) {
    if (type === "test:pass" || type === "test:fail") note(counts, type, data);
    // How many tests there were outside of suites is the last that a file reports.
    else if (type === "test:plan" && data.nesting === 0) counts.ended = true;
    else continue;
    writeFileSync(process.env.TEST_COUNT, JSON.stringify(counts));
  }
  // A reporter must be a generator; there is nothing to print.
  yield "";
}

function note(counts, type, data) {
  // A suite is counted by the tests in it, unless it is skipped or breaks as a whole.
  const isSuite = data.details?.type === "suite";
  if (type === "test:fail") counts.failed += isSuite && data.details.error?.failureType === "subtestsFailed" ? 0 : 1;
  else if (data.skip !== undefined) counts.skipped += data.skip === NOT_ASKED_FOR ? 0 : 1;
  else counts.passed += isSuite ? 0 : 1;
}
