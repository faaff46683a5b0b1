import assert from "node:assert/strict";
import { test } from "node:test";

import { manualClock, scaledClock } from "../../src/simulator";
import { call, device, listen, until } from "./device";
import { jsonOf } from "../recordings/files";

test("types what a US keyboard has, with held modifiers across neighbours", async (t) => {
  const { url, host } = await device(t);
  await call(url, "POST", "/api/hid/print", { body: "AB!a" });
  await until(() => host.typed === "AB!a" && host.heldKeys.length === 0);
  const steps = host.keyEvents.map(({ key, state }) => (state ? "+" : "-") + key);
  assert.deepEqual(steps, ["+ShiftLeft", "+KeyA", "-KeyA", "+KeyB", "-KeyB", "+Digit1", "-Digit1", "-ShiftLeft", "+KeyA", "-KeyA"]); // prettier-ignore
});

test("types every printable ASCII character and skips what the keymap lacks", async (t) => {
  const { url, host } = await device(t);
  const ascii = String.fromCharCode(...Array.from({ length: 95 }, (_, index) => 32 + index));
  await call(url, "POST", "/api/hid/print", { body: `${ascii}\r\n\t“q”–€日—.` });
  await until(() => host.typed.length === 95 + 7);
  assert.equal(host.typed, `${ascii}\n\t"q"-.`);
});

test("a keymap that is not the host's types its positions", async (t) => {
  const { url, host } = await device(t);
  await call(url, "POST", "/api/hid/print?keymap=de", { body: "yz@" });
  await until(() => host.keyEvents.length >= 8);
  assert.equal(host.typed, "zy");
  assert.deepEqual(host.keyEvents.slice(4, 6).map(({ key }) => key), ["AltRight", "KeyQ"]); // prettier-ignore
});

test("each layout has its own keys, also with AltGr; dead keys are not used", async (t) => {
  const { url, host } = await device(t);
  const strokes = {
    "en-gb": {
      "£": "ShiftLeft Digit3",
      "€": "AltRight Digit4",
      "~": "ShiftLeft Backslash",
      "|": "ShiftLeft IntlBackslash",
    },
    de: { "^": "AltRight Quote", "´": "Equal", "»": "AltRight KeyZ", "°": "ShiftLeft AltRight Digit0" },
    fr: { "1": "ShiftLeft Digit1", é: "Digit2", "@": "AltRight Digit0", "^": "AltRight Digit9" },
    es: { "^": "ShiftLeft Digit6", "×": "NumpadMultiply" },
    "en-us": { "¦": "ShiftLeft AltRight IntlBackslash", "×": "NumpadMultiply" },
  };
  for (const [keymap, keys] of Object.entries(strokes)) {
    for (const [body, pressed] of Object.entries(keys)) {
      host.forget();
      await call(url, "POST", `/api/hid/print?keymap=${keymap}`, { body });
      const expected = pressed.split(" ");
      await until(() => host.keyEvents.length === 2 * expected.length);
      assert.deepEqual(host.keyEvents.flatMap(({ key, state }) => (state ? [key] : [])), expected, `${body} of ${keymap}`); // prettier-ignore
    }
  }
});

test("the text is cut at 1024 characters unless limit=0", async (t) => {
  const { url, host } = await device(t, { clock: scaledClock(100) });
  await call(url, "POST", "/api/hid/print", { body: "x".repeat(2000) });
  await call(url, "POST", "/api/hid/print?limit=0", { body: "y".repeat(2000) });
  await until(() => host.typed.length >= 3024);
  assert.equal(host.typed, "x".repeat(1024) + "y".repeat(2000));
});

test("the delay is slept before every event", async (t) => {
  const clock = manualClock();
  const { url, host } = await device(t, { clock });
  const printing = call(url, "POST", "/api/hid/print?delay=1", { body: "a" });
  await until(() => clock.now() === 0 && host.keyEvents.length === 0);
  while (host.typed === "") await clock.advance(100);
  assert.equal(Math.floor((host.keyEvents[0]?.at ?? 0) / 1000), 1);
  while (host.keyEvents.length < 2) await clock.advance(100);
  assert.equal((await printing).status, 200);
});

test("a delay is taken from 0 to 5 seconds, both included", async (t) => {
  const { url } = await device(t);
  for (const delay of ["0", "5", "5.0"]) {
    const { status } = await call(url, "POST", `/api/hid/print?delay=${delay}`, { body: "" });
    assert.equal(status, 200, delay);
  }
  const { result } = await call(url, "POST", "/api/hid/print?delay=5.1", { body: "" });
  assert.equal(result.error_msg, "The argument '5.1' must be keys delay and lesser or equal then 5");
});

test("any session that opens or closes ends the typing and releases the keys", async (t) => {
  const clock = manualClock();
  const simulator = await device(t, { clock, hostPoll: 4 });
  await call(simulator.url, "POST", "/api/hid/events/send_key?key=ShiftLeft&state=1");
  await call(simulator.url, "POST", "/api/hid/print", { body: "abcdefgh" });
  await clock.advance(12);
  assert.deepEqual(simulator.host.heldKeys, ["ShiftLeft"]);
  const { socket } = await listen(t, simulator);
  await clock.advance(50);
  // What was just being written went out.
  assert.equal(simulator.host.typed, "AB");
  assert.deepEqual(simulator.host.heldKeys, []);

  await call(simulator.url, "POST", "/api/hid/print", { body: "xyz" });
  socket.close();
  await until(() => simulator.sessions === 0);
  await clock.advance(50);
  assert.equal(simulator.host.typed, "ABx");
});

test("what is down when kvmd is killed stays down until the next one says otherwise", async (t) => {
  const simulator = await device(t, { hostPoll: 1 });
  const { url, host } = simulator;
  await call(url, "POST", "/api/hid/events/send_key?key=ShiftLeft&state=1");
  await call(url, "POST", "/api/hid/events/send_mouse_button?button=left&state=1");
  await until(() => host.heldKeys.length === 1 && host.mouse.buttons.size === 1);
  simulator.kill();
  await simulator.restart();
  assert.deepEqual([host.heldKeys, host.mouse.buttons.size], [["ShiftLeft"], 1]);
  await call(url, "POST", "/api/hid/events/send_key?key=KeyA");
  await until(() => host.typed === "a" && host.heldKeys.length === 0);
  assert.equal(host.mouse.buttons.size, 1);
  await listen(t, simulator);
  await until(() => host.mouse.buttons.size === 0);
  await call(url, "POST", "/api/hid/events/send_key?key=ShiftLeft&state=1");
  await until(() => host.heldKeys.length === 1);
  await simulator.restart();
  assert.deepEqual(host.heldKeys, []);
});

test("to release a button that is up is no report, to press one that is down are two", async (t) => {
  const { url, host } = await device(t, { hostPoll: 1 });
  for (const state of [0, 1, 1, 0])
    await call(url, "POST", `/api/hid/events/send_mouse_button?button=left&state=${state}`);
  await until(() => host.mouse.events.length === 4);
  assert.deepEqual(host.mouse.events.map((event) => event.kind === "button" && event.state), [true, false, true, false]); // prettier-ignore
});

for (const hostPoll of [1, 4, 8, 10])
  test(`a report goes out each time the host asks: every ${hostPoll} ms`, async (t) => {
    const clock = manualClock();
    const { url, host } = await device(t, { clock, hostPoll });
    await call(url, "POST", "/api/hid/print", { body: "aB" });
    for (let polls = 0; polls < 10; polls += 1) await clock.advance(hostPoll);
    assert.deepEqual(host.keyEvents.map(({ at }) => at), [1, 2, 3, 4, 5, 6].map((poll) => poll * hostPoll)); // prettier-ignore
  });

test("a key that is up needs no report, one that is pressed again two", async (t) => {
  const clock = manualClock();
  const { url, host } = await device(t, { clock, hostPoll: 10 });
  for (const [key, state] of [
    ["KeyB", 0],
    ["KeyA", 1],
    ["KeyA", 1],
    ["KeyC", 1],
  ] as const)
    // prettier-ignore
    await call(url, "POST", `/api/hid/events/send_key?key=${key}&state=${state}`);
  for (let polls = 0; polls < 10; polls += 1) await clock.advance(10);
  const steps = host.keyEvents.map(({ key, state, at }) => `${at} ${state ? "+" : "-"}${key}`);
  assert.deepEqual(steps, ["10 +KeyA", "20 -KeyA", "20 +KeyA", "40 +KeyC"]);
});

test("hid/reset leaves most of a long queue; a session that opens drops it", async (t) => {
  const clock = manualClock();
  const simulator = await device(t, { clock, hostPoll: 10 });
  await call(simulator.url, "POST", "/api/hid/print?limit=0", { body: "x".repeat(1500) });
  await call(simulator.url, "POST", "/api/hid/reset");
  await clock.advance(100);
  assert.ok(simulator.state.hid.gadget.pending > 2000);
  await listen(t, simulator);
  await clock.advance(20);
  assert.equal(simulator.state.hid.gadget.pending, 0);
});

test("a host that does not listen: success all the same, nothing arrives, and the next report tells when it is back", async (t) => {
  const simulator = await device(t, { hostPoll: 1 });
  const { url, host, state } = simulator;
  const online = async (): Promise<unknown> => ((await call(url, "GET", "/api/hid")).result["keyboard"] as { online: unknown }).online; // prettier-ignore
  state.hid.online = false;
  assert.equal(await online(), false);
  assert.equal((await call(url, "POST", "/api/hid/print", { body: "a" })).status, 200);
  await until(() => state.hid.gadget.pending === 0);
  state.hid.online = true;
  assert.equal(await online(), false);
  await call(url, "POST", "/api/hid/print", { body: "b" });
  await until(() => host.typed === "b");
  assert.equal(await online(), true);
});

test("what older kvmd lacks", async (t) => {
  const simulator = await device(t, { hostPoll: 1, kvmd: "4.20" });
  const { url, state, host } = simulator;
  const start = performance.now();
  assert.equal((await call(url, "POST", "/api/hid/print?delay=5&slow=1", { body: "a" })).status, 200);
  assert.ok(performance.now() - start < 4000);
  await until(() => host.typed === "a");
  assert.equal((await call(url, "POST", "/api/hid/events/send_shortcut?keys=KeyA")).status, 404);
  assert.equal((await call(url, "POST", "/api/hid/events/send_key?key=KeyA")).status, 200);
  state.hid.abilities.httpEvents = false;
  for (const event of ["key", "mouse_button", "mouse_move", "mouse_relative", "mouse_wheel"])
    assert.equal((await call(url, "POST", `/api/hid/events/send_${event}?key=KeyA`)).status, 404);
});

test("a modifier sent without a state stays down; other keys come up again", async (t) => {
  const { url, host } = await device(t);
  await call(url, "POST", "/api/hid/events/send_key?key=KeyA");
  await call(url, "POST", "/api/hid/events/send_key?key=ControlLeft");
  // What comes after it shows that it is not on its way up.
  await call(url, "POST", "/api/hid/events/send_key?key=KeyB");
  await until(() => host.keyEvents.at(-1)?.key === "KeyB" && host.keyEvents.at(-1)?.state === false);
  assert.deepEqual(host.heldKeys, ["ControlLeft"]);
});

test("a shortcut presses in order and releases in reverse", async (t) => {
  const { url, host } = await device(t);
  await call(url, "POST", "/api/hid/events/send_shortcut?keys=ControlLeft,AltLeft,Delete");
  await until(() => host.keyEvents.length === 6);
  const steps = host.keyEvents.map(({ key, state }) => (state ? "+" : "-") + key);
  assert.deepEqual(steps, ["+ControlLeft", "+AltLeft", "+Delete", "-Delete", "-AltLeft", "-ControlLeft"]);
  assert.equal(host.typed, "");
});

test("Backspace and CapsLock work, and the LED is announced", async (t) => {
  const simulator = await device(t);
  const { events } = await listen(t, simulator);
  for (const key of ["CapsLock", "KeyA", "KeyB", "Backspace"])
    await call(simulator.url, "POST", `/api/hid/events/send_key?key=${key}`);
  await until(() => simulator.host.keyEvents.length === 8);
  assert.equal(simulator.host.typed, "A");
  await until(() =>
    events.some(({ event_type: type, event }) => type === "hid" && JSON.stringify(event).includes('"caps":true')),
  );
});

test("keys and mouse arrive over the WebSocket, as JSON and as binary", async (t) => {
  const simulator = await device(t);
  const { socket } = await listen(t, simulator);
  const send = (type: string, event: object): void => socket.send(JSON.stringify({ event_type: type, event }));
  send("key", { key: "KeyH", state: true, finish: true });
  socket.send(Buffer.from("\x01\x03KeyI", "latin1"));
  socket.send(Buffer.from("0181001e", "hex"));
  socket.send(Buffer.from("0180001e", "hex"));
  send("mouse_move", { to: { x: 100, y: -99999 } });
  socket.send(Buffer.from("050000fb", "hex"));
  send("mouse_button", { button: "left", state: 1 });
  send("mouse_wheel", { delta: [{ x: 0, y: 100 }, { x: 0, y: 100 }], squash: true }); // prettier-ignore
  await until(() => simulator.host.mouse.events.length === 5);
  assert.equal(simulator.host.typed, "hia");
  const reports = simulator.host.mouse.events.map((report) => ({ ...report, at: 0 }));
  assert.deepEqual(reports, [
    { kind: "move", x: 100, y: -32768, at: 0 },
    { kind: "wheel", x: 0, y: -5, at: 0 },
    { kind: "button", button: "left", state: true, at: 0 },
    { kind: "wheel", x: 0, y: 100, at: 0 },
    { kind: "wheel", x: 0, y: 100, at: 0 },
  ]);
});

test("keyboard and mouse are recorded together, in the order in which they arrive", async (t) => {
  const simulator = await device(t);
  const { socket } = await listen(t, simulator);
  for (const hex of [
    "03000a000a",
    "0101" + hexOf("ShiftLeft"),
    "0201" + hexOf("left"),
    "0300140014",
    "0200" + hexOf("left"),
    "0100" + hexOf("ShiftLeft"),
  ])
    // prettier-ignore
    socket.send(Buffer.from(hex, "hex"));
  await until(() => simulator.host.inputs.length === 6);
  assert.deepEqual(
    simulator.host.inputs.map((input) => ({ ...input, at: 0 })),
    [
      { kind: "move", x: 10, y: 10, at: 0 },
      { kind: "key", key: "ShiftLeft", state: true, at: 0 },
      { kind: "button", button: "left", state: true, at: 0 },
      { kind: "move", x: 20, y: 20, at: 0 },
      { kind: "button", button: "left", state: false, at: 0 },
      { kind: "key", key: "ShiftLeft", state: false, at: 0 },
    ],
  );
  simulator.host.forget();
  assert.deepEqual(simulator.host.inputs, []);
});

/** A frame and whether a device takes it: then its inactivity is 0 again. */
const FRAMES: readonly { readonly sent: string | object; readonly taken: boolean }[] = [
  { sent: "0101" + hexOf("KeyA"), taken: true },
  { sent: "0103" + hexOf("KeyA"), taken: true },
  { sent: "0100" + hexOf(" KeyA "), taken: true },
  { sent: "0101" + hexOf("keya"), taken: false },
  { sent: "0101cbe5f9c1", taken: false },
  { sent: "0101", taken: false },
  { sent: "01", taken: false },
  { sent: "0181001e", taken: true },
  { sent: "0181001e00", taken: false },
  { sent: "0201" + hexOf("LEFT"), taken: true },
  { sent: "0201" + hexOf("wheel"), taken: false },
  { sent: "02810110", taken: true },
  { sent: "0300000000", taken: true },
  { sent: "03000000", taken: false },
  { sent: "030000000000", taken: false },
  { sent: "0400", taken: true },
  { sent: "04", taken: false },
  { sent: "040001", taken: false },
  { sent: "05007f80", taken: true },
  { sent: "06000000", taken: false },
  { sent: { event_type: "key", event: { key: "KeyA", state: "no" } }, taken: true },
  { sent: { event_type: "key", event: { key: "KeyA", state: "off" } }, taken: false },
  { sent: { event_type: "key", event: { key: "KeyA" } }, taken: false },
  { sent: { event_type: "key", event: { key: "KeyA", state: 0, finish: 1 } }, taken: true },
  { sent: { event_type: "key", event: { key: "KeyA", state: 0, finish: null } }, taken: false },
  { sent: { event_type: "mouse_button", event: { button: "left", state: true } }, taken: true },
  { sent: { event_type: "mouse_button", event: { button: "left" } }, taken: false },
  { sent: { event_type: "mouse_move", event: { to: { x: 1, y: "2" } } }, taken: true },
  { sent: { event_type: "mouse_move", event: { to: { x: 1 } } }, taken: false },
  { sent: { event_type: "mouse_move", event: { x: 1, y: 1 } }, taken: false },
  { sent: '{"event_type": "mouse_move", "event": {"to": {"x": 1.0, "y": 0}}}', taken: false },
  { sent: '{"event_type": "mouse_move", "event": {"to": {"x": 1e2, "y": 0}}}', taken: false },
  { sent: { event_type: "mouse_wheel", event: { delta: [] } }, taken: true },
  { sent: { event_type: "mouse_wheel", event: { delta: { x: 0, y: 300 } } }, taken: true },
  { sent: { event_type: "mouse_wheel", event: { delta: [{ x: 0, y: 1 }, { x: 0 }] } }, taken: false }, // prettier-ignore
  { sent: { event_type: "mouse_wheel", event: { delta: { x: 0, y: 1 }, squash: "perhaps" } }, taken: false },
  { sent: { event_type: "mouse_relative", event: {} }, taken: false },
];

test("takes what kvmd takes and drops the rest without a word", async (t) => {
  const clock = manualClock();
  const simulator = await device(t, { clock });
  const { socket, events } = await listen(t, simulator);
  for (const { sent, taken } of FRAMES) {
    await clock.advance(2000);
    if (typeof sent === "string" && /^[\da-f]+$/.test(sent)) socket.send(Buffer.from(sent, "hex"));
    else socket.send(typeof sent === "string" ? sent : JSON.stringify(sent));
    const before = events.length;
    socket.send(JSON.stringify({ event_type: "ping", event: {} }));
    await until(() => events.slice(before).some(({ event_type: type }) => type === "pong"));
    const { inactivity } = (await call(simulator.url, "GET", "/api/hid/inactivity")).result;
    assert.equal(inactivity === 0, taken, JSON.stringify(sent));
  }
});

/** A binary frame that was sent to a real device, and whether it took it; other steps have neither. */
interface BinaryStep {
  readonly name: string;
  readonly frame?: string;
  readonly accepted?: boolean;
}

test("frames that were sent to a real device are taken or dropped as there", async (t) => {
  const clock = manualClock();
  const simulator = await device(t, { clock });
  const { socket, binary } = await listen(t, simulator);
  const { steps } = jsonOf("device-4.206/ws_binary.json") as { steps: BinaryStep[] };
  const judged = steps.filter(({ frame, accepted }) => frame !== undefined && accepted !== undefined);
  assert.ok(judged.length > 10);
  for (const { name, frame = "", accepted } of judged) {
    await clock.advance(2000);
    socket.send(Buffer.from(frame, "hex"));
    const before = binary.length;
    socket.send(Buffer.of(0));
    await until(() => binary.length > before);
    const { inactivity } = (await call(simulator.url, "GET", "/api/hid/inactivity")).result;
    assert.equal(inactivity === 0, accepted, name);
  }
});

function hexOf(name: string): string {
  return Buffer.from(name).toString("hex");
}

test("a relative mouse drops absolute movements with 200, and the other way round", async (t) => {
  const { url, host } = await device(t);
  await call(url, "POST", "/api/hid/set_params?mouse_output=usb_rel");
  assert.equal((await call(url, "POST", "/api/hid/events/send_mouse_move?to_x=1&to_y=1")).status, 200);
  await call(url, "POST", "/api/hid/events/send_mouse_relative?delta_x=5&delta_y=-200");
  await until(() => host.mouse.events.length === 1);
  assert.deepEqual({ ...host.mouse.events[0], at: 0 }, { kind: "relative", x: 5, y: -127, at: 0 });
});

test("inactivity counts from the last input of anybody", async (t) => {
  const clock = manualClock();
  const { url } = await device(t, { clock });
  await clock.advance(12_345);
  assert.deepEqual((await call(url, "GET", "/api/hid/inactivity")).result, { inactivity: 12 });
  await call(url, "POST", "/api/hid/events/send_key?key=KeyA");
  assert.deepEqual((await call(url, "GET", "/api/hid/inactivity")).result, { inactivity: 0 });
});

test("a computer that is plugged in again is offline until the next report of each, which nothing but that tells", async (t) => {
  const clock = manualClock();
  const simulator = await device(t, { clock });
  const { url, state } = simulator;
  const { events } = await listen(t, simulator);
  await clock.advance(100);
  const online = (): unknown[] => {
    const { keyboard, mouse } = state.hid.state() as { keyboard: { online: boolean }; mouse: { online: boolean } }; // its shape
    return [keyboard.online, mouse.online];
  };
  const told = (): number => events.filter(({ event_type: type }) => type === "hid").length;
  const before = told();
  state.hid.online = false;
  await until(() => told() === before + 1);
  assert.deepEqual(online(), [false, false]);
  state.hid.online = true;
  await clock.advance(1000);
  assert.deepEqual([online(), told()], [[false, false], before + 1]);
  await call(url, "POST", "/api/hid/events/send_key?key=KeyA");
  await clock.advance(100);
  await until(() => told() === before + 2);
  assert.deepEqual(online(), [true, false]);
  await call(url, "POST", "/api/hid/events/send_mouse_move?to_x=1&to_y=1");
  await clock.advance(100);
  assert.deepEqual(online(), [true, true]);
});
