import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, beforeEach, describe, test, type TestContext } from "node:test";
import { isDeepStrictEqual } from "node:util";
import { MACRO_EVENTS, PiKVM } from "../../src/client";
import { startSimulator, type Simulator } from "../../src/simulator";
import { device, fields, flow, node, type Inputs } from "../harness/flows";
import { NodeRed } from "../harness/node-red";
import { until } from "../harness/until";

const red = NodeRed.duringTests();
let simulator: Simulator;
let folder: string;
before(async () => {
  simulator = await startSimulator();
  folder = await mkdtemp(path.join(tmpdir(), "pikvm-macro-"));
});
after(async () => {
  await simulator.close();
  await rm(folder, { recursive: true });
});
beforeEach(async () => {
  await red.deploy(flow());
  await until(() => simulator.connections === 0);
  simulator.host.forget();
  red.forget();
});

const step = (event_type: string, event: object) => ({ event_type, event });
const delay = (millis: number) => step("delay", { millis });
const key = (name: string, state: boolean) => step("key", { key: name, state });
const print = (text: string) => step("print", { text });
const TAP = [key("KeyA", true), delay(20), key("KeyA", false), delay(20)];
const stored = (macro: unknown): Inputs => ({ macro: ["stored", JSON.stringify(macro)] });

async function deploy(inputs: Inputs, overrides: object = {}): Promise<void> {
  await red.deploy(flow(device(simulator), node("pikvm-hid-macro", { ...fields(inputs), ...overrides })));
  red.forget();
}

async function errorFor(msg: object): Promise<{ name: string; message: string; retryable: boolean }> {
  red.send("node", msg);
  const { error } = await red.message("error");
  return error as Awaited<ReturnType<typeof errorFor>>; // the error output sends nothing else
}

const keys = () => simulator.host.keyEvents.map(({ key, state }) => `${state ? "+" : "-"}${key}`);

describe("a macro", () => {
  test("that is stored in the node is played as often and as fast as the dialog says", async () => {
    await deploy({ ...stored(TAP), repeat: ["num", "3"], speed: ["num", "2"] });
    red.send("node", { topic: "kept", payload: "not used" });
    const msg = await red.message("result");
    const { steps, repeats, seconds } = msg["payload"] as Record<string, number>;
    assert.deepEqual([msg["topic"], steps, repeats], ["kept", 12, 3]);
    assert.ok(seconds !== undefined && seconds >= 0.06);
    assert.equal(simulator.host.typed, "aaa");
  });

  for (const [what, payload] of [
    ["JSON", JSON.stringify(TAP, undefined, 4)],
    ["a Buffer", Buffer.from(JSON.stringify(TAP))],
    ["a list", TAP],
  ] as const) {
    test(`comes with the message as ${what}`, async () => {
      await deploy({ macro: ["msg", "payload"] });
      red.send("node", { payload });
      await red.message("result");
      assert.equal(simulator.host.typed, "a");
    });
  }

  test("is read from a file anew for each message", async () => {
    const file = path.join(folder, "script.json");
    await deploy({ source: ["choice", "file"], file: ["str", file] });
    for (const text of ["one", "two"]) {
      await writeFile(file, JSON.stringify([print(text)]));
      red.send("node", {});
      await until(() => simulator.host.typed.endsWith(text));
    }
    await red.message("result", { count: 2 });
  });

  test("tells its progress in messages when the dialog says so", async () => {
    await deploy({ ...stored([...TAP, delay(600)]), repeat: ["num", "2"] }, { progress: true });
    red.send("node", { payload: "untouched" });
    await until(() => red.at("result").some(({ progress }) => progress === undefined));
    const told = red.at("result").flatMap(({ progress }) => (progress ? [progress] : []));
    assert.deepEqual(told.at(-1), { done: 10, total: 10, unit: "steps", percent: 100 });
    assert.ok(told.length >= 2 && told.length < 10);
  });

  test("that types a text appears nowhere", async () => {
    await deploy(stored([print("Tr0ub4dor&3"), step("print", { text: "Tr0ub4dor&3", keymap: "klingon" })]));
    const error = await errorFor({});
    assert.match(error.message, /^At step 2 of 2, print \(11 characters\): /);
    assert.doesNotMatch(JSON.stringify([red.received, red.statuses, red.logs]), /Tr0ub4dor/);
  });
});

describe("each kind of step reaches the computer", () => {
  const arrived = () =>
    simulator.host.inputs.map((input) => {
      if (input.kind === "key") return `${input.state ? "+" : "-"}${input.key}`;
      if (input.kind === "button") return `${input.state ? "+" : "-"}${input.button}`;
      return `${input.kind} ${input.x} ${input.y}`;
    });
  const called = () => simulator.requests.filter(({ method }) => method === "POST").at(-1)?.path;
  const relay = () => simulator.state.gpio.channels.outputs["relay"]?.state;
  const at = { x: -100, y: 20 };
  const relativeMouse = async (t: TestContext) => {
    const kvm = await new PiKVM({ address: simulator.url, user: "admin", password: "admin", trust: "none" }).open();
    await kvm.hid.setParams({ mouseOutput: "usb_rel" });
    t.after(async () => {
      await kvm.hid.setParams({ mouseOutput: "usb" });
      await kvm.close();
    });
  };

  const kinds: [event: string, step: object, check: () => unknown, expected: unknown][] = [
    ["key", { key: "KeyA", state: true }, arrived, ["+KeyA", "-KeyA"]],
    ["print", { text: "hi", delay: 2 }, () => simulator.host.typed, "hi"],
    ["mouse_button", { button: "right", state: true }, arrived, ["+right", "-right"]],
    ["mouse_move", { to: at }, arrived, ["move -100 20"]],
    ["mouse_move_random", { range: { min: 9, max: 9 } }, arrived, ["move 9 9"]],
    ["mouse_wheel", { delta: { x: 0, y: 3 } }, arrived, ["wheel 0 3"]],
    ["mouse_relative", { delta: [at], squash: false }, arrived, ["relative -100 20"]],
    ["delay", { millis: 1 }, arrived, []],
    ["delay_random", { range: { min: 1, max: 2 } }, arrived, []],
    ["atx_button", { button: "power" }, () => simulator.host.presses.map(({ line }) => line), ["power"]],
    ["gpio_switch", { channel: "relay", state: true }, relay, true],
    ["gpio_switch", { channel: "relay", to: false }, relay, false],
    ["gpio_pulse", { channel: "bell" }, called, "/api/gpio/pulse"],
  ];
  for (const [event, content, check, expected] of kinds) {
    test(`${event} ${JSON.stringify(content)}`, async (t) => {
      if (event === "mouse_relative") await relativeMouse(t);
      simulator.state.gpio.addOutput("relay");
      simulator.state.gpio.addOutput("bell", { pulse: { delay: 0.1 } });
      await deploy(stored([step(event, content)]));
      red.send("node", {});
      const { steps } = (await red.message("result"))["payload"] as { steps: number };
      assert.equal(steps, 1);
      await until(() => isDeepStrictEqual(check(), expected), { what: JSON.stringify(expected) });
    });
  }

  test("no other kind is known than these", () => {
    assert.deepEqual([...new Set(kinds.map(([event]) => event))].sort(), [...MACRO_EVENTS].sort());
  });
});

describe("a macro that ends early", () => {
  const HOLD = [key("ShiftLeft", true), delay(60_000), key("KeyB", true)];
  const held = () => until(() => simulator.host.heldKeys.length === 1);

  test("by msg.reset: its keys are released, and the next macro is played", async () => {
    await deploy({ macro: ["msg", "payload"] });
    red.send("node", { payload: HOLD });
    await held();
    red.send("node", { reset: true });
    const { name, message } = (await red.message("error"))["error"] as { name: string; message: string };
    assert.equal(name, "CancelledError");
    assert.match(message, /^At step 2 of 3, delay/);
    red.send("node", { payload: TAP });
    await red.message("result");
    assert.deepEqual(keys(), ["+ShiftLeft", "-ShiftLeft", "+KeyA", "-KeyA"]);
  });

  test("by a deploy: its keys are released", async () => {
    await deploy(stored(HOLD));
    red.send("node", {});
    await held();
    await red.deploy(flow());
    await until(() => simulator.host.heldKeys.length === 0);
    assert.deepEqual(keys(), ["+ShiftLeft", "-ShiftLeft"]);
  });

  test("by a step that fails: its keys are released, and the error says which step", async () => {
    simulator.state.gpio.addOutput("bell", { pulse: { delay: 0.1 } });
    simulator.faults.add({ kind: "status", code: 500, path: "/api/gpio/pulse" });
    await deploy(stored([key("ShiftLeft", true), step("gpio_pulse", { channel: "bell" })]));
    const error = await errorFor({});
    assert.deepEqual([error.name, error.retryable], ["APIError", false]);
    assert.match(error.message, /^At step 2 of 2, gpio_pulse \{"channel":"bell"\}: /);
    await until(() => simulator.host.heldKeys.length === 0);
  });
});

describe("nothing is sent", () => {
  test("for a macro with a mistake, which is told with its step", async () => {
    await deploy(stored([...TAP, key("KeyÄ", true)]));
    const error = await errorFor({});
    assert.equal(error.name, "ConfigurationError");
    assert.match(error.message, /Step 5: key \{"key":"KeyÄ","state":true\}: "KeyÄ" is not a key/);
    assert.deepEqual(keys(), []);
  });

  test("for a macro with a step that the device cannot do", async () => {
    await deploy(stored([...TAP, step("gpio_pulse", { channel: "nowhere" })]));
    const error = await errorFor({});
    assert.equal(error.name, "ConfigurationError");
    assert.match(error.message, /^At step 5 of 5, gpio_pulse .* the relay "nowhere" is not there/);
    assert.deepEqual(keys(), []);
  });

  for (const [what, macro, message] of [
    ["without a macro", ["stored", ""], /There is no macro/],
    ["with a message that has none", ["msg", "payload.macro"], /There is no macro/],
    [
      "with a stored text that is no JSON",
      ["stored", '[{"event_type":"print","event":{"text":"Tr0ub4dor&3"'],
      /is not JSON/,
    ],
  ] as const) {
    test(what, async () => {
      await deploy({ macro: [...macro] });
      const error = await errorFor({});
      assert.equal(error.name, "ConfigurationError");
      assert.match(error.message, message);
      assert.doesNotMatch(JSON.stringify(red.logs) + error.message, /Tr0ub4dor/);
    });
  }

  test("for a file that is not there, is none, or is too large", async () => {
    await deploy({ source: ["choice", "file"], file: ["msg", "filename"] });
    const large = path.join(folder, "large.json");
    await writeFile(large, Buffer.alloc(16 * 1024 * 1024 + 1));
    for (const [filename, message] of [
      [path.join(folder, "gone.json"), /gone\.json" cannot be read: ENOENT/],
      [folder, /it is not a file/],
      [large, /it is larger than 16 MiB/],
      // It says that it is empty, and never ends.
      ...(process.platform === "linux" ? ([["/proc/self/pagemap", /it is larger than 16 MiB/]] as const) : []),
    ] as const) {
      red.forget();
      const error = await errorFor({ filename });
      assert.equal(error.name, "ConfigurationError");
      assert.match(error.message, message);
    }
    assert.equal(simulator.sessions, 0);
  });

  test("for a repeat or a speed out of range", async () => {
    await deploy({ ...stored(TAP), repeat: ["msg", "repeat"], speed: ["msg", "speed"] });
    for (const wrong of [
      { repeat: 0, speed: 1 },
      { repeat: 1.5, speed: 1 },
      { repeat: 1, speed: 0.01 },
    ]) {
      red.forget();
      assert.equal((await errorFor(wrong)).name, "ConfigurationError");
    }
    assert.deepEqual(keys(), []);
  });
});
