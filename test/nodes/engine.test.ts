import assert from "node:assert/strict";
import { mkdtempSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, beforeEach, describe, test } from "node:test";
import { scaledClock, startSimulator, type Simulator } from "../../src/simulator";
import { device, fields, flow, node } from "../harness/flows";
import { NodeRed } from "../harness/node-red";
import { unhandledDuringTests } from "../harness/unhandled";
import { until } from "../harness/until";
import { ENDLESS_WAYS, ODD_WAYS } from "./fixtures/odd";

// Node-RED finds nodes by a script and a page of the same name.
const nodesDir = mkdtempSync(path.join(tmpdir(), "pikvm-nodes-"));
const fixture = JSON.stringify(path.join(__dirname, "fixtures/odd.js"));
writeFileSync(path.join(nodesDir, "odd.js"), `module.exports = require(${fixture}).odd;`);
writeFileSync(path.join(nodesDir, "odd.html"), '<script type="text/javascript"></script>');

const red = NodeRed.duringTests({ nodesDir: [nodesDir] });
let simulator: Simulator;
const unhandled = unhandledDuringTests();

before(async () => {
  simulator = await startSimulator({ clock: scaledClock(10) });
});
after(async () => {
  await simulator.close();
  await rm(nodesDir, { recursive: true });
});
beforeEach(() => {
  red.forget();
});

const odd = (overrides: object = {}) => ({
  ...node("odd", { z: "tab", x: 1, y: 1, device: "device", ...fields({ way: ["msg", "way"] }), ...overrides }),
  type: "pikvm-odd",
});

describe("whatever an action throws", () => {
  for (const way of Object.keys(ODD_WAYS)) {
    test(`${way}: one error on the output`, async () => {
      await red.deploy(flow(device(simulator), odd()));
      red.send("node", { way });
      const { error } = await red.message("error");
      assert.equal((error as { name: string }).name, "PiKVMError");
      await stillWorks();
    });

    test(`${way}: one error in Catch`, async () => {
      await red.deploy(flow(device(simulator), odd({ wires: [["result"], []] })));
      red.send("node", { way });
      await red.message("caught");
      await stillWorks();
    });
  }

  async function stillWorks(): Promise<void> {
    red.send("node", { way: "fine" });
    assert.equal((await red.message("result"))["payload"], "fine");
    assert.equal(red.at("error").length + red.at("caught").length, 1);
    assert.deepEqual(unhandled, []);
  }
});

for (const way of Object.keys(ENDLESS_WAYS)) {
  test(`an action that ${way} can be cancelled`, async () => {
    await red.deploy(flow(device(simulator), odd()));
    red.send("node", { way });
    await until(() => red.statuses.some(({ status }) => status.text === "working"));
    red.send("node", { reset: true });
    const { error } = await red.message("error");
    assert.equal((error as { name: string }).name, "CancelledError");
    // What comes after that is not heard any more, and the next message is served.
    red.send("node", { way: "fine" });
    assert.equal((await red.message("result"))["payload"], "fine");
    assert.deepEqual([red.at("error").length, red.at("caught")], [1, []]);
    assert.deepEqual(unhandled, []);
  });

  test(`an action that ${way} does not hold up a deploy`, async () => {
    await red.deploy(flow(device(simulator), odd({ wires: [["result"], []] })));
    red.send("node", { way });
    await until(() => red.statuses.some(({ status }) => status.text === "working"));
    await red.deploy(flow(device(simulator)));
    assert.deepEqual(red.at("caught"), [], "closing by deploy is silent");
    assert.deepEqual(
      red.logs.filter(({ level }) => level <= 20),
      [],
    );
    assert.deepEqual(unhandled, []);
  });
}

test("msg.reset set to false is an ordinary message", async () => {
  await red.deploy(flow(device(simulator), odd()));
  red.send("node", { way: "fine", reset: false });
  assert.equal((await red.message("result"))["payload"], "fine");
});

test("a message that only tells of progress is no order", async () => {
  await red.deploy(flow(device(simulator), odd()));
  red.send("node", { way: "fine", progress: { done: 1, total: 2, unit: "steps", percent: 50 } });
  red.send("node", { way: "fine", topic: "the order" });
  assert.equal((await red.message("result"))["topic"], "the order");
  red.send("node", { way: "fine", payload: "an order", progress: { done: 2, unit: "steps" } });
  await red.message("result", { count: 2 });
  assert.deepEqual(red.at("error"), []);
});

test("messages start in the order they came, however long their fields take to evaluate", async () => {
  const typing = node("pikvm-hid-keys", fields({ text: ["jsonata", "payload"], keymap: ["msg", "keymap"] }));
  await red.deploy(flow(device(simulator), typing));
  simulator.host.forget();
  for (let number = 0; number < 20; number += 1) red.send("node", { payload: `${number} ` });
  await red.message("result", { count: 20 });
  const expected = Array.from({ length: 20 }, (_, number) => `${number} `).join("");
  await until(() => simulator.host.typed === expected, { what: `"${simulator.host.typed}" to be "${expected}"` });
});

test("a message whose fields are never evaluated does not hold up the others once it is cancelled", async () => {
  await red.deploy(flow(device(simulator), odd(fields({ way: ["jsonata", "way"] }))));
  red.send("node", { way: new Promise(() => undefined) });
  red.send("node", { reset: true });
  await red.message("error");
  red.send("node", { way: "fine" });
  assert.equal((await red.message("result"))["payload"], "fine");
});

test("who throws when told that a message is done does not make an error of its result", async () => {
  const complete = { id: "complete", type: "complete", z: "tab", x: 1, y: 1, scope: ["node"], wires: [["caught"]] };
  await red.deploy(flow(device(simulator), odd(), complete));
  const throws = (): never => {
    throw new Error("not to be copied");
  };
  red.send("node", { way: "fine", error: Object.defineProperty({}, "odd", { enumerable: true, get: throws }) });
  await red.message("result");
  red.send("node", { way: "rejects" });
  assert.equal((await red.message("error"))["way"], "rejects");
  assert.deepEqual([red.at("result").length, unhandled], [1, []]);
});

test("a cancel that has not come to an end soon does not deny what was begun", async () => {
  await red.deploy(flow(device(simulator), node("pikvm-hid-keys", fields({ delay: ["num", "5"] }))));
  const before = simulator.requests.length;
  simulator.faults.add({ kind: "hang", path: "/api/hid/print" });
  red.send("node", { payload: "aaaa" });
  await until(() => simulator.requests.slice(before).some(({ path }) => path === "/api/hid/print"));
  red.send("node", { reset: true });
  const { name, outcome } = (await red.message("error"))["error"] as { name: string; outcome?: string };
  assert.deepEqual([name, outcome], ["CancelledError", "unknown"]);
});

test("a message that cannot be extended is answered as any other", async () => {
  await red.deploy(flow(device(simulator), odd()));
  for (const way of ["fine", "rejects"]) red.send("node", Object.freeze({ _msgid: way, way }));
  assert.equal((await red.message("result"))["payload"], "fine");
  const { way, error } = await red.message("error");
  assert.deepEqual([way, (error as { message: string }).message], ["rejects", "Unexpected failure: later"]);
});

test("a flow that sends faster than the device works hears of it, and Node-RED does not fill up", async () => {
  await red.deploy(flow(device(simulator), odd()));
  for (let count = 0; count < 501; count += 1) red.send("node", { way: "never settles" });
  const { error } = await red.message("error");
  const { name, code } = error as { name: string; code: string };
  assert.deepEqual({ name, code }, { name: "BusyError", code: "QUEUE_FULL" });
  red.send("node", { reset: true });
  await red.message("error", { count: 501 });
});

test("the received message travels on with all its properties", async () => {
  await red.deploy(flow(device(simulator), odd()));
  red.send("node", { way: "fine", topic: "t", payload: 1, nested: { a: [1] } });
  const { _msgid, ...msg } = await red.message("result");
  assert.equal(typeof _msgid, "string");
  assert.deepEqual(msg, { way: "fine", topic: "t", payload: "fine", nested: { a: [1] }, pikvm: "bench" });
});

test("the status says what happens and how it ended", async () => {
  await red.deploy(flow(device(simulator), odd()));
  red.forget();
  red.send("node", { way: "fine" });
  await red.message("result");
  red.send("node", { way: "rejects" });
  await red.message("error");
  await until(() => red.statuses.at(-1)?.status.fill === "red");
  const shown = red.statuses.map(({ status }) => `${status.fill ?? ""} ${status.text ?? ""}`);
  // The second one may have failed before it was time to show anew that it works.
  const ends = shown.filter((text, index) => index === 0 || text !== "blue working");
  assert.deepEqual(ends, ["blue working", "green done", "red failed"]);
});

test("a device whose certificate is not checked comes with a warning", async () => {
  await red.deploy(flow(device(simulator, { trust: "none" }), odd()));
  red.forget();
  red.send("node", { way: "fine" });
  await until(() =>
    red.statuses.some(({ status }) => status.fill === "yellow" && status.text === "certificate not checked"),
  );
});
