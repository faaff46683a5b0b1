import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { BusyError, PiKVMError, WaitTimeoutError } from "../../src/client";
import { reworded, withNote } from "../../src/client/errors";

const cause = new Error("below");
const busy = new BusyError("HTTP 409: busy", { statusCode: 409, error: "AtxIsBusyError", errorMsg: "busy" }, { cause });

test("an error in other words is a new one with the class, the facts, the cause and the place of the first", () => {
  const copy = withNote(busy, "3 of 5 were done.");
  assert.notEqual(copy, busy);
  assert.equal(busy.message, "HTTP 409: busy");
  assert.equal(copy.message, "HTTP 409: busy (3 of 5 were done.)");
  assert.ok(copy instanceof BusyError);
  const { name, code, statusCode, error, errorMsg, retryable } = copy;
  assert.deepEqual(
    { name, code, statusCode, error, errorMsg, retryable },
    {
      name: "BusyError",
      code: "HTTP_409",
      statusCode: 409,
      error: "AtxIsBusyError",
      errorMsg: "busy",
      retryable: true,
    },
  );
  assert.equal(copy.cause, cause);
  assert.deepEqual(copy.stack?.split("\n    at "), [
    "BusyError: HTTP 409: busy (3 of 5 were done.)",
    ...(busy.stack?.split("\n    at ").slice(1) ?? []),
  ]);
  assert.match(inspect(copy), /3 of 5[^]*below/);
});

test("an error of something that had begun cannot be tried again as a whole", () => {
  assert.equal(reworded(busy, "At step 2: busy", { begun: true }).retryable, false);
  assert.equal(busy.retryable, true);
});

test("what was seen last, an unknown outcome, and the absence of a cause stay", () => {
  assert.equal(withNote(new WaitTimeoutError("late", { lastValue: 7 }), "x").lastValue, 7);
  const lost = withNote(new PiKVMError("lost.", { outcome: "unknown" }), "x");
  assert.equal(lost.outcome, "unknown");
  assert.equal("cause" in lost, false);
  assert.equal("lastValue" in lost, false);
});
