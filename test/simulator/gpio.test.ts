import assert from "node:assert/strict";
import { test } from "node:test";

import { manualClock } from "../../src/simulator";
import { call, device, type Event, listen, until } from "./device";
import { labGpio } from "./lab";
import { session } from "../recordings/sessions";

function partial({ events }: { events: readonly Event[] }): unknown[] {
  return events.filter(({ event_type: type, event }) => type === "gpio" && !("model" in event)).map(({ event }) => event); // prettier-ignore
}

test("sends the partial events of the recorded session", async (t) => {
  const recorded = session("gpio-events").flatMap(({ dir, text }) => (dir === "<" && text !== undefined ? [text] : []));
  const clock = manualClock();
  const simulator = await device(t, { clock });
  labGpio(simulator);
  simulator.state.gpio.channels.outputs.relay1 = { online: true, state: false, busy: false };
  simulator.state.gpio.reported();
  const listening = await listen(t, simulator);
  const events = (count: number): Promise<void> => until(() => partial(listening).length === count);
  const post = async (path: string): Promise<void> => {
    const before = partial(listening).length;
    const answer = call(simulator.url, "POST", path);
    await events(before + 1);
    await clock.advance(1000);
    assert.equal((await answer).status, 200);
    await events(before + 2);
  };

  await post("/api/gpio/switch?channel=relay1&state=1");
  await post("/api/gpio/switch?channel=relay1&state=0&wait=1");
  await post("/api/gpio/pulse?channel=bell&wait=1");
  for (const [state, count] of [
    [true, 7],
    [false, 8],
  ] as const) {
    simulator.state.gpio.setInput("sensor1", state);
    await clock.advance(99);
    assert.equal(partial(listening).length, count - 1);
    await clock.advance(1);
    await events(count);
  }
  await post("/api/gpio/pulse?channel=cmd1");

  assert.deepEqual(partial(listening), partial({ events: recorded }));
});

test("inputs on pins read off for the first 0.1 s after kvmd's start, and are told anew then", async (t) => {
  const clock = manualClock();
  const simulator = await device(t, { clock });
  const { gpio } = simulator.state;
  gpio.drivers.set("script", { type: "CMD" });
  gpio.addInput("door", { state: true });
  gpio.addInput("script", { state: true, driver: "script" });
  await simulator.restart();
  const listening = await listen(t, simulator);
  assert.deepEqual(gpio.state().state.inputs, { door: { online: true, state: false }, script: { online: true, state: true } }); // prettier-ignore
  await clock.advance(100);
  await until(() => partial(listening).length === 1);
  assert.deepEqual(partial(listening), [{ state: { inputs: { door: { online: true, state: true } } } }]);
});

test("a pulse lasts as long as asked for, within the channel's limits, and reads false meanwhile", async (t) => {
  const clock = manualClock();
  const { url, state } = await device(t, { clock });
  state.gpio.addOutput("bell", { switch: false, pulse: { delay: 0.5, min: 0.1, max: 5 } });
  for (const [delay, ms] of [
    ["", 500],
    ["&delay=60", 5000],
    ["&delay=0.01", 100],
  ] as const) {
    const answer = call(url, "POST", `/api/gpio/pulse?channel=bell&wait=1${delay}`);
    await until(() => state.gpio.channels.outputs.bell?.state === true);
    assert.deepEqual(state.gpio.state().state.outputs.bell, { online: true, state: false, busy: true });
    await clock.advance(ms - 1);
    assert.equal(state.gpio.channels.outputs.bell?.state, true, delay);
    await clock.advance(1);
    assert.equal(state.gpio.channels.outputs.bell.state, false, delay);
    assert.equal((await call(url, "POST", "/api/gpio/pulse?channel=bell")).status, 409);
    await clock.advance(200);
    assert.equal((await answer).status, 200);
  }
});

test("channels are busy on their own, and kvmd's restart puts the outputs back", async (t) => {
  const clock = manualClock();
  const simulator = await device(t, { clock });
  const { url, state } = simulator;
  state.gpio.addOutput("one");
  state.gpio.addOutput("two", { state: true });
  for (const channel of ["one", "two"])
    assert.equal((await call(url, "POST", `/api/gpio/switch?channel=${channel}&state=${channel === "one" ? 1 : 0}`)).status, 200); // prettier-ignore
  await clock.advance(200);
  assert.deepEqual([state.gpio.channels.outputs.one?.state, state.gpio.channels.outputs.two?.state], [true, false]);
  await simulator.restart();
  assert.deepEqual([state.gpio.channels.outputs.one?.state, state.gpio.channels.outputs.two?.state], [false, true]);
});

test("a contact of the relay board reads what its relay does", async (t) => {
  const clock = manualClock();
  const { url, state } = await device(t, { clock, relayBoard: true });
  assert.equal((await call(url, "POST", "/api/gpio/switch?channel=relay1&state=1")).status, 200);
  await clock.advance(300);
  const { inputs, outputs } = state.gpio.state().state;
  assert.deepEqual([inputs.contact?.state, inputs.door?.state, outputs.relay1?.state], [true, false, true]);
});

test("a channel whose driver is gone reads false and refuses only those who wait", async (t) => {
  const clock = manualClock();
  const simulator = await device(t, { clock });
  const { url, state } = simulator;
  state.gpio.addInput("door", { state: true });
  state.gpio.addOutput("relay", { driver: "remote" });
  state.gpio.drivers.set("remote", { type: "PWR" });
  const listening = await listen(t, simulator);
  state.gpio.setOnline("door", false);
  state.gpio.setOnline("relay", false);
  await until(() => partial(listening).length === 2);
  assert.deepEqual(partial(listening), [
    { state: { inputs: { door: { online: false, state: false } } } },
    { state: { outputs: { relay: { online: false, state: false, busy: false } } } },
  ]);
  assert.equal((await call(url, "POST", "/api/gpio/switch?channel=relay&state=1")).status, 200);
  await clock.advance(200);
  const waiting = call(url, "POST", "/api/gpio/switch?channel=relay&state=1&wait=1");
  await until(() => state.gpio.channels.outputs.relay?.busy === true);
  await clock.advance(200);
  assert.deepEqual((await waiting).result, { error: "GpioDriverOfflineError", error_msg: "GPIO driver PWR(remote) is offline" }); // prettier-ignore
});
