import assert from "node:assert/strict";
import { test } from "node:test";

import { manualClock, scaledClock } from "../../src/simulator";
import { StoppedError, Timers } from "../../src/simulator/clock";

test("a manual clock runs what becomes due, in order, and what that sets going", async () => {
  const clock = manualClock({ wall: 1000 });
  const ran: string[] = [];
  clock.setTimeout(() => ran.push(`late at ${clock.now()}`), 300);
  clock.setTimeout(() => {
    ran.push(`early at ${clock.now()}`);
    clock.setTimeout(() => ran.push(`follow-up at ${clock.now()}`), 50);
  }, 100);
  clock.clearTimeout(clock.setTimeout(() => ran.push("cancelled"), 10));

  await clock.advance(200);
  assert.deepEqual(ran, ["early at 100", "follow-up at 150"]);
  await clock.advance(100);
  assert.deepEqual(ran.slice(2), ["late at 300"]);
  assert.equal(clock.wall(), 1300);
});

test("a sleeper on a manual clock goes on before later timers run", async () => {
  const clock = manualClock();
  const timers = new Timers(clock);
  const ran: string[] = [];
  void timers.sleep(10).then(async () => {
    ran.push("first");
    await timers.sleep(10);
    ran.push("second");
  });
  clock.setTimeout(() => ran.push("third"), 30);
  await clock.advance(30);
  assert.deepEqual(ran, ["first", "second", "third"]);
});

test("a scaled clock shortens delays but shows the true time of day", async () => {
  const clock = scaledClock(1000, { skew: 5000 });
  const begin = clock.now();
  await new Timers(clock).sleep(5000);
  // Node's timers may be early by a part of a millisecond, which is a part of a second here.
  assert.ok(clock.now() - begin > 3000);
  assert.ok(Math.abs(clock.wall() - Date.now() - 5000) < 1000);
});

test("whoever sleeps is told when the timers are cleared", async () => {
  const timers = new Timers(manualClock());
  const sleeping = timers.sleep(1000);
  timers.clear();
  await assert.rejects(sleeping, StoppedError);
});
