/** A reporter for node:test that ends with one line of JSON: how many tests passed, failed and were skipped. */
export default async function* count(events) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for await (const { type, data } of events) {
    // A file or suite is counted by the tests in it; a file that breaks before its first test is a failure of its own.
    if (data?.details?.type === "suite") continue;
    if (type === "test:fail") counts.failed += 1;
    if (type === "test:pass" && data.skip === undefined) counts.passed += 1;
    if (type === "test:pass" && data.skip !== undefined) counts.skipped += 1;
  }
  yield `${JSON.stringify(counts)}\n`;
}
