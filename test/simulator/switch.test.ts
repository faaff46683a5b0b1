import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";

import { manualClock, type ManualClock, type Simulator } from "../../src/simulator";
import type { JsonObject } from "../../src/simulator/api/python";
import { call, device, listen, until } from "./device";

interface Bench {
  readonly clock: ManualClock;
  readonly simulator: Simulator;
  /** Posts and lets the units do it. */
  readonly post: (path: string) => Promise<void>;
  readonly state: () => Promise<SwitchState>;
}

interface SwitchState {
  model: { ports: { id: string; name: string; unit: number; channel: number; atx: JsonObject }[]; units: unknown[] };
  summary: { active_port: number; active_id: string; synced: boolean };
  edids: { all: Record<string, { parsed: JsonObject | null }>; used: string[] };
  colors: Record<string, JsonObject>;
  beacons: { uplinks: boolean[]; downlinks: boolean[]; ports: boolean[] };
  atx: { busy: boolean[]; leds: { power: boolean[] } };
}

async function bench(t: TestContext, switchUnits: number): Promise<Bench> {
  const clock = manualClock();
  const simulator = await device(t, { clock, switchUnits });
  return {
    clock,
    simulator,
    async post(path) {
      assert.equal((await call(simulator.url, "POST", `/api/switch/${path}`)).status, 200, path);
      await clock.advance(100);
    },
    state: async () => (await call(simulator.url, "GET", "/api/switch")).result as unknown as SwitchState, // the device's shape
  };
}

test("selects ports by index and by unit and port, and steps along the chain", async (t) => {
  const { post, state } = await bench(t, 2);
  const steps: [string, number, string][] = [
    ["set_active_prev", -1, ""],
    ["set_active_next", 0, "1.1"],
    ["set_active?port=5", 5, "2.2"],
    ["set_active?port=1.0", 1, "1.2"],
    ["set_active?port=2.3", 6, "2.3"],
    ["set_active?port=9.9", 6, "2.3"],
    ["set_active_next", 7, "2.4"],
    ["set_active_next", 7, "2.4"],
    ["set_active?port=0.1", 0, "1.1"],
    ["set_active_prev", 0, "1.1"],
  ];
  for (const [path, port, id] of steps) {
    await post(path);
    assert.deepEqual((await state()).summary, { active_port: port, active_id: id, synced: true }, path);
  }
});

test("without a unit nothing happens, but settings are kept until there is one", async (t) => {
  const { post, state, simulator } = await bench(t, 0);
  for (const path of ["set_active?port=0", "set_active_next", "atx/click?port=0&button=power", "set_beacon?port=0&state=1", "reset?unit=0", "set_port_params?port=0&name=server&atx_click_power_delay=0.7"]) await post(path); // prettier-ignore
  const empty = await state();
  assert.deepEqual([empty.summary.active_port, empty.model.ports, empty.atx.busy], [-1, [], []]);
  simulator.state.switch.units = 1;
  const { model } = await state();
  assert.equal(model.ports.length, 4);
  assert.deepEqual(model.ports[0], { unit: 0, channel: 0, name: "server", id: "1", atx: { click_delays: { power: 0.7, power_long: 5.5, reset: 0.5 } }, video: { dummy: true } }); // prettier-ignore
});

test("a port's name and delays, 0 for the usual one, and an unknown EDID that spoils the whole call", async (t) => {
  const { post, state, simulator } = await bench(t, 1);
  await post("set_port_params?port=2&name=%20web%09%20server%20&atx_click_reset_delay=2&dummy=0");
  assert.equal((await state()).model.ports[2]?.name, "web server");
  await post("set_port_params?port=2&atx_click_reset_delay=0");
  assert.deepEqual((await state()).model.ports[2]?.atx, { click_delays: { power: 0.5, power_long: 5.5, reset: 0.5 } });
  const refused = await call(simulator.url, "POST", "/api/switch/set_port_params?port=2&name=x&edid_id=00000000-0000-0000-0000-000000000000"); // prettier-ignore
  assert.equal(refused.result.error, "SwitchUnknownEdidError");
  assert.equal((await state()).model.ports[2]?.name, "web server");
});

test("a port falls back to the default EDID when its own is removed", async (t) => {
  const { post, state, simulator } = await bench(t, 1);
  const data = `${"0".repeat(252)}0100${"0".repeat(256)}`;
  const created = await call(simulator.url, "POST", `/api/switch/edids/create?name=x&data=${data}`);
  const id = created.result.id as string; // the device's shape
  await post(`set_port_params?port=1&edid_id=${id}`);
  assert.deepEqual((await state()).edids.used, ["default", id, "default", "default"]);
  await post(`edids/change?id=${id}&name=`);
  assert.deepEqual((await state()).edids.all[id], { name: "x", data, parsed: null });
  await post(`edids/remove?id=${id}`);
  assert.deepEqual((await state()).edids.used, ["default", "default", "default", "default"]);
});

test("colours and beacons", async (t) => {
  const { post, state } = await bench(t, 2);
  await post("set_colors?active=0A0b0C:10:00ff&beacon=000000:00:0000");
  await post("set_colors?beacon=default");
  const { colors } = await state();
  assert.deepEqual(colors.active, { red: 10, green: 11, blue: 12, brightness: 16, blink_ms: 255 });
  assert.deepEqual(colors.beacon, { red: 228, green: 44, blue: 156, brightness: 255, blink_ms: 250 });
  for (const path of ["port=5", "uplink=1", "downlink=0"]) await post(`set_beacon?state=1&${path}`);
  const lit = (await state()).beacons;
  assert.deepEqual([lit.ports.indexOf(true), lit.uplinks, lit.downlinks], [5, [false, true], [true, false]]);
  await post("reset?unit=1");
  await post("set_beacon?state=0&port=5");
  assert.equal((await state()).beacons.ports.includes(true), false);
});

test("each port has a computer: clicks take their time, and a second one meanwhile is dropped", async (t) => {
  const { post, state, simulator, clock } = await bench(t, 2);
  const [, port] = simulator.state.switch.ports;
  assert.ok(port);
  const listening = await listen(t, simulator);
  await post("atx/power?port=1&action=off");
  await post("atx/power?port=1&action=on");
  await post("atx/click?port=1&button=reset");
  assert.deepEqual((await state()).atx.busy.indexOf(true), 1);
  await clock.advance(1000);
  assert.deepEqual((await state()).atx.leds.power.indexOf(true), 1);
  assert.deepEqual(port.host.presses.map(({ line, duration }) => [line, duration]), [["power", 500]]); // prettier-ignore
  await until(
    () => listening.events.at(-1)?.event_type === "switch" && "usb" in (listening.events.at(-1)?.event ?? {}),
  );
  const keys = listening.events.filter(({ event_type: type, event }) => type === "switch" && !("model" in event)).map(({ event }) => Object.keys(event).join()); // prettier-ignore
  assert.deepEqual(keys, ["atx", "atx", "video,usb,atx"]);
});

test("units take a moment, in which they are not in sync", async (t) => {
  const { simulator, clock, state } = await bench(t, 1);
  const listening = await listen(t, simulator);
  await call(simulator.url, "POST", "/api/switch/set_active?port=3");
  assert.deepEqual((await state()).summary, { active_port: -1, active_id: "", synced: false });
  await clock.advance(100);
  await until(() => listening.events.at(-1)?.event_type === "switch");
  assert.deepEqual(listening.events.at(-1)?.event, { summary: { active_port: 3, active_id: "4", synced: true } });
});
