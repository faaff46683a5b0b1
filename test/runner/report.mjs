/** Prints what each job printed, whole, and sums up. */
export class Report {
  /** How long each took, and computed. */
  weights = {};
  #total = { passed: 0, failed: 0, skipped: 0 };
  #failed = [];

  add({ title, file = title }, { output, processor, ...counts }, seconds) {
    this.#weigh(file, seconds, processor);
    for (const key of Object.keys(this.#total)) this.#total[key] += counts[key];
    if (counts.failed > 0) this.#failed.push(title);
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
    this.#failed.push(title);
    this.#total.failed += 1;
  }

  /** The last lines. @returns whether all is well */
  conclude() {
    const { passed, failed, skipped } = this.#total;
    if (passed + failed + skipped === 0) console.log("\nNo test has that name.");
    if (this.#failed.length > 0) console.log(`\nfailed: ${this.#failed.join("\n        ")}`);
    console.log(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
    return failed === 0 && passed > 0;
  }
}
