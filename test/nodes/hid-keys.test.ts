import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { scaledClock, startSimulator, type Simulator } from "../../src/simulator";
import { device, fields, flow, node, type Inputs } from "../harness/flows";
import { NodeRed } from "../harness/node-red";
import { until } from "../harness/until";

const red = NodeRed.duringTests();
let simulator: Simulator;
before(async () => {
  simulator = await startSimulator({ clock: scaledClock(10) });
});
after(() => simulator.close());
beforeEach(async () => {
  await red.deploy(flow());
  await until(() => simulator.connections === 0);
  simulator.host.forget();
  red.forget();
});

async function deploy(inputs: Inputs = {}, overrides: object = {}): Promise<void> {
  await red.deploy(flow(device(simulator), node("pikvm-hid-keys", { ...fields(inputs), ...overrides })));
  red.forget();
}

/** Every printable character of the en-us keymap, and what ends lines. */
const PRINTABLE = `${Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).join("")}\t\n`;

test("every character arrives exactly, with progress", async () => {
  const text = PRINTABLE.repeat(2).slice(0, 100);
  await deploy({}, { progress: true });
  red.send("node", { payload: text, topic: "kept" });
  const done = await until(() => red.at("result").find((msg) => msg["progress"] === undefined), { timeout: 120_000 });
  assert.deepEqual(done["payload"], { action: "text", sent: 100, typed: 100, skipped: [] });
  await until(() => simulator.host.typed.length >= text.length);
  assert.equal(simulator.host.typed, text);
  const progress = red.at("result").flatMap((msg) => (msg["progress"] ? [msg["progress"]] : []));
  assert.ok(progress.length > 5);
  assert.deepEqual(progress.at(-1), { done: 100, sent: 100, total: 100, unit: "characters", percent: 100 });
  assert.equal(red.at("result")[0]?.["payload"], undefined, "a progress message carries no payload");
});

test("everything is let go, keyboard and mouse are plugged in again, and the mouse jiggles or not", async () => {
  simulator.state.hid.connected = true;
  await deploy({ action: ["msg", "payload"] });
  const shown = async (action: string): Promise<string> => {
    red.forget();
    red.send("node", { payload: action });
    assert.deepEqual((await red.message("result"))["payload"], { action });
    return until(() => red.statuses.findLast(({ status }) => status.fill === "green")?.status.text);
  };
  assert.match(await shown("reset"), /^reset · /);
  assert.match(await shown("reconnect"), /^plugged in · /);
  assert.match(await shown("jiggler_on"), /^jiggling · /);
  assert.equal(simulator.state.hid.jiggler.active, true);
  assert.match(await shown("jiggler_off"), /^mouse still · /);
  assert.equal(simulator.state.hid.jiggler.active, false);
  simulator.state.hid.connected = null;
  red.send("node", { payload: "reconnect" });
  assert.equal(((await red.message("error"))["error"] as { code: string }).code, "NOT_SUPPORTED");
});

test("Enter is pressed after the text when the dialog says so, and is not counted", async () => {
  await deploy({ enter: ["bool", "true"] });
  red.send("node", { payload: "root" });
  assert.deepEqual((await red.message("result"))["payload"], { action: "text", sent: 4, typed: 4, skipped: [] });
  await until(() => simulator.host.typed === "root\n");
});

test("texts and keys arrive in the order of the messages, also when the keyboard is looked at first", async () => {
  await deploy({ action: ["msg", "action"], key: ["msg", "payload"], capsLockOff: ["bool", "true"] });
  const messages = [
    { action: "text", payload: "aaaa ".repeat(15) },
    { action: "text", payload: "root" },
    { action: "key", payload: "Enter" },
    { action: "text", payload: "b" },
  ];
  for (const msg of messages) red.send("node", msg);
  await until(() => red.at("result").length === messages.length);
  await until(() => simulator.host.typed === `${"aaaa ".repeat(15)}root\nb`);
});

test("a Caps Lock that is on is switched off before typing, once, however many texts wait", async () => {
  await deploy({ action: ["choice", "key"], key: ["str", "CapsLock"] });
  red.send("node", {});
  await red.message("result");
  await until(() => simulator.host.keyboard.leds.caps);
  simulator.host.forget();
  await deploy({ capsLockOff: ["bool", "true"] });
  red.send("node", { payload: "Tr0ub4dor" });
  red.send("node", { payload: "&3" });
  await red.message("result", { count: 2 });
  await until(() => simulator.host.typed === "Tr0ub4dor&3");
  assert.equal(simulator.host.keyboard.leds.caps, false);
  assert.equal(simulator.host.keyEvents.filter(({ key, state }) => key === "CapsLock" && state).length, 1);
});

test("a Caps Lock that cannot be switched off is an error, and nothing is typed", async () => {
  await deploy({ action: ["choice", "key"], key: ["str", "CapsLock"] });
  red.send("node", {});
  await red.message("result");
  await until(() => simulator.host.keyboard.leds.caps);
  simulator.host.forget();
  await deploy({ capsLockOff: ["bool", "true"] });
  simulator.host.keyboard.ignoresLocks = true;
  red.send("node", { payload: "secret" });
  const { error } = await red.message("error");
  simulator.host.keyboard.ignoresLocks = false;
  simulator.host.keyboard.leds.caps = false;
  assert.equal((error as { name: string }).name, "WaitTimeoutError");
  assert.equal(simulator.host.typed, "");
});

test("two flows that type at once never interleave", async () => {
  const typing = (id: string) => node("pikvm-hid-keys", { id });
  await red.deploy(flow(device(simulator), typing("one"), typing("two")));
  red.forget();
  const [a, b] = ["a".repeat(40), "B".repeat(40)];
  red.send("one", { payload: a });
  red.send("two", { payload: b });
  await red.message("result", { count: 2 });
  await until(() => simulator.host.typed.length === 80);
  assert.ok([a + b, b + a].includes(simulator.host.typed));
});

test("an events node that is deployed meanwhile does not cut a text off", async () => {
  await deploy();
  const text = PRINTABLE;
  red.send("node", { payload: text });
  await until(() => simulator.host.keyEvents.length > 50);
  const { credentials, ...known } = device(simulator);
  assert.ok(credentials);
  await red.deploy(
    flow(known, node("pikvm-hid-keys"), node("pikvm-events", { id: "events", wires: [[], []] })),
    "nodes",
  );
  await until(() => simulator.sessions === 1);
  await until(() => simulator.host.typed === text, { what: "the whole text" });
});

test("a text can be cancelled; the rest is not typed, and the error says how far it came", async () => {
  await deploy({ delay: ["num", "0.05"] });
  red.send("node", { payload: "x".repeat(1000) });
  await until(() => simulator.host.typed.length > 2);
  red.send("node", { reset: true });
  const { error } = await red.message("error");
  assert.match((error as { message: string }).message, /\d+ of 1000 characters had been typed/);
  red.send("node", { payload: "!" });
  await until(() => simulator.host.typed.endsWith("!"));
  assert.ok(simulator.host.typed.length < 100, simulator.host.typed);
});

test("a stored secret is typed, and stays out of the message", async () => {
  await deploy({ text: ["secret", ""] }, { credentials: { secret: "Tr0ub4dor&3" } });
  red.send("node", { payload: "not this" });
  const msg = await red.message("result");
  await until(() => simulator.host.typed === "Tr0ub4dor&3");
  assert.deepEqual(msg["payload"], { action: "text", sent: 11, typed: 11, skipped: [] });
  assert.doesNotMatch(JSON.stringify([red.received, red.statuses, red.logs]), /Tr0ub4dor/);
});

test("characters that the keymap lacks are told, and not counted as typed", async () => {
  await deploy();
  red.send("node", { payload: "10\u00a0€\r\n" });
  const skipped = [{ character: "€", position: 3 }];
  assert.deepEqual((await red.message("result"))["payload"], { action: "text", sent: 5, typed: 4, skipped });
  await until(() => simulator.host.typed === "10 \n");
  await deploy({ keymap: ["str", "de"] });
  red.send("node", { payload: "10 €" });
  assert.deepEqual((await red.message("result"))["payload"], { action: "text", sent: 4, typed: 4, skipped: [] });
});

test("they are an error before the first key, when the dialog says so", async () => {
  await deploy({ strict: ["bool", "true"], enter: ["bool", "true"] });
  red.send("node", { payload: "10 €" });
  const { error } = await red.message("error");
  const { name, code, message } = error as { name: string; code: string; message: string };
  assert.deepEqual([name, code], ["ConfigurationError", "NOT_IN_KEYMAP"]);
  assert.match(message, /"€" at position 3/);
  assert.equal(simulator.host.keyEvents.length, 0);
  red.send("node", { payload: "10 EUR" });
  await red.message("result");
  await until(() => simulator.host.typed === "10 EUR\n");
});

test("of a stored secret only the places are told, in the result and in the error", async () => {
  const secret = { credentials: { secret: "Tr0ub€dor" } };
  await deploy({ text: ["secret", ""] }, secret);
  red.send("node", {});
  assert.deepEqual((await red.message("result"))["payload"], {
    action: "text",
    sent: 9,
    typed: 8,
    skipped: [{ position: 5 }],
  });
  await deploy({ text: ["secret", ""], strict: ["bool", "true"] }, secret);
  red.send("node", {});
  assert.match(JSON.stringify(await red.message("error")), /cannot type the characters at the positions 5 /);
  assert.doesNotMatch(JSON.stringify([red.received, red.statuses, red.logs]), /€/);
});

test("a shortcut presses its keys in order and releases them in reverse", async () => {
  for (const keys of [
    "ControlLeft+AltLeft+Delete",
    "ctrl + alt + Del",
    "ControlLeft, AltLeft, Delete",
    ["ControlLeft", "AltLeft", "Delete"],
  ]) {
    simulator.host.forget();
    await deploy({ action: ["choice", "shortcut"], keys: ["msg", "payload"] });
    red.send("node", { payload: keys });
    assert.deepEqual((await red.message("result"))["payload"], {
      action: "shortcut",
      keys: ["ControlLeft", "AltLeft", "Delete"],
    });
    await until(() => simulator.host.keyEvents.length === 6);
    assert.deepEqual(
      simulator.host.keyEvents.map(({ key, state }) => `${state ? "+" : "-"}${key}`),
      ["+ControlLeft", "+AltLeft", "+Delete", "-Delete", "-AltLeft", "-ControlLeft"],
    );
  }
});

test("a key is tapped, modifiers too, which the device itself would leave pressed", async () => {
  await deploy({ action: ["choice", "key"], key: ["msg", "payload"] });
  for (const key of ["Enter", "MetaLeft", "PrintScreen"]) {
    red.send("node", { payload: key });
  }
  await red.message("result", { count: 3 });
  await until(() => simulator.host.keyEvents.length === 6);
  assert.deepEqual(simulator.host.heldKeys, []);
});

test("a held key is let go, whatever happens: in time, on cancel, on a deploy, and when an answer is lost", async () => {
  const held = () => simulator.host.heldKeys.length === 1;
  const free = () => simulator.host.heldKeys.length === 0;
  await deploy({ action: ["choice", "key"], key: ["str", "ShiftLeft"], hold: ["msg", "hold"] });

  red.send("node", { hold: 0.2 });
  await until(held);
  await red.message("result");
  await until(free);

  red.send("node", { hold: 60 });
  await until(held);
  red.send("node", { reset: true });
  await red.message("error");
  await until(free);

  red.send("node", { hold: 60 });
  await until(held);
  await red.deploy(flow());
  await until(free);

  await deploy({ action: ["choice", "key"], key: ["str", "ShiftLeft"], hold: ["num", "0.1"] });
  simulator.faults.add({ kind: "reset", path: /state=1/, after: true, times: 1 });
  red.send("node", {});
  await red.message("error");
  await until(free);
  assert.ok(simulator.host.keyEvents.some(({ key, state }) => key === "ShiftLeft" && !state));
});

test("release lets a key go that somebody else holds", async () => {
  await deploy({ action: ["choice", "release"], key: ["str", "KeyA"] });
  red.send("node", {});
  assert.deepEqual((await red.message("result"))["payload"], { action: "release", keys: ["KeyA"] });
});

test("numbers are typed as they are written; objects are refused without being shown", async () => {
  await deploy();
  red.send("node", { payload: 42 });
  await red.message("result");
  await until(() => simulator.host.typed === "42");
  red.send("node", { payload: { pin: "very-secret" } });
  const { error } = await red.message("error");
  assert.equal((error as { name: string }).name, "ConfigurationError");
  assert.doesNotMatch(JSON.stringify(error), /very-secret/);
  red.send("node", { payload: "" });
  assert.deepEqual((await red.message("result", { count: 2 }))["payload"], {
    action: "text",
    sent: 0,
    typed: 0,
    skipped: [],
  });
});

test("to type nothing at all is a mistake in the flow, not a success", async () => {
  await deploy();
  red.send("node", {});
  assert.match(JSON.stringify(await red.message("error")), /nothing was given/);
  await deploy({ text: ["secret", ""] });
  red.send("node", {});
  const { error } = await red.message("error");
  const { name, code } = error as { name: string; code: string };
  assert.deepEqual([name, code], ["ConfigurationError", "NOT_CONFIGURED"]);
});

test("a keymap that the device does not have is the device's own error", async () => {
  await deploy({ keymap: ["str", "klingon"] });
  red.send("node", { payload: "x" });
  const { error } = await red.message("error");
  const { name, error: deviceError } = error as { name: string; error: string };
  assert.deepEqual([name, deviceError], ["APIError", "ValidatorError"]);
});

test("a host that does not listen is an error by that name, and is waited for when the dialog says so", async () => {
  simulator.state.hid.online = false;
  await deploy();
  red.send("node", { payload: "root" });
  const { error } = await red.message("error");
  const { name, code } = error as { name: string; code: string };
  assert.deepEqual([name, code], ["UnavailableError", "HOST_NOT_LISTENING"]);
  await deploy({ hostTimeout: ["num", "60"] });
  red.send("node", { payload: "root" });
  await until(() => simulator.requests.filter(({ path }) => path === "/api/hid/reset").length >= 2);
  simulator.state.hid.online = true;
  assert.deepEqual((await red.message("result"))["payload"], { action: "text", sent: 4, typed: 4, skipped: [] });
});

test("a cancelled text tells what was typed and what was sent, and nothing comes after it", async () => {
  await deploy();
  red.send("node", { payload: "x".repeat(1000) });
  await until(() => simulator.host.typed.length > 10);
  red.send("node", { reset: true });
  const { error } = await red.message("error");
  const { length } = simulator.host.typed;
  const { typed, sent } = error as { typed: number; sent: number };
  assert.ok(typed <= length && length <= sent && sent < 1000, `${typed} <= ${length} <= ${sent}`);
  red.send("node", { payload: "!" });
  await red.message("result");
  assert.equal(simulator.host.typed, `${"x".repeat(length)}!`);
});
