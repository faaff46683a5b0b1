/** What node:test prints before it repeats what failed in a file. */
const FAILURES = "✖ failing tests:";

/** Prints what each job printed, whole, and at the end what failed once more. */
export class Report {
  /** How long each took, and computed. */
  weights = {};
  #total = { passed: 0, failed: 0, skipped: 0 };
  /** What failed, and what it said of that. */
  #failed = new Map();

  add({ title, file = title }, { output, processor, ...counts }, seconds) {
    this.#weigh(file, seconds, processor);
    for (const key of Object.keys(this.#total)) this.#total[key] += counts[key];
    if (counts.failed > 0) this.#failed.set(title, output.slice(Math.max(0, output.lastIndexOf(FAILURES))));
    console.log(`\n== ${title}, ${seconds.toFixed(1)} s\n${output.trimEnd()}`);
  }

  /** What ran on both lines weighs what it took where it took longer. */
  #weigh(file, seconds, processor = seconds) {
    if (seconds < (this.weights[file]?.seconds ?? 0)) return;
    this.weights[file] = { seconds: Number(seconds.toFixed(1)), processor: Number(processor.toFixed(1)) };
  }

  /** A step of the set-up that counts as a test. */
  pass() {
    this.#total.passed += 1;
  }

  /** What could not even begin. */
  fail(title, message) {
    console.error(`\n== ${title}\n${message}`);
    this.#failed.set(title, message);
    this.#total.failed += 1;
  }

  /** The last lines. @returns whether all is well */
  conclude() {
    const { passed, failed, skipped } = this.#total;
    if (passed + failed + skipped === 0) console.log("\nNo test has that name.");
    for (const [title, output] of this.#failed) console.log(`\n== failed: ${title}\n${output.trim()}`);
    if (this.#failed.size > 0) console.log(`\nfailed: ${[...this.#failed.keys()].join("\n        ")}`);
    console.log(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
    return failed === 0 && passed > 0;
  }
}
