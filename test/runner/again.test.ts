import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";
import { CHECKOUT } from "../harness/node-red";

interface Job {
  title: string;
  line: object;
}

const LINE = { name: "this Node-RED", env: {}, needs: () => true };
/** One that takes a second. */
const RIGHT = "test at dist/test/schema/topics.test.js:12:1\n✖ it was late";

/** @returns which of the jobs are reported as late */
async function lateOf(failures: Record<string, string>): Promise<string[]> {
  const { runAgain } = (await import(path.join(CHECKOUT, "test/runner/again.mjs"))) as {
    runAgain: (jobs: Job[], report: object) => Promise<void>;
  };
  const late: string[] = [];
  const jobs = Object.keys(failures).map((title) => ({ title, line: LINE }));
  await runAgain(jobs, {
    failureOf: ({ title }: Job) => failures[title],
    addLate: ({ title }: Job) => void late.push(title),
  });
  return late;
}

test("what failed beside others, and passes by itself, is late", async () => {
  assert.deepEqual(await lateOf({ group: RIGHT }), ["group"]);
});

test("what fails by itself too is a fault", async () => {
  assert.deepEqual(await lateOf({ group: "test at dist/test/nowhere/at-all.test.js:1:1" }), []);
});

test("what breaks as a whole is a fault, and so is what breaks in many files", async () => {
  assert.deepEqual(await lateOf({ group: "✖ the file ended with exit code 1" }), []);
  const many = Array.from({ length: 6 }, (_, index) => [`group ${index}`, RIGHT]);
  assert.deepEqual(await lateOf(Object.fromEntries(many) as Record<string, string>), []);
});
