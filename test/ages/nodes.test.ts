import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import type { Simulator } from "../../src/simulator";
import { device, fields, flow, node } from "../harness/flows";
import { NodeRed } from "../harness/node-red";
import { until } from "../harness/until";
import { AGES, deviceOf } from "./device";
import { isSince } from "./states";

const red = NodeRed.duringTests();

interface Use {
  type: string;
  inputs: Parameters<typeof fields>[0];
  payload?: unknown;
  /** The first version that can; of an older one the error says it. */
  since?: string;
  /** Whether the computer runs before. */
  on?: boolean;
  /** Checks the device and the result. */
  check: (sim: Simulator, result: Record<string, unknown>) => unknown;
}

const MACRO = [
  { event_type: "key", event: { key: "KeyA", state: true } },
  { event_type: "key", event: { key: "KeyA", state: false } },
];

const USES: Record<string, Use> = {
  "atx-power, ensure on": {
    type: "atx-power",
    inputs: { action: ["choice", "ensure_on"] },
    check: (sim, { pressed }) => assert.deepEqual([sim.host.power, pressed], [true, true]),
  },
  "msd-mount": {
    type: "msd-mount",
    inputs: { action: ["choice", "mount"], image: ["str", "a.iso"] },
    check: (sim, { changed }) => assert.deepEqual([sim.host.usbDrive?.image, changed], ["a.iso", true]),
  },
  "msd-mount, writable": {
    type: "msd-mount",
    inputs: {
      action: ["choice", "mount"],
      image: ["str", "b.img"],
      drive: ["choice", "flash"],
      writable: ["bool", "true"],
    },
    since: "3.124",
    check: (sim) => assert.equal(sim.host.usbDrive?.writable, true),
  },
  gpio: {
    type: "gpio",
    inputs: { action: ["choice", "on"], channel: ["str", "fan click"] },
    check: (sim, { state }) =>
      assert.deepEqual(
        [sim.state.gpio.channels.outputs["relay"]?.state, (state as { state: boolean }).state], // as the node answers
        [true, true],
      ),
  },
  "hid-macro": {
    type: "hid-macro",
    inputs: { macro: ["stored", JSON.stringify(MACRO)] },
    check: (sim) => until(() => sim.host.keyEvents.length === 2),
  },
  "hid-mouse, click": {
    type: "hid-mouse",
    inputs: { action: ["choice", "click"], atX: ["num", "100"], atY: ["num", "100"] },
    check: (sim) => assert.deepEqual(sim.host.mouse.position, { x: 32767, y: 32767 }),
  },
  "kvm-switch": {
    type: "kvm-switch",
    inputs: { action: ["choice", "select"], port: ["str", "2"] },
    since: "4.26",
    check: (_, { port }) => assert.equal((port as { id: string }).id, "2"), // as the node answers
  },
  "kvm-switch, power": {
    type: "kvm-switch",
    inputs: { action: ["choice", "power"], power: ["choice", "click_power"], port: ["str", "2"] },
    since: "4.26",
    check: (_, { port }) => assert.equal((port as { id: string }).id, "2"), // as the node answers
  },
  "screen, snapshot": {
    type: "screen",
    inputs: { action: ["choice", "snapshot"] },
    on: true,
    check: (_, { online }) => assert.equal(online, true),
  },
  "screen, text": {
    type: "screen",
    inputs: { action: ["choice", "text"] },
    since: "3.55",
    on: true,
    check: (_, { text }) => assert.equal(typeof text, "string"),
  },
  "wait-until, a part of hid": {
    type: "wait-until",
    inputs: { path: ["str", "hid.keyboard.online"], value: ["bool", "true"], timeout: ["num", "10"] },
    check: (_, { value }) => assert.equal(value, true),
  },
  "wait-until, a drive": {
    type: "wait-until",
    inputs: { path: ["str", "msd.drive.connected"], value: ["bool", "false"], timeout: ["num", "10"] },
    check: (_, { value }) => assert.equal(value, false),
  },
  "wait-until, a relay": {
    type: "wait-until",
    inputs: { path: ["str", "gpio.state.inputs.door.state"], value: ["bool", "true"], timeout: ["num", "10"] },
    check: (_, { value }) => assert.equal(value, true),
  },
};

for (const age of AGES)
  describe(`nodes with a device of kvmd ${age}`, () => {
    let simulator: Simulator;
    before(async () => {
      simulator = await deviceOf(age, { tls: true, switchUnits: isSince(age, "4.26") ? 1 : 0 });
    });
    after(() => simulator.close());
    beforeEach(async () => {
      await red.deploy(flow());
      await until(() => simulator.sessions === 0);
      simulator.host.forget();
      simulator.host.power = false;
      simulator.host.usbDrive = null;
      simulator.state.msd.drive = { image: null, connected: false, cdrom: true, rw: false };
      red.forget();
    });

    for (const [name, { type, inputs, since = "0.1", on = false, check }] of Object.entries(USES))
      test(name, async () => {
        simulator.host.power = on;
        const used = node(`pikvm-${type}`, fields(inputs));
        await red.deploy(flow(device(simulator), used));
        red.forget();
        red.send("node", {});
        if (isSince(age, since)) {
          const { payload } = await red.message("result");
          await check(simulator, payload as Record<string, unknown>); // what action nodes answer
        } else {
          const { error } = await red.message("error");
          const { code, message } = error as { code: string; message: string }; // the error output sends nothing else
          assert.ok(["NOT_SUPPORTED", "HTTP_404"].includes(code), code);
          assert.ok(message.includes(`software ${since} or newer`), message);
        }
      });

    test("events, full states under the names of today", async () => {
      const kinds = ["atx", "gpio", "hid", "msd", ...(isSince(age, "3.55") ? ["ocr"] : [])];
      await red.deploy(flow(device(simulator), node("pikvm-events", { mode: "state", kinds, connection: false })));
      await until(() => new Set(red.at("result").map(({ topic }) => topic)).size === kinds.length);
      const gpio = red.at("result").filter(({ topic }) => topic === "gpio");
      assert.deepEqual(Object.keys(gpio.at(-1)?.["payload"] as object).sort(), ["model", "state"]);
    });

    test("events as sent, of a kind, whatever the device calls them", async () => {
      const kinds = ["gpio", "hid", "info"];
      await red.deploy(flow(device(simulator), node("pikvm-events", { mode: "raw", kinds, connection: false })));
      const isFrom = (kind: string) => red.at("result").some(({ topic }) => String(topic).startsWith(kind));
      await until(() => kinds.every(isFrom));
      const others = red.at("result").filter(({ topic }) => !kinds.some((kind) => String(topic).startsWith(kind)));
      assert.deepEqual(others, []);
    });

    test("events, changes", async () => {
      const properties = ["atx.leds.power", "hid.keyboard.leds.caps"];
      await red.deploy(
        flow(device(simulator), node("pikvm-events", { mode: "changes", properties, connection: false })),
      );
      await until(() => red.at("result").length === 2);
      simulator.host.power = true;
      await until(() => red.at("result").length === 3);
      const said = red.at("result").map(({ topic, payload }) => `${String(topic)} ${String(payload)}`);
      assert.deepEqual(said.slice(0, 2).sort(), ["atx.leds.power false", "hid.keyboard.leds.caps false"]);
      assert.equal(said[2], "atx.leds.power true");
    });
  });
