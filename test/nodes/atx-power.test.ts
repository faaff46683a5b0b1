import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { POWER_ACTIONS } from "../../nodes/atx-power/schema";
import { scaledClock, startSimulator, type Simulator } from "../../src/simulator";
import { device, fields, flow, node } from "../harness/flows";
import { NodeRed } from "../harness/node-red";
import { until } from "../harness/until";
import { PRESSES } from "./presses";

const SPEED = 10;

const red = NodeRed.duringTests();
let simulator: Simulator;
before(async () => {
  simulator = await startSimulator({ clock: scaledClock(SPEED) });
});
after(() => simulator.close());
beforeEach(async () => {
  await until(() => !simulator.state.atx.isBusy, { what: "the buttons to be free" });
  const settings = { ignoresPowerButton: false, ignoresShutdown: false, ignoresResetButton: false, ledDelay: 1000 };
  Object.assign(simulator.host.settings, settings);
  simulator.host.forget();
});

interface Result {
  action: string;
  pressed: boolean;
  state: { leds: { power: boolean }; busy: boolean };
}

async function perform(inputs: Record<string, [string, string]>, msg: object = {}): Promise<Result> {
  await red.deploy(flow(device(simulator), node("pikvm-atx-power", fields(inputs))));
  red.forget();
  red.send("node", msg);
  const result = await red.outcome();
  assert.equal(result["error"], undefined);
  return result["payload"] as Result;
}

/** The buttons pressed, as the computer noticed them: short, or long. */
function presses(): string[] {
  return simulator.host.presses.map(({ line, duration }) => `${line} ${(duration ?? 0) > 1000 ? "long" : "short"}`);
}

describe("each action", () => {
  for (const action of POWER_ACTIONS) {
    for (const from of ["off", "on"] as const) {
      test(`${action} on a computer that is ${from}`, async () => {
        simulator.host.power = from === "on";
        const [expected, ends] = PRESSES[action][from];
        const result = await perform({ action: ["choice", action] });
        assert.equal(result.action, action);
        assert.equal(result.pressed, expected.length > 0);
        assert.deepEqual(presses(), expected);
        await until(() => simulator.host.power === ends, { what: `power ${ends ? "on" : "off"}` });
      });
    }
  }
});

test("the answer comes when the press is accepted, when it is over, or when the LED shows it", async () => {
  const busyAndLed: Record<string, [boolean, boolean]> = {};
  for (const wait of ["accepted", "finished", "led"]) {
    simulator.host.power = false;
    simulator.host.settings.ledDelay = 5000;
    await until(() => !simulator.state.atx.isBusy);
    const { state } = await perform({ action: ["choice", "click_power"], wait: ["choice", wait] });
    busyAndLed[wait] = [state.busy, state.leds.power];
  }
  assert.deepEqual(busyAndLed, { accepted: [true, false], finished: [false, false], led: [false, true] });
});

test("what switches and dashboards send is understood", async () => {
  for (const [payload, action] of [
    ["ON", "on"],
    [true, "on"],
    [1, "on"],
    ["1", "on"],
    ["off", "off"],
    [false, "off"],
    [0, "off"],
    [" Reset ", "reset_hard"],
    ["ensure-on", "ensure_on"],
    [Buffer.from("state"), "state"],
  ] as const) {
    const result = await perform({ action: ["msg", "payload"], wait: ["choice", "accepted"] }, { payload });
    assert.equal(result.action, action, String(payload));
    await until(() => !simulator.state.atx.isBusy);
  }
});

test("every field may come from the message, the flow, the environment or an expression", async () => {
  simulator.host.power = false;
  process.env["TEST_TIMEOUT"] = "7";
  const result = await perform(
    {
      action: ["jsonata", 'topic = "lab/power" ? "ensure_" & payload : "state"'],
      wait: ["msg", "how"],
      timeout: ["env", "TEST_TIMEOUT"],
    },
    { topic: "lab/power", payload: "on", how: "led" },
  );
  assert.equal(result.action, "ensure_on");
  assert.equal(simulator.host.power, true);
});

test("ensure_off holds the button when the operating system does not listen", async () => {
  simulator.host.power = true;
  simulator.host.settings.ignoresShutdown = true;
  const result = await perform({ action: ["choice", "ensure_off"], hardAfter: ["num", "0.5"] });
  assert.deepEqual(presses(), ["power short", "power long"]);
  assert.deepEqual([result.pressed, result.state.leds.power], [true, false]);
});

test("two messages at once never press twice, however slow the LED is", async () => {
  simulator.host.power = false;
  simulator.host.settings.ledDelay = 20_000;
  const on = fields({ action: ["choice", "ensure_on"], busyRetry: ["num", "10"] });
  await red.deploy(
    flow(
      device(simulator),
      node("pikvm-atx-power", { id: "one", ...on }),
      node("pikvm-atx-power", { id: "two", ...on }),
    ),
  );
  red.forget();
  red.send("one", {});
  red.send("two", {});
  red.send("one", {});
  await red.message("result", { count: 3 });
  assert.deepEqual(presses(), ["power short"]);
  const pressed = red.at("result").map(({ payload }) => (payload as Result).pressed);
  assert.deepEqual(pressed.sort(), [false, false, true]);
});

test("cancelled while the LED does not come, it ends at once, and the next message is done", async () => {
  simulator.host.power = false;
  simulator.host.settings.ignoresPowerButton = true;
  await red.deploy(flow(device(simulator), node("pikvm-atx-power", fields({ action: ["msg", "payload"] }))));
  red.forget();
  red.send("node", { payload: "ensure_on" });
  await until(() => simulator.host.presses.length === 1 && !simulator.state.atx.isBusy);
  red.send("node", { reset: true });
  assert.equal(((await red.message("error"))["error"] as { name: string }).name, "CancelledError");
  red.send("node", { payload: "state" });
  await red.message("result");
  assert.equal(simulator.host.presses.length, 1);
});

test("cancelled in the pause of a cycle, it leaves the computer off and presses nothing more", async () => {
  simulator.host.power = true;
  const cycle = node("pikvm-atx-power", fields({ action: ["choice", "cycle"], offTime: ["num", "600"] }));
  await red.deploy(flow(device(simulator), cycle));
  red.forget();
  red.send("node", {});
  await until(() => !simulator.host.power && !simulator.state.atx.isBusy);
  red.send("node", { reset: true });
  assert.equal(((await red.message("error"))["error"] as { name: string }).name, "CancelledError");
  assert.deepEqual(presses(), ["power short"]);
});

test("a press whose answer is lost is not repeated, and says that its outcome is unknown", async () => {
  simulator.host.power = false;
  simulator.faults.add({ kind: "reset", method: "POST", after: true, times: 1 });
  await red.deploy(flow(device(simulator), node("pikvm-atx-power", fields({ action: ["choice", "click_power"] }))));
  red.forget();
  red.send("node", {});
  const { error } = await red.message("error");
  assert.equal((error as { outcome: string }).outcome, "unknown");
  await until(() => simulator.host.power);
  assert.deepEqual(presses(), ["power short"]);
});

test("while somebody else presses, it tries again for as long as the dialog says", async () => {
  simulator.host.power = true;
  simulator.faults.add({
    kind: "status",
    method: "POST",
    code: 409,
    times: 2,
    body: '{"ok": false, "result": {"error": "AtxIsBusyError", "error_msg": "busy"}}',
  });
  simulator.host.forget();
  const result = await perform({ action: ["choice", "click_reset"], busyRetry: ["num", "10"] });
  assert.equal(result.pressed, true);
  assert.deepEqual(presses(), ["reset short"]);
});

test("waiting for the LED is told by the event connection where one is open, without a request each half second", async () => {
  simulator.host.power = false;
  simulator.host.settings.ledDelay = 30_000;
  const waiting = node("pikvm-atx-power", fields({ action: ["choice", "ensure_on"] }));
  await red.deploy(flow(device(simulator), waiting, node("pikvm-events", { id: "events", wires: [[], []] })));
  await until(() => simulator.sessions === 1);
  red.forget();
  const before = simulator.requests.length;
  red.send("node", {});
  await red.message("result");
  const looks = simulator.requests.slice(before).filter(({ method }) => method === "GET").length;
  // Three as it begins, and one for each change: the button is down, it is up, the LED is on.
  assert.ok(looks <= 6, `${looks} looks`);
});
