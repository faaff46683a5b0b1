import assert from "node:assert/strict";
import { test } from "node:test";

import { manualClock, scaledClock } from "../../src/simulator";
import { call, device, listen, type Listening, until } from "./device";
import { session } from "../recordings/sessions";

interface AtxState {
  busy: boolean;
  acts: { power: boolean; reset: boolean };
  leds: { power: boolean; hdd: boolean };
}

function changes({ events }: Pick<Listening, "events">): string[] {
  const states = events
    .filter(({ event_type: type }) => type === "atx")
    .map(({ event }) => event as unknown as AtxState); // the device's shape
  return withoutDisk(states);
}

/** Busy and power LED, step by step; the disk LED flickers on its own. */
function withoutDisk(states: readonly AtxState[]): string[] {
  const steps = states.map(({ acts, leds }) => `power ${acts.power} reset ${acts.reset} led ${leds.power}`);
  return steps.filter((step, index) => step !== steps[index - 1]);
}

test("goes through the states of the recorded session", async (t) => {
  const simulator = await device(t, { clock: scaledClock(20) });
  const listening = await listen(t, simulator);
  const post = (path: string): Promise<unknown> => call(simulator.url, "POST", path);

  await post("/api/atx/power?action=on");
  await until(() => !simulator.state.atx.state().busy);
  await post("/api/atx/click?button=power");
  await until(() => !simulator.host.power);
  await post("/api/atx/power?action=on&wait=1");
  await post("/api/atx/power?action=reset_hard&wait=1");
  await post("/api/atx/power?action=off_hard&wait=1");
  simulator.host.power = true;
  simulator.host.power = false;
  await until(() => changes(listening).length >= EXPECTED.length);

  const recorded = session("atx-events").filter(({ dir, text }) => dir === "<" && text?.event_type === "atx");
  assert.deepEqual(changes(listening), withoutDisk(recorded.map(({ text }) => text?.event as unknown as AtxState))); // the device's shape
});

const EXPECTED = { length: 19 };

test("a long press cuts the power while it is still held, and is recorded with its duration", async (t) => {
  const clock = manualClock();
  const { url, host } = await device(t, { clock, power: true });
  await call(url, "POST", "/api/atx/click?button=power_long");
  await clock.advance(3999);
  assert.equal(host.power, true);
  await clock.advance(1);
  assert.equal(host.power, false);
  assert.equal(host.presses[0]?.duration, null);
  await clock.advance(2500);
  assert.deepEqual(host.presses, [{ line: "power", at: 0, duration: 5500 }]);
});

test("wait=1 answers when the line is free again; a second click meanwhile is 409 and presses nothing", async (t) => {
  const clock = manualClock();
  const { url, host } = await device(t, { clock });
  let answered = false;
  const waiting = call(url, "POST", "/api/atx/click?button=power&wait=1").then(() => (answered = true));
  await until(() => host.presses.length === 1);
  assert.equal((await call(url, "POST", "/api/atx/click?button=power")).status, 409);
  await clock.advance(1099);
  assert.equal(answered, false);
  await clock.advance(1);
  await waiting;
  assert.equal(host.presses.length, 1);
});

test("an action that the LED makes pointless is an instant 200 without a press", async (t) => {
  const { url, host } = await device(t, { power: true });
  assert.equal((await call(url, "POST", "/api/atx/power?action=on&wait=1")).status, 200);
  assert.deepEqual(host.presses, []);
});

test("a host may ignore its buttons", async (t) => {
  const clock = manualClock();
  const { url, host } = await device(t, { clock, ignoresPowerButton: true });
  await call(url, "POST", "/api/atx/power?action=on");
  await clock.advance(60_000);
  assert.equal(host.power, false);
  assert.equal(host.presses.length, 1);
});

test("the LED of a sleeping host blinks, until the power button or a hand wakes it", async (t) => {
  const clock = manualClock();
  const { url, host } = await device(t, { clock, power: true, sleepBlink: 800 });
  const led = async (): Promise<boolean> => {
    const { result } = await call(url, "GET", "/api/atx");
    return (result as unknown as AtxState).leds.power; // the device's shape
  };
  host.asleep = true;
  assert.deepEqual([await led(), host.screen.lines], [false, []]);
  for (const lit of [true, false, true, false]) {
    await clock.advance(400);
    assert.equal(await led(), lit);
  }
  await call(url, "POST", "/api/atx/click?button=power");
  await clock.advance(1100);
  assert.deepEqual([host.asleep, host.power, await led()], [false, true, true]);
  await clock.advance(60_000);
  assert.equal(host.power, true);
  host.asleep = true;
  host.power = true;
  assert.equal(host.asleep, false);
  host.asleep = true;
  host.power = false;
  assert.deepEqual([host.asleep, await led()], [false, false]);
  host.asleep = true;
  assert.equal(host.asleep, false, "what is off cannot sleep");
});

test("after a restart the LED reads off for a moment, so that switching off does nothing", async (t) => {
  const clock = manualClock();
  const simulator = await device(t, { clock, power: true });
  await simulator.restart();
  await call(simulator.url, "POST", "/api/atx/power?action=off");
  assert.deepEqual(simulator.host.presses, []);
  await clock.advance(100);
  assert.deepEqual(simulator.state.atx.state().leds, { power: true, hdd: false });
});
