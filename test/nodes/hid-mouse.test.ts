import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { PiKVM } from "../../src/client";
import { MOUSE_BUTTONS } from "../../src/client";
import { scaledClock, startSimulator, type Simulator } from "../../src/simulator";
import { device, fields, flow, node, type Inputs } from "../harness/flows";
import { NodeRed } from "../harness/node-red";
import { until } from "../harness/until";
import { readWords } from "../package/words";

const red = NodeRed.duringTests();
let simulator: Simulator;
beforeEach(async () => {
  simulator = await startSimulator({ clock: scaledClock(10), power: true });
});
afterEach(async () => {
  await red.deploy(flow());
  await simulator.close();
  red.forget();
});

/** Where the pointer is. */
const HERE: Inputs = { atX: ["num", ""], atY: ["num", ""] };

async function perform(inputs: Inputs, msg: object = {}): Promise<Record<string, unknown>> {
  await red.deploy(flow(device(simulator), node("pikvm-hid-mouse", fields(inputs))));
  red.forget();
  red.send("node", msg);
  return red.outcome();
}

/** What arrived at the host, without times: `down left`, `up left`, `move 0 0`, `wheel 0 -5`. */
const arrived = () =>
  simulator.host.mouse.events.map((event) =>
    event.kind === "button" ? `${event.state ? "down" : "up"} ${event.button}` : `${event.kind} ${event.x} ${event.y}`,
  );
const arrives = (expected: string[]) => until(() => JSON.stringify(arrived()) === JSON.stringify(expected), { what: `${arrived().join(", ")} to be ${expected.join(", ")}` }); // prettier-ignore
const errorOf = (msg: Record<string, unknown>) => msg["error"] as { name: string; code: string; message: string };

describe("a point", () => {
  for (const [unit, x, y, expected] of [
    ["percent", 0, 100, "move -32768 32767"],
    ["pixels", 1279, 0, "move 32767 -32768"],
    ["device", -5, 17, "move -5 17"],
  ] as const) {
    test(`in ${unit}`, async () => {
      const msg = await perform({ action: ["choice", "move"], unit: ["choice", unit] }, { payload: { x, y } });
      assert.deepEqual(msg["payload"], { action: "move", x, y, unit });
      await arrives([expected]);
    });
  }

  for (const [unit, x, y] of [
    ["percent", 101, 0],
    ["pixels", 1280, 0],
    ["device", 0, 40_000],
  ] as const) {
    test(`outside the screen in ${unit} is refused, and nothing is sent`, async () => {
      const msg = await perform({ action: ["choice", "move"], unit: ["choice", unit] }, { payload: { x, y } });
      assert.equal(errorOf(msg).name, "ConfigurationError");
      assert.deepEqual(arrived(), []);
    });
  }
});

test("a click at a point, or where the pointer is", async () => {
  await perform({}, { payload: { x: 50, y: 0 } });
  await arrives(["move 0 -32768", "down left", "up left"]);
  simulator.host.mouse.forget();
  await perform({ button: ["choice", "right"], ...HERE }, { payload: "nothing" });
  await arrives(["down right", "up right"]);
});

describe("a message that names no point, or names it badly, does not press a button somewhere else", () => {
  const messages = [{}, { payload: "x" }, { payload: {} }, { payload: { x: 5 } }, { payload: { x: "", y: null } }];
  for (const action of ["click", "double_click", "press", "release", "move", "drag"]) {
    test(action, async () => {
      for (const msg of [...messages, { payload: { x: "left", y: 5 } }]) {
        const { name } = errorOf(await perform({ action: ["choice", action] }, msg));
        assert.equal(name, "ConfigurationError");
      }
      assert.deepEqual(simulator.requests, []);
    });
  }

  test("and is told how to click where the pointer is", async () => {
    const { message } = errorOf(await perform({}, { payload: "x" }));
    assert.match(message, /To use the place where the pointer is, leave X and Y empty in the node's dialog\.$/);
  });
});

test("nothing to scroll or to push is a mistake, not a success", async () => {
  for (const action of ["scroll", "push"])
    for (const payload of ["down", {}, { x: 0, y: "0" }]) {
      const { name, message } = errorOf(await perform({ action: ["choice", action] }, { payload }));
      assert.equal(name, "ConfigurationError");
      assert.match(message, /both 0 or missing/);
    }
  assert.deepEqual(simulator.requests, []);
});

test("up and down are called by what a browser does with them", () => {
  const words = readWords("en-US", "hid-mouse");
  assert.deepEqual([words.get("button.up"), words.get("button.down")], ["back", "forward"]);
});

test("a message may call them so, too", async () => {
  await perform({ button: ["msg", "button"], ...HERE }, { button: "Back" });
  await perform({ button: ["msg", "button"], ...HERE }, { button: "forward" });
  await arrives(["down up", "up up", "down down", "up down"]);
});

test("every button of the mouse is clicked by its name", async () => {
  for (const button of MOUSE_BUTTONS) {
    simulator.host.mouse.forget();
    await perform({ button: ["msg", "payload"], ...HERE }, { payload: button.toUpperCase() });
    await arrives([`down ${button}`, `up ${button}`]);
  }
});

test("a push, by more than the device takes at once, where the mouse is relative", async (t) => {
  const client = await new PiKVM({ address: simulator.url, password: "admin", user: "admin", trust: "none" }).open();
  t.after(() => client.close());
  await client.hid.setParams({ mouseOutput: "usb_rel" });
  const { payload } = await perform({ action: ["choice", "push"] }, { payload: { x: 200, y: "-5" } });
  assert.deepEqual(payload, { action: "push", x: 200, y: -5 });
  await arrives(["relative 127 -5", "relative 73 0"]);
  simulator.host.mouse.forget();
  for (const action of ["move", "click", "drag"]) {
    const { name, message } = errorOf(await perform({ action: ["choice", action] }, { payload: { x: 5, y: 5 } }));
    assert.equal(name, "ConfigurationError");
    assert.match(message, /relative now/);
  }
  assert.deepEqual(arrived(), []);
});

test("a double click", async () => {
  await perform({ action: ["choice", "double_click"], ...HERE });
  await arrives(["down left", "up left", "down left", "up left"]);
});

test("a button is held until it is released", async () => {
  await perform({ action: ["choice", "press"], ...HERE });
  await until(() => simulator.host.mouse.buttons.has("left"));
  await perform({ action: ["choice", "release"], ...HERE });
  await until(() => simulator.host.mouse.buttons.size === 0);
});

test("a drag goes from one point to the other with the button down", async () => {
  const inputs: Inputs = {
    action: ["choice", "drag"],
    toX: ["num", "100"],
    toY: ["num", "100"],
    duration: ["num", "0.1"],
  };
  await perform(inputs, { payload: { x: 0, y: 0 } });
  await until(() => arrived().at(-1) === "up left");
  assert.deepEqual(arrived().slice(0, 2), ["move -32768 -32768", "down left"]);
  assert.deepEqual(arrived().slice(-2), ["move 32767 32767", "up left"]);
  assert.equal(arrived().length, 23);
});

test("a drag in as many steps as wanted", async () => {
  const way: Inputs = { action: ["choice", "drag"], steps: ["num", "2"], duration: ["num", "0"] };
  await perform({ ...way, toX: ["num", "100"], toY: ["num", "100"] }, { payload: { x: 0, y: 0 } });
  await arrives(["move -32768 -32768", "down left", "move 0 0", "move 32767 32767", "up left"]);
  const { name } = errorOf(await perform({ ...way, steps: ["num", "1001"] }, { payload: { x: 0, y: 0 } }));
  assert.equal(name, "ConfigurationError");
});

test("a drag that is cancelled releases the button", async () => {
  const inputs: Inputs = { action: ["choice", "drag"], duration: ["num", "60"] };
  await red.deploy(flow(device(simulator), node("pikvm-hid-mouse", fields(inputs))));
  red.send("node", { payload: { x: 0, y: 0 } });
  await until(() => simulator.host.mouse.buttons.has("left"));
  red.send("node", { reset: true });
  assert.equal(errorOf(await red.message("error")).name, "CancelledError");
  await until(() => simulator.host.mouse.buttons.size === 0);
});

test("the wheel is turned by more than the device takes at once", async () => {
  await perform({ action: ["choice", "scroll"] }, { payload: { x: 0, y: -300 } });
  await arrives(["wheel 0 -127", "wheel 0 -127", "wheel 0 -46"]);
});

test("a mouse in the other mode is an error instead of silence", async () => {
  const { name, message } = errorOf(await perform({ action: ["choice", "push"] }, { payload: { x: 5, y: 5 } }));
  assert.equal(name, "ConfigurationError");
  assert.match(message, /absolute now/);
  assert.deepEqual(arrived(), []);
});

test("a dialog with half a point", async () => {
  const { name } = errorOf(await perform({ atX: ["num", ""], atY: ["num", "5"] }));
  assert.equal(name, "ConfigurationError");
});

test("pixels of a host that sends no picture", async () => {
  simulator.host.power = false;
  await red.deploy(flow(device(simulator), node("pikvm-hid-mouse", fields({ unit: ["choice", "pixels"] }))));
  red.send("node", { payload: { x: 5, y: 5 } });
  const { code } = errorOf(await red.message("error"));
  assert.equal(code, "NO_SIGNAL");
});
