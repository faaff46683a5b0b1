import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test, type TestContext } from "node:test";
import { PiKVM } from "../../src/client";
import { startSimulator, type Simulator } from "../../src/simulator";
import { device, fields, flow, node, type Inputs } from "../harness/flows";
import { NodeRed } from "../harness/node-red";
import { until } from "../harness/until";

const red = NodeRed.duringTests();
let simulator: Simulator;
beforeEach(async () => {
  simulator = await startSimulator();
  const { gpio } = simulator.state;
  gpio.addOutput("fan", { pulse: { delay: 0.1, min: 0.1, max: 2 } });
  gpio.addOutput("lamp1", { pulse: { delay: 0 } });
  gpio.addOutput("lamp2", { pulse: { delay: 0 } });
  gpio.drivers.set("waker", { type: "cmd", readable: false });
  gpio.addOutput("waker", { driver: "waker" });
  gpio.addOutput("bell", { switch: false, pulse: { delay: 0.1 } });
  for (const name of ["r1", "r2", "r3"]) gpio.addOutput(name);
  gpio.addInput("door", { state: true });
  gpio.model = {
    ...gpio.model,
    view: {
      header: { title: [{ type: "label", text: "GPIO" }] },
      table: [
        [
          { type: "label", text: "Server fan:" },
          { type: "output", channel: "fan", text: "Switch", confirm: false },
        ],
        null,
        [
          { type: "label", text: "Lamp" },
          { type: "output", channel: "lamp1", text: "", confirm: false },
          { type: "label", text: "" },
          { type: "output", channel: "lamp2", text: "", confirm: false },
        ],
        [
          { type: "label", text: "Heater" },
          { type: "output", channel: "r1", text: "", confirm: false },
          { type: "label", text: "Server" },
          { type: "label", text: "room:" },
          { type: "output", channel: "r2", text: "Pump", confirm: false },
          { type: "output", channel: "r3", text: "Bell", confirm: false },
        ],
        [
          { type: "label", text: "Door" },
          { type: "input", channel: "door", color: "green" },
        ],
      ],
    },
  };
});
afterEach(async () => {
  await red.deploy(flow());
  await simulator.close();
  red.forget();
});

async function perform(inputs: Inputs, msg: object = {}, overrides: object = {}): Promise<Record<string, unknown>> {
  await red.deploy(flow(device(simulator, overrides), node("pikvm-gpio", fields(inputs))));
  red.forget();
  red.send("node", msg);
  return red.outcome();
}

const errorOf = (msg: Record<string, unknown>) => msg["error"] as { name: string; code: string; message: string };
const writes = () => simulator.requests.filter(({ method }) => method === "POST").map(({ path, query }) => [path, query["state"]]); // prettier-ignore

for (const [payload, state] of [
  ["on", true],
  ["OFF", false],
  [1, true],
  [false, false],
] as const) {
  test(`${JSON.stringify(payload)} switches a channel, by its name, and reads it back`, async () => {
    const msg = await perform({ channel: ["str", "fan"] }, { payload });
    assert.deepEqual(msg["payload"], {
      action: state ? "on" : "off",
      channel: "fan",
      kind: "output",
      label: "Server fan: Switch",
      state: { online: true, state, busy: false },
    });
  });
}

for (const [channel, names] of [
  ["fan", ["FAN", " fan ", "Server fan: Switch", "server FAN switch", "Server Fan", "switch"]],
  ["r1", ["heater"]],
  ["r2", ["Server room: Pump", "pump"]],
  ["r3", ["server room bell"]],
  ["bell", ["Bell"]],
] as const) {
  test(`${channel} is chosen by its name or its label, in any case, and by the beginning or the end of the label`, async () => {
    for (const name of names) {
      const { payload } = await perform({ channel: ["str", name], action: ["choice", "read"] });
      assert.equal((payload as { channel: string }).channel, channel, name);
    }
  });
}

test("the words of a row belong to the channels after them", async () => {
  const { payload } = await perform({ action: ["choice", "read"] });
  const { channels } = payload as { channels: { channel: string; label: string }[] };
  const labels = Object.fromEntries(channels.map(({ channel, label }) => [channel, label]));
  const { lamp1, lamp2, r1, r2, r3 } = labels;
  assert.deepEqual([lamp1, lamp2, r1, r2, r3], ["Lamp", "Lamp", "Heater", "Server room: Pump", "Server room: Bell"]);
});

test("toggle writes the other level than the channel reads, also when it is pressed twice", async () => {
  await red.deploy(
    flow(device(simulator), node("pikvm-gpio", fields({ channel: ["str", "fan"], action: ["choice", "toggle"] }))),
  );
  red.send("node", {});
  red.send("node", {});
  await red.message("result", { count: 2 });
  assert.deepEqual(writes().map(([, state]) => state), ["1", "0"]); // prettier-ignore
});

test("pulse answers when it is over, and a length that the channel cannot do is refused", async () => {
  const msg = await perform({ channel: ["str", "fan"], action: ["choice", "pulse"], delay: ["num", "0.2"] });
  assert.deepEqual((msg["payload"] as { state: unknown }).state, { online: true, state: false, busy: false });
  const refused = await perform({ channel: ["str", "fan"], action: ["choice", "pulse"], delay: ["num", "3"] });
  assert.equal(errorOf(refused).name, "ConfigurationError");
  assert.match(errorOf(refused).message, /0\.1 to 2 s/);
  assert.equal(writes().length, 1);
});

test("read tells one channel, or all", async () => {
  const one = await perform({ channel: ["str", "door"], action: ["choice", "read"] });
  assert.deepEqual(one["payload"], {
    action: "read",
    channel: "door",
    kind: "input",
    label: "Door",
    state: { online: true, state: true },
  });
  const all = await perform({ action: ["choice", "read"] });
  const { channels } = all["payload"] as { channels: { channel: string }[] };
  assert.deepEqual(channels.map(({ channel }) => channel).sort(), [...Object.keys(simulator.state.gpio.model.scheme.outputs), "door"].sort()); // prettier-ignore
});

test("while a channel is being written, what it reads is waited for", async () => {
  await red.deploy(
    flow(
      device(simulator),
      node("pikvm-gpio", { id: "pulse", ...fields({ channel: ["str", "fan"], action: ["choice", "pulse"], delay: ["num", "0.5"] }) }),
      node("pikvm-gpio", fields({ channel: ["str", "fan"], action: ["choice", "read"] })),
    ),
  ); // prettier-ignore
  red.send("pulse", {});
  await until(() => simulator.state.gpio.channels.outputs["fan"]?.busy);
  red.send("node", {});
  await red.message("result", { count: 2 });
  for (const { payload } of red.at("result")) assert.equal((payload as { state: { busy: boolean } }).state.busy, false);
});

describe("what cannot work is refused before anything is sent", () => {
  for (const [channel, action, says] of [
    ["nothing", "on", /no channel "nothing".*fan \(Server fan: Switch\)/],
    ["Lamp", "on", /"Lamp" may be lamp1 \(Lamp\), lamp2 \(Lamp\)/],
    ["door", "on", /^door.* is an input/],
    ["bell", "on", /^bell can only be pulsed/],
    ["Bell", "on", /^bell can only be pulsed/],
    ["server", "on", /"server" may be fan .*, r2 .*, r3 /],
    ["lamp1", "pulse", /^lamp1 \(Lamp\) can only be switched/],
    ["", "on", /No channel is named/],
  ] as const) {
    test(`${action} "${channel}"`, async () => {
      const { name, message } = errorOf(await perform({ channel: ["str", channel], action: ["choice", action] }));
      assert.equal(name, "ConfigurationError");
      assert.match(message, says);
      assert.deepEqual(writes(), []);
    });
  }
});

test("a channel that reads otherwise than it was switched is an error, unless it is not verified", async () => {
  const failed = await perform({ channel: ["str", "waker"], action: ["choice", "on"] });
  assert.deepEqual([errorOf(failed).name, errorOf(failed).code], ["PiKVMError", "NOT_VERIFIED"]);
  const { payload } = await perform({ channel: ["str", "waker"], action: ["choice", "on"], verify: ["bool", "false"] });
  assert.equal((payload as { state: { state: boolean } }).state.state, false);
});

test("a write that is not over in time may have happened, and the error says so", async () => {
  const { gpio } = simulator.state;
  gpio.drivers.set("script", { type: "cmd", takes: 60_000 });
  gpio.addOutput("slow", { driver: "script" });
  const msg = await perform({ channel: ["str", "slow"], action: ["choice", "on"], timeout: ["num", "0.5"] });
  const { name, outcome } = msg["error"] as { name: string; outcome: string };
  assert.deepEqual([name, outcome], ["WaitTimeoutError", "unknown"]);
});

test("a driver that is offline is the device's own error", async () => {
  simulator.state.gpio.setOnline("fan", false);
  const error = errorOf(await perform({ channel: ["str", "fan"], action: ["choice", "on"] })) as unknown as {
    error: string;
  };
  assert.equal(error.error, "GpioDriverOfflineError");
});

test("to read the channel that the message names is not to read all when it names none", async () => {
  const reads: Inputs = { channel: ["msg", "topic"], action: ["choice", "read"] };
  for (const msg of [{}, { topic: "" }, { topic: null }]) {
    const { name, message } = errorOf(await perform(reads, msg));
    assert.equal(name, "ConfigurationError");
    assert.match(message, /No channel is named/);
  }
});

describe("while somebody else writes a channel", () => {
  const fan: Inputs = { channel: ["str", "fan"], busyRetry: ["num", "0"], timeout: ["num", "0.2"] };

  async function othersPulse(t: TestContext): Promise<void> {
    const other = await new PiKVM({ address: simulator.url, password: "admin", user: "admin", trust: "none" }).open();
    t.after(() => other.close());
    await other.gpio.pulse("fan", { delay: 2 });
  }

  test("it is busy, and nothing is written", async (t) => {
    await othersPulse(t);
    const error = errorOf(await perform(fan, { payload: "on" })) as unknown as Record<string, unknown>;
    const { name, error: deviceError, retryable } = error;
    assert.deepEqual([name, deviceError, retryable], ["BusyError", "GpioChannelIsBusyError", true]);
  });

  test("it is tried again for as long as the dialog says", async (t) => {
    await othersPulse(t);
    const { payload } = await perform({ ...fan, busyRetry: ["num", "10"], timeout: ["num", "5"] }, { payload: "on" });
    assert.equal((payload as { state: { state: boolean } }).state.state, true);
  });

  test("it has no reading, for one channel nor among all: what the device shows then is none", async (t) => {
    await othersPulse(t);
    for (const payload of ["read", "toggle"]) {
      const { name, outcome } = errorOf(await perform(fan, { payload })) as { name: string; outcome?: string };
      assert.deepEqual([name, outcome], ["WaitTimeoutError", undefined]);
    }
    const { payload } = await perform({ action: ["choice", "read"] });
    const { channels } = payload as { channels: { channel: string; state: object }[] };
    assert.deepEqual(channels.find(({ channel }) => channel === "fan")?.state, { busy: true });
  });
});

test("cancelled, a pulse that has begun is not denied, and what waited for it is not done", async () => {
  const pulse = fields({ channel: ["str", "fan"], delay: ["num", "2"] });
  await red.deploy(flow(device(simulator), node("pikvm-gpio", pulse)));
  red.forget();
  red.send("node", { payload: "pulse", topic: "begun" });
  await until(() => simulator.state.gpio.channels.outputs["fan"]?.busy);
  red.send("node", { payload: "on", topic: "waiting" });
  red.send("node", { reset: true });
  await red.message("error", { count: 2 });
  const outcomes = red.at("error").map(({ topic, error }) => {
    const { name, outcome } = error as { name: string; outcome?: string };
    return [topic, name, outcome];
  });
  assert.deepEqual(outcomes.sort(), [
    ["begun", "CancelledError", "unknown"],
    ["waiting", "CancelledError", undefined],
  ]);
  assert.equal(writes().length, 1);
});
