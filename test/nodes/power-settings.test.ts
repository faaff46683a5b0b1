import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { POWER_ACTIONS } from "../../nodes/atx-power/schema";
import { scaledClock, startSimulator, type Simulator } from "../../src/simulator";
import { device, fields, flow, node } from "../harness/flows";
import { NodeRed } from "../harness/node-red";
import { until } from "../harness/until";
import { PRESSES } from "./presses";

const red = NodeRed.duringTests();
let simulator: Simulator;
beforeEach(async () => {
  simulator = await startSimulator({ clock: scaledClock(20) });
  const { gpio, wiring } = simulator.state;
  gpio.addInput("sense");
  gpio.addOutput("button", { pulse: { delay: 0.2, min: 0.1, max: 10 } });
  gpio.addOutput("reset", { pulse: { delay: 0.2, min: 0.1, max: 1 } });
  wiring.connect({ led: false, usbFollowsPower: true, input: "sense", power: "button", reset: "reset" });
});
afterEach(async () => {
  await red.deploy(flow());
  await simulator.close();
  red.forget();
});

const BY_GPIO = { powerPressedBy: "gpio", powerOutput: "button", resetOutput: "reset" };
const WAYS = {
  "a GPIO input": { powerKnownBy: "gpio", powerInput: "Sense" },
  "a GPIO input, by outputs": { powerKnownBy: "gpio", powerInput: "sense", ...BY_GPIO },
  "the video": { powerKnownBy: "video", powerOffAfter: "1" },
  "the USB port": { powerKnownBy: "usb", powerOffAfter: 1 },
};

const presses = () =>
  simulator.host.presses.map(({ line, duration }) => `${line} ${(duration ?? 0) > 3000 ? "long" : "short"}`);

async function perform(settings: object, action: string): Promise<Record<string, unknown>> {
  const offTime = ["num", "0.2"] as [string, string];
  const power = node("pikvm-atx-power", fields({ action: ["choice", action], offTime }));
  await red.deploy(flow(device(simulator, settings), power));
  red.forget();
  red.send("node", {});
  return red.outcome();
}

for (const [way, settings] of Object.entries(WAYS))
  describe(`power known by ${way}`, () => {
    // What each other action does is tried with the client: test/client/power-known.test.ts.
    const actions = way.includes("outputs") ? POWER_ACTIONS : (["ensure_on", "ensure_off", "reset_hard"] as const);
    for (const action of actions)
      for (const from of ["off", "on"] as const)
        test(`${action} on a computer that is ${from}`, async () => {
          simulator.host.power = from === "on";
          await until(() => simulator.state.gpio.channels.inputs["sense"]?.state === (from === "on"));
          const [expected, ends] = PRESSES[action][from];
          const { error, payload } = await perform(settings, action);
          assert.equal(error, undefined);
          assert.equal((payload as { pressed: boolean }).pressed, expected.length > 0);
          assert.deepEqual(presses(), expected);
          await until(() => simulator.host.power === ends);
        });

    test("events and wait-until go by it", async () => {
      simulator.host.power = true;
      simulator.state.hid.gadget.online.mouse = true;
      const power = node("pikvm-events", { id: "events", properties: ["power"], connection: false });
      const wait = node("pikvm-wait-until", fields({ path: ["str", "power"], value: ["str", "off"] }));
      await red.deploy(flow(device(simulator, settings), power, wait));
      await until(() => red.received.some(({ msg }) => msg["topic"] === "power" && msg["payload"] === "on"));
      red.send("node", {});
      simulator.host.power = false;
      const awaited = await until(() => red.received.find(({ msg }) => "waited" in Object(msg["payload"])));
      assert.equal((awaited.msg["payload"] as { value: unknown }).value, "off");
    });
  });

describe("power known by nothing", () => {
  for (const action of POWER_ACTIONS)
    test(action, async () => {
      simulator.host.power = true;
      const { error, payload } = await perform({ powerKnownBy: "nothing" }, action);
      if (action.startsWith("click")) {
        assert.deepEqual(payload, { action, pressed: true, state: null });
        return;
      }
      const { name, code } = error as { name: string; code: string };
      assert.deepEqual([name, code, presses()], ["ConfigurationError", "POWER_UNKNOWN", []]);
    });
});

test("a device of an older flow goes by the LED", async () => {
  simulator.state.wiring.connect({ led: true });
  simulator.host.power = true;
  const { payload } = await perform({ powerKnownBy: undefined, powerPressedBy: undefined }, "ensure_on");
  assert.deepEqual([(payload as { pressed: boolean }).pressed, presses()], [false, []]);
});
