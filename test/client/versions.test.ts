import assert from "node:assert/strict";
import { test } from "node:test";
import { has, SINCE } from "../../src/client/versions";

test("versions are compared as numbers, not as texts", () => {
  assert.equal(SINCE.binaryPing, "4.53");
  for (const [major, minor, expected] of [
    [3, 99, false],
    [4, 9, false],
    [4, 52, false],
    [4, 53, true],
    [4, 197, true],
    [5, 0, true],
  ] as const)
    assert.equal(has({ major, minor }, "binaryPing"), expected, `${major}.${minor}`);
});

test("a device that does not say its version has nothing new", () => {
  assert.equal(has(undefined, "binaryPing"), false);
});

test("the table goes from the oldest to the newest", () => {
  const numbers = Object.values(SINCE).map((version) => {
    assert.match(version, /^\d+\.\d+$/);
    const [major = 0, minor = 0] = version.split(".").map(Number);
    return major * 1000 + minor;
  });
  assert.deepEqual(
    numbers,
    [...numbers].sort((one, other) => one - other),
  );
});
