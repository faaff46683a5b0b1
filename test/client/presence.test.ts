import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { APIError, BusyError, CancelledError, ConnectError } from "../../src/client";
import { FirstReadings } from "../../src/client/events/first-readings";
import type { StateChange } from "../../src/client/events/merge";
import { Presence } from "../../src/client/presence";

/** A time in milliseconds that is set by hand. */
function handTime(t: TestContext): { now: number } {
  const time = { now: 0 };
  t.mock.method(performance, "now", () => time.now);
  return time;
}

test("a device is believed, unless it was away; then half a second after it was heard first", (t) => {
  const time = handTime(t);
  const presence = new Presence();
  presence.seen();
  assert.equal(presence.unsure, 0);
  presence.lost();
  time.now = 60_000;
  assert.equal(presence.unsure, 0.5);
  presence.seen();
  time.now += 400;
  presence.seen();
  assert.ok(Math.abs(presence.unsure - 0.1) < 1e-9);
  time.now += 100;
  assert.equal(presence.unsure, 0);
});

test("what fails because nobody is there says that it was away, and nothing else does", () => {
  const failed = (error: unknown): boolean => {
    const presence = new Presence();
    presence.failed(error);
    return presence.unsure > 0;
  };
  assert.ok(failed(new ConnectError("reset")));
  assert.ok(failed(new APIError("Bad Gateway", { statusCode: 502 })));
  assert.ok(!failed(new BusyError("busy", { statusCode: 409 })));
  assert.ok(!failed(new APIError("no picture", { statusCode: 503, error: "UnavailableError" })));
  assert.ok(!failed(new CancelledError("cancelled")));
});

test("what is read from pins is held back until it can be believed, and told once, as it is then", (t) => {
  handTime(t);
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const presence = new Presence();
  const told: StateChange[] = [];
  const first = new FirstReadings(presence, (change) => told.push(change));
  presence.lost();
  presence.seen();
  const states = { atx: { lit: true }, hid: {} } as never;
  assert.equal(first.hold({ kind: "hid", state: {} }), false);
  for (const lit of [false, true]) assert.equal(first.hold({ kind: "atx", state: { lit } }), true);
  assert.deepEqual(first.without(states), { hid: {} });
  t.mock.timers.tick(500);
  assert.deepEqual(told, [{ kind: "atx", state: { lit: true } }]);
  assert.equal(first.without(states), states);
  // A connection that ends takes with it what it has said.
  first.hold({ kind: "gpio", state: {} });
  first.drop();
  t.mock.timers.tick(500);
  assert.equal(told.length, 1);
});
