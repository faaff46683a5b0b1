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
  clock.setTimeout(() => ran.push("cancelled"), 10).cancel();

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
  assert.ok(clock.now() - begin >= 5000);
  assert.ok(Math.abs(clock.wall() - Date.now() - 5000) < 1000);
});

test("on a busy machine a scaled clock goes slower, not wrong: what is due is run in order, each at its time", async () => {
  const clock = scaledClock(20);
  const timers = new Timers(clock);
  const begin = clock.now();
  const ran: [string, number][] = [];
  const note = (what: string): void => void ran.push([what, Math.floor((clock.now() - begin) / 100) * 100]);
  const pressing = (async () => {
    note("pressed");
    await timers.sleep(1000);
    note("released");
    await timers.sleep(200);
    note("pressed again");
  })();
  timers.after(1100, () => note("between"));
  const until = performance.now() + 200;
  while (performance.now() < until);
  note("still busy");
  await pressing;
  assert.deepEqual(ran, [
    ["pressed", 0],
    ["still busy", 1000],
    ["released", 1000],
    ["between", 1100],
    ["pressed again", 1200],
  ]);
});

test("a scaled clock that is far behind stands still instead of hurrying after", async () => {
  const clock = scaledClock(1);
  const timers = new Timers(clock);
  const begin = clock.now();
  const until = performance.now() + 600;
  let turns = 0;
  timers.every(10, () => (turns += 1));
  while (performance.now() < until);
  await timers.sleep(10);
  const ours = performance.now() - until + 600;
  timers.clear();
  assert.ok(clock.now() - begin < ours - 200, `${clock.now() - begin} of ${ours} ms`);
  assert.ok(turns < 40, `${turns} turns`);
});

test("whoever sleeps is told when the timers are cleared", async () => {
  const timers = new Timers(manualClock());
  const sleeping = timers.sleep(1000);
  timers.clear();
  await assert.rejects(sleeping, StoppedError);
});
