import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { CHECKOUT } from "../harness/node-red";

interface Result {
  passed: number;
  failed: number;
  skipped: number;
  output: string;
}

interface Runner {
  jobsOf: (line: object, files: string[], name?: string) => { args: string[] }[];
  runTestFile: (job: object) => Promise<Result>;
}

const LINE = { name: "this Node-RED", env: {}, needs: () => true };
const START = 'const { describe, test } = require("node:test");';

describe("what the runner makes of a test file", () => {
  let folder: string;
  let runner: Runner;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "pikvm-runner-"));
    const parts = ["jobs.mjs", "test-file.mjs"].map((part) => path.join(CHECKOUT, "test/runner", part));
    const [jobs, files] = (await Promise.all(parts.map((part) => import(part)))) as [Runner, Runner]; // plain JavaScript
    runner = { jobsOf: jobs.jobsOf, runTestFile: files.runTestFile };
  });

  after(() => rm(folder, { recursive: true }));

  async function fileOf(text: string): Promise<string> {
    const file = path.join(await mkdtemp(path.join(folder, "a-")), "some.test.cjs");
    await writeFile(file, `${START}\n${text}`);
    return file;
  }

  /** Runs files with the given texts, in the way in which those of this project are run. */
  async function ran(text: string | string[], name?: string): Promise<Result> {
    const files = await Promise.all([text].flat().map(fileOf));
    const [job] = runner.jobsOf(LINE, ["client/some"], name);
    return runner.runTestFile({ ...job, args: [...(job?.args.slice(0, -1) ?? []), ...files] });
  }

  const counts = ({ passed, failed, skipped }: Result) => ({ passed, failed, skipped });

  test("counts its tests, and not their suites", async () => {
    const text = `describe("a", () => { test("b", () => {}); test("c", () => { throw new Error("wrong"); }); });
      test("d", { skip: "not now" }, () => {}); describe("e", { skip: "nor this" }, () => {});`;
    assert.deepEqual(counts(await ran(text)), { passed: 1, failed: 1, skipped: 2 });
  });

  test("a file without a test has failed", async () => {
    const result = await ran("");
    assert.deepEqual(counts(result), { passed: 0, failed: 1, skipped: 0 });
    assert.match(result.output, /the file has no test/);
  });

  test("a file that ends before its last test has failed, though its exit code is 0", async () => {
    const result = await ran('test("a", () => {}); test("b", () => process.exit(0)); test("c", () => {});');
    assert.equal(result.failed, 1);
    const early = await ran('describe("a", () => { test("b", () => {}); test("c", () => process.exit(0)); });');
    assert.equal(early.failed, 1);
  });

  test("an error that no test waits for fails the file, and is shown", async () => {
    for (const stray of [
      'setTimeout(() => { throw new Error("stray"); })',
      'void Promise.reject(new Error("stray"))',
    ]) {
      const result = await ran(
        `test("a", () => { ${stray}; return new Promise((resolve) => setTimeout(resolve, 50)); });`,
      );
      assert.deepEqual(counts(result), { passed: 1, failed: 1, skipped: 0 });
      assert.match(result.output, /stray/);
    }
  });

  test("a file that cannot be loaded has failed, and says why", async () => {
    const result = await ran('throw new Error("broken");');
    assert.deepEqual(counts(result), { passed: 0, failed: 1, skipped: 0 });
    assert.match(result.output, /broken/);
  });

  test("files that share the editor are one process, in turn, and all of their tests are counted", async () => {
    const jobs = runner.jobsOf(LINE, ["client/some", "editor/keys", "editor/live", "editor/dialogs"]);
    const files = jobs.map(({ args }) => args.flatMap((arg) => /\w+(?=\.test\.js$)/.exec(arg)?.[0] ?? []));
    assert.deepEqual(files, [["keys", "live"], ["some"], ["dialogs"]]);
    const one = `describe("a", () => { test("b", () => new Promise((resolve) => setTimeout(resolve, 50))); });`;
    const other = 'test("the third", () => {}); test("d", () => { throw new Error("wrong"); });';
    assert.deepEqual(counts(await ran([one, other])), { passed: 2, failed: 1, skipped: 0 });
    assert.deepEqual(counts(await ran([one, other], "the third")), { passed: 1, failed: 0, skipped: 0 });
  });

  test("what a test has left open keeps nobody waiting, and nothing of the report is lost", async () => {
    const result = await ran(`setInterval(() => {}, 1000);
      describe("many", () => { for (let i = 0; i < 2000; i += 1) test("number " + i, () => {}); });`);
    assert.deepEqual(counts(result), { passed: 2000, failed: 0, skipped: 0 });
    assert.match(result.output, /number 1999/);
  });

  test("by a part of their names only some are run; to have none is no failure then", async () => {
    const text = 'test("a (b) or c", () => {}); test("a b", () => { throw new Error("not to be run"); });';
    assert.deepEqual(counts(await ran(text, "(b) or")), { passed: 1, failed: 0, skipped: 0 });
    assert.deepEqual(counts(await ran(text, "nothing")), { passed: 0, failed: 0, skipped: 0 });
  });
});
