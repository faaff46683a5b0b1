/** What node:test prints before it repeats what failed in a file. */
const FAILURES = "✖ failing tests:";

/** Prints what each job printed, whole, and at the end what failed once more. */
export class Report {
  /** How long each took, and computed. */
  weights = {};
  #total = { passed: 0, failed: 0, skipped: 0 };
  /** What failed: how many of its tests, and what it said of them. */
  #failed = new Map();
  /** What failed, but not by itself. */
  #late = [];

  add({ title, file = title }, { output, processor, ...counts }, seconds) {
    this.#weigh(file, seconds, processor);
    for (const key of Object.keys(this.#total)) this.#total[key] += counts[key];
    const said = output.slice(Math.max(0, output.lastIndexOf(FAILURES)));
    if (counts.failed > 0) this.#failed.set(title, { count: counts.failed, said });
    console.log(`\n== ${title}, ${seconds.toFixed(1)} s\n${output.trimEnd()}`);
  }

  /** What the job said of the tests that failed; undefined when none did. */
  failureOf({ title }) {
    return this.#failed.get(title)?.said;
  }

  /** All that failed in the job has passed by itself. */
  addLate({ title }) {
    const { count, said } = this.#failed.get(title);
    this.#failed.delete(title);
    this.#late.push(title);
    this.#total.failed -= count;
    this.#total.passed += count;
    console.log(`\n== failed beside others, and passed by itself: ${title}\n${said.trim()}`);
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
    this.#failed.set(title, { count: 1, said: message });
    this.#total.failed += 1;
  }

  get isWell() {
    return this.#total.failed === 0 && this.#total.passed > 0;
  }

  /** The last lines. */
  conclude() {
    const { passed, failed, skipped } = this.#total;
    if (passed + failed + skipped === 0) console.log("\nNo test has that name.");
    for (const [title, { said }] of this.#failed) console.log(`\n== failed: ${title}\n${said.trim()}`);
    if (this.#late.length > 0) console.log(`\npassed only by itself: ${this.#late.join("\n                        ")}`);
    if (this.#failed.size > 0) console.log(`\nfailed: ${[...this.#failed.keys()].join("\n        ")}`);
    console.log(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
  }
}
