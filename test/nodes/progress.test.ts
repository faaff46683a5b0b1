import assert from "node:assert/strict";
import { test } from "node:test";
import { progressOf, type ToldProgress } from "../../src/actions/progress";

test("the rate is that of what is on its way: a time in which it waited before does not count", (t) => {
  let now = 0;
  t.mock.method(performance, "now", () => now);
  const texts: string[] = [];
  const told: ToldProgress[] = [];
  const report = progressOf((text, progress) => {
    texts.push(text);
    told.push(progress);
  });
  now = 60_000;
  report({ done: 1_000_000, total: 100_000_000, unit: "bytes" });
  now = 62_000;
  report({ done: 41_000_000, total: 100_000_000, unit: "bytes" });
  assert.deepEqual(texts, ["1 %", "41 % · 20 MB/s"]);
  assert.deepEqual(told[1], { done: 41_000_000, total: 100_000_000, unit: "bytes", percent: 41, rate: 20_000_000 });
});
