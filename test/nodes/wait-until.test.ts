import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { scaledClock, startSimulator, type Simulator } from "../../src/simulator";
import { device, fields, flow, node, type Inputs } from "../harness/flows";
import { NodeRed } from "../harness/node-red";
import { until } from "../harness/until";

const red = NodeRed.duringTests();
let simulator: Simulator;
beforeEach(async () => {
  simulator = await startSimulator({ clock: scaledClock(10) });
});
afterEach(async () => {
  await red.deploy(flow());
  await simulator.close();
  red.forget();
});

async function deploy(inputs: Inputs = {}): Promise<void> {
  await red.deploy(flow(device(simulator), node("pikvm-wait-until", fields(inputs))));
  red.forget();
}

const payloadOf = (msg: Record<string, unknown>) => msg["payload"] as Record<string, unknown>;
const waiting = (count: number) => until(() => red.statuses.some(({ status }) => status.text === (count === 1 ? "working" : `${count - 1} waiting`))); // prettier-ignore

test("a message is held until the state is as wanted, and travels on", async () => {
  await deploy();
  red.send("node", { topic: "kept" });
  await until(() => simulator.sessions === 1);
  assert.deepEqual(red.at("result"), []);
  simulator.host.power = true;
  const msg = await red.message("result");
  const { condition, path, value, waited } = payloadOf(msg);
  assert.deepEqual([msg["topic"], condition, path, value], ["kept", "state", "atx.leds.power", true]);
  assert.ok(typeof waited === "number");
});

test("what is true already passes at once, or waits for the next time", async () => {
  simulator.host.power = true;
  await deploy();
  red.send("node", {});
  await red.message("result");
  await deploy({ next: ["bool", "true"] });
  red.send("node", {});
  await until(() => simulator.sessionsOpened === 2 && simulator.sessions === 1);
  simulator.host.power = false;
  simulator.host.power = true;
  await red.message("result");
});

describe("how a value is compared", () => {
  const TRUE = ["1", 1, "on", "ON", "yes", true, Buffer.from("on")];
  const FALSE = ["0", 0, "off", "no", false, "neither"];
  const messages: [path: string, test: string, wanted: unknown, passes: boolean][] = [
    ...TRUE.map((wanted) => ["hid.online", "equals", wanted, true] as [string, string, unknown, boolean]),
    ...FALSE.map((wanted) => ["hid.online", "not_equals", wanted, true] as [string, string, unknown, boolean]),
    ["hid.online", "not_equals", "1", false],
    // Some boards report numbers for yes and no.
    ["clients.count", "equals", false, true],
    ["clients.count", "equals", "", false],
    ["hid.jiggler.interval", "equals", Buffer.from("60"), true],
    ["hid.jiggler.interval", "equals", true, false],
    ["hid.jiggler.interval", "above", Buffer.from("59"), true],
    ["hid.mouse.outputs.active", "matches", Buffer.from("^usb"), true],
  ];
  for (const [path, comparison, wanted, passes] of messages) {
    test(`${path} ${comparison} ${typeof wanted} ${String(wanted)} of a message: ${passes ? "passes" : "waits"}`, async () => {
      const timeout: [string, string] = ["num", passes ? "60" : "0.5"];
      await deploy({ path: ["str", path], test: ["choice", comparison], value: ["msg", "payload"], timeout });
      red.send("node", { payload: wanted });
      await red.message(passes ? "result" : "error");
    });
  }

  const tests: [path: string, test: string, value: [string, string], passes: boolean][] = [
    ["atx.leds.power", "equals", ["str", "FALSE"], true],
    ["atx.leds.power", "not_equals", ["bool", "false"], false],
    ["atx.leds.power", "not_equals", ["bool", "true"], true],
    ["hid.jiggler.interval", "below", ["num", "60.5"], true],
    ["hid.mouse.outputs.active", "matches", ["str", "^usb"], true],
    ["hid.jiggler.interval", "above", ["str", "59"], true],
    ["hid.jiggler.interval", "below", ["num", "60"], false],
    ["msd.drive.image", "equals", ["str", ""], true],
    ["clients.count", "equals", ["num", "0"], true],
    ["atx.leds.power", "equals", ["json", "null"], false],
    ["msd.drive.image", "equals", ["json", "null"], true],
    ["hid.jiggler.interval", "above", ["msg", "limit"], true],
  ];
  for (const [path, comparison, value, passes] of tests) {
    test(`${path} ${comparison} ${value[1]}: ${passes ? "passes" : "waits"}`, async () => {
      await deploy({ path: ["str", path], test: ["choice", comparison], value, timeout: ["num", "0.5"] });
      red.send("node", { limit: " 59.5 " });
      await red.message(passes ? "result" : "error");
    });
  }
});

test("what no device can report cannot be compared with", async () => {
  const circular: Record<string, unknown> = {};
  circular["itself"] = circular;
  const values = [circular, 10n, Symbol("symbol"), () => 1, { toJSON: () => undefined }];
  for (const comparison of ["equals", "not_equals", "matches"]) {
    await deploy({ path: ["str", "info.node.host"], test: ["choice", comparison], value: ["msg", "payload"] });
    for (const payload of values) red.send("node", { payload });
    await red.message("error", { count: values.length });
    const names = red.at("error").map(({ error }) => (error as { name: string }).name);
    assert.deepEqual(new Set(names), new Set(["ConfigurationError"]), comparison);
  }
});

test("changes: compared with the value when the message came", async () => {
  await deploy({ path: ["str", "atx.leds.power"], test: ["choice", "changes"] });
  red.send("node", {});
  await until(() => simulator.sessions === 1);
  await until(() => red.statuses.length > 0);
  simulator.host.power = true;
  assert.equal(payloadOf(await red.message("result"))["value"], true);
});

test("what the device has not reported yet is not nothing", async () => {
  const path = ["str", "info.system.kvmd.version"] as [string, string];
  for (const inputs of [
    { test: ["choice", "not_equals"], value: ["str", "4.197"] },
    { test: ["choice", "changes"] },
    { test: ["choice", "equals"], value: ["json", "null"] },
  ] as Inputs[]) {
    await deploy({ path, timeout: ["num", "0.5"], ...inputs });
    red.send("node", {});
    const { name, last_value } = (await red.message("error"))["error"] as Record<string, unknown>;
    assert.deepEqual([name, last_value], ["WaitTimeoutError", "4.197"]);
  }
});

test("it must stay as wanted for as long as the dialog says", async () => {
  simulator.host.power = true;
  await deploy({ holdFor: ["num", "0.5"] });
  red.send("node", {});
  const { value, waited } = payloadOf(await red.message("result"));
  assert.ok(value === true && Number(waited) >= 0.5);
  await deploy({ holdFor: ["num", "5"], timeout: ["num", "0.5"] });
  red.send("node", {});
  const { name, last_value } = (await red.message("error"))["error"] as Record<string, unknown>;
  assert.deepEqual([name, last_value], ["WaitTimeoutError", true]);
});

test("many messages wait independently over one connection, and a reset cancels them all", async () => {
  await deploy();
  for (let count = 0; count < 100; count += 1) red.send("node", { topic: count });
  await waiting(100);
  await until(() => simulator.sessions === 1);
  red.send("node", { reset: true });
  await red.message("error", { count: 100 });
  assert.ok(red.at("error").every(({ error }) => (error as { name: string }).name === "CancelledError"));
  assert.equal(simulator.sessionsOpened, 1);
});

test("when the time is over, the error carries what was seen last", async () => {
  await deploy({ timeout: ["num", "0.3"] });
  red.send("node", { payload: "kept" });
  const msg = await red.message("error");
  const { name, code, last_value } = msg["error"] as Record<string, unknown>;
  assert.deepEqual([name, code, last_value, msg["payload"]], ["WaitTimeoutError", "WAIT_TIMEOUT", false, "kept"]);
});

describe("a text on the screen", () => {
  const TEXT: Inputs = {
    condition: ["choice", "text"],
    text: ["msg", "payload"],
    interval: ["num", "0.1"],
    timeout: ["num", "60"],
  };

  test("is waited for while the host boots, with no viewer connected", async () => {
    await deploy(TEXT);
    red.send("node", { payload: "LOGIN:" });
    await until(() => simulator.sessions === 1);
    simulator.host.power = true;
    const { found, text } = payloadOf(await red.message("result"));
    assert.equal(found, "login:");
    assert.match(String(text), /login:/);
  });

  test("is found with mistakes, in a region, and until it disappears", async () => {
    simulator.host.power = true;
    await deploy({ ...TEXT, mode: ["choice", "tolerant"], mistakes: ["num", "2"], region: ["str", "0,0,1280,720"] });
    red.send("node", { payload: "debian l0gln:" });
    assert.equal(payloadOf(await red.message("result"))["found"], "debian login:");
    await deploy({ ...TEXT, event: ["choice", "disappears"] });
    red.send("node", { payload: "login:" });
    await until(() => simulator.sessions === 1);
    simulator.host.power = false;
    assert.equal(payloadOf(await red.message("result"))["found"], null);
  });

  test("that is there already does not count when the next time is waited for", async () => {
    simulator.host.power = true;
    await deploy({ ...TEXT, next: ["bool", "true"], timeout: ["num", "60"] });
    await until(() => simulator.host.screen.lines.some((line) => line.includes("login:")));
    red.send("node", { payload: "login:" });
    const reads = () => simulator.requests.filter(({ query }) => query["ocr"] === "1").length;
    await until(() => reads() >= 2);
    assert.deepEqual(red.at("result"), []);
    simulator.host.screen.start();
    assert.equal(payloadOf(await red.message("result"))["found"], "login:");
  });

  test("has few mistakes when it is not said how many: one for every 8 characters", async () => {
    simulator.host.power = true;
    const tolerant: Inputs = { ...TEXT, mode: ["choice", "tolerant"], mistakes: ["num", ""] };
    await deploy(tolerant);
    red.send("node", { payload: "debian l0gin:" });
    assert.equal(payloadOf(await red.message("result"))["found"], "debian login:");
    await deploy({ ...tolerant, timeout: ["num", "1"] });
    red.send("node", { payload: "l0gin:" });
    assert.equal(((await red.message("error"))["error"] as { name: string }).name, "WaitTimeoutError");
  });

  test("is found by a regular expression", async () => {
    simulator.host.power = true;
    await deploy({ ...TEXT, mode: ["choice", "regex"] });
    red.send("node", { payload: "DEBIAN log[a-z]+:" });
    assert.equal(payloadOf(await red.message("result"))["found"], "debian login:");
  });

  test("that does not come is a WaitTimeoutError with what was read", async () => {
    simulator.host.power = true;
    await deploy({ ...TEXT, timeout: ["num", "2"] });
    red.send("node", { payload: "no such text" });
    const { name, last_value } = (await red.message("error"))["error"] as Record<string, unknown>;
    assert.equal(name, "WaitTimeoutError");
    assert.equal(typeof last_value, "string");
  });

  test("in a language that the device has not is refused, and the error says which it has", async () => {
    simulator.host.power = true;
    await deploy({ ...TEXT, langs: ["str", "xx"] });
    red.send("node", { payload: "a" });
    const { name, message } = (await red.message("error"))["error"] as { name: string; message: string };
    assert.equal(name, "ConfigurationError");
    assert.match(message, /it has eng, osd/);
  });
});

describe("what cannot be waited for is refused", () => {
  const wrong: [string, Inputs][] = [
    ["no path", { path: ["str", "atx..x"] }],
    ["a number that is none", { test: ["choice", "above"], value: ["str", "much"] }],
    ["nothing to be equal to", { value: ["msg", "wanted"] }],
    ["nothing to be other than", { test: ["choice", "not_equals"], value: ["msg", "wanted"] }],
    ["no expression", { test: ["choice", "matches"], value: ["msg", "wanted"] }],
    ["an expression that is not even a text", { test: ["choice", "matches"], value: ["msg", "list"] }],
    ["nothing to be above", { test: ["choice", "above"], value: ["msg", "wanted"] }],
    ["null to be above", { test: ["choice", "above"], value: ["json", "null"] }],
    ["true to be below", { test: ["choice", "below"], value: ["bool", "true"] }],
    ["an expression that is none", { test: ["choice", "matches"], value: ["str", "("] }],
    ["a text that is none", { condition: ["choice", "text"], text: ["str", ""] }],
    ["a region that is none", { condition: ["choice", "text"], region: ["str", "1,2"] }],
    [
      "too many mistakes",
      { condition: ["choice", "text"], text: ["str", "ok"], mode: ["choice", "tolerant"], mistakes: ["num", "2"] },
    ],
  ];
  for (const [what, inputs] of wrong) {
    test(what, async () => {
      await deploy(inputs);
      red.send("node", { list: [1] });
      assert.equal(((await red.message("error"))["error"] as { name: string }).name, "ConfigurationError");
    });
  }
});
