import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { PiKVM } from "../../src/client";
import { scaledClock, startSimulator, type Simulator } from "../../src/simulator";
import { device, flow, node } from "../harness/flows";
import { NodeRed } from "../harness/node-red";
import { until } from "../harness/until";

const red = NodeRed.duringTests();
let simulator: Simulator;
before(async () => {
  simulator = await startSimulator({ clock: scaledClock(10), images: { "boot.iso": 1000 } });
  simulator.state.gpio.addInput("door");
});
after(() => simulator.close());
beforeEach(async () => {
  await red.deploy(flow());
  await until(() => simulator.sessions === 0);
  simulator.host.power = false;
  simulator.faults.clear();
  red.forget();
});

async function deploy(config: object, deviceConfig: object = {}): Promise<void> {
  await red.deploy(flow(device(simulator, deviceConfig), node("pikvm-events", { connection: false, ...config })));
}

const said = () =>
  red
    .at("result")
    .map(({ topic, payload, previous }) => ({ topic, payload, ...(previous === undefined ? {} : { previous }) }));
const durations = () => red.at("result").map(({ duration }) => duration);

test("a dozen sources begin without a word in the log", async (t) => {
  const warnings: Error[] = [];
  const note = (warning: Error) => void warnings.push(warning);
  process.on("warning", note);
  t.after(() => process.off("warning", note));
  const sources = Array.from({ length: 12 }, (_, index) => node("pikvm-events", { id: `source${index}` }));
  await red.deploy(flow(device(simulator), ...sources));
  await until(() => new Set(red.statuses.filter(({ status }) => status.text === "connected").map(({ id }) => id)).size === 12); // prettier-ignore
  assert.deepEqual([warnings, simulator.sessions], [[], 1]);
});

test("changes: each chosen property when it changes, with the value before", async () => {
  await deploy({ properties: ["atx.leds.power", "msd.drive.image.name"] });
  await red.message("result", { count: 2 });
  assert.deepEqual(said(), [
    { topic: "atx.leds.power", payload: false },
    { topic: "msd.drive.image.name", payload: null },
  ]);
  assert.equal(red.at("result")[0]?.["pikvm"], "bench");
  simulator.host.power = true;
  await red.message("result", { count: 3 });
  assert.deepEqual(said()[2], { topic: "atx.leds.power", payload: true, previous: false });
});

test("changes: how long the value before lasted, in seconds", async () => {
  const causes = [performance.now()];
  const messages: number[] = [];
  await deploy({ properties: ["atx.leds.power"] });
  for (const power of [true, false, undefined]) {
    await red.message("result", { count: messages.length + 1 });
    messages.push(performance.now());
    if (power === undefined) break;
    // Long enough to differ from nothing, and seconds from milliseconds.
    await until(() => performance.now() - (messages.at(-1) ?? 0) > 50);
    causes.push(performance.now());
    simulator.host.power = power;
  }
  const [none, ...both] = durations();
  assert.equal(none, undefined);
  assert.equal(both.length, 2);
  // A value came after its cause and before its message, and lasted until the next one came.
  for (const [index, duration] of both.entries()) {
    const [least, most] = [causes[index + 1] ?? 0, messages[index + 1] ?? 0];
    const ms = Number(duration) * 1000;
    assert.ok(ms > least - (messages[index] ?? 0) - 2 && ms < most - (causes[index] ?? 0) + 2, String(duration));
  }
});

test("changes: power is on, off or sleep, however often the LED blinks", async () => {
  await deploy({ properties: ["power", "atx.leds.power"] });
  const power = () => red.at("result").filter(({ topic }) => topic === "power");
  const told = (count: number) => until(() => power().length === count);
  await told(1);
  simulator.host.power = true;
  await told(2);
  simulator.host.asleep = true;
  await told(3);
  const blinks = red.at("result").length;
  await red.message("result", { count: blinks + 10 });
  simulator.host.asleep = false;
  await told(4);
  assert.deepEqual(
    power().map(({ payload, previous }) => [payload, previous]),
    [
      ["off", undefined],
      ["on", "off"],
      ["sleep", "on"],
      ["on", "sleep"],
    ],
  );
  assert.ok(power().every(({ duration }, index) => (typeof duration === "number") === index > 0));
});

test("changes: the lights of the keyboard, inputs, and how many people watch", async (t) => {
  await deploy({ properties: ["hid.keyboard.leds.caps", "gpio.state.inputs.door.state", "clients.count"] });
  await red.message("result", { count: 3 });
  simulator.state.hid.key("CapsLock", true, true);
  await red.message("result", { count: 4 });
  simulator.state.gpio.setInput("door", true);
  await red.message("result", { count: 5 });
  const viewer = await new PiKVM({ address: simulator.url, password: "admin", user: "admin", trust: "none" }).open();
  t.after(() => viewer.close());
  await viewer.video.acquire({ allowOffline: true });
  await red.message("result", { count: 6 });
  assert.deepEqual(said().slice(3), [
    { topic: "hid.keyboard.leds.caps", payload: true, previous: false },
    { topic: "gpio.state.inputs.door.state", payload: true, previous: false },
    { topic: "clients.count", payload: 1, previous: 0 },
  ]);
});

test("changes: idle when nobody has used keyboard or mouse for so long", async (t) => {
  const other = await startSimulator();
  t.after(async () => {
    await red.deploy(flow());
    await other.close();
  });
  other.state.hid.key("KeyA", true, true);
  const settings = { connection: false, properties: ["idle"], idleSeconds: "1" };
  await red.deploy(flow(device(other), node("pikvm-events", settings)));
  await red.message("result", { count: 2 });
  other.state.hid.key("KeyA", true, true);
  await red.message("result", { count: 3 });
  assert.deepEqual(said(), [
    { topic: "idle", payload: false },
    { topic: "idle", payload: true, previous: false },
    { topic: "idle", payload: false, previous: true },
  ]);
});

test("changes: a device that does not tell of idleness is one error, and the rest goes on", async () => {
  simulator.faults.add({ kind: "status", code: 404, path: "/api/hid/inactivity" });
  await deploy({ properties: ["idle", "atx.leds.power"] });
  const { error } = await red.message("error");
  const { code, message } = error as { code: string; message: string };
  assert.equal(code, "NOT_SUPPORTED");
  assert.match(message, /4\.83 or newer/);
  simulator.host.power = true;
  await red.message("result", { count: 2 });
  assert.equal(red.at("error").length, 1);
});

test("changes: a time for idle that is none is a named error", async () => {
  await deploy({ properties: ["idle"], idleSeconds: "soon" });
  const { error } = await red.message("error");
  assert.equal((error as { name: string }).name, "ConfigurationError");
});

test("changes: a path that leads nowhere is shown, and told once in the log with what there is instead", async () => {
  const properties = ["msd.drive.image.name", "atx.leds.powr", 'msd.storage.images["new.iso"].size'];
  await deploy({ properties });
  const status = () => red.statuses.at(-1)?.status;
  await until(() => status()?.text === "no atx.leds.powr");
  assert.equal(status()?.fill, "yellow");
  const warnings = () => red.logs.filter(({ level }) => level === 30).map(({ msg }) => msg);
  assert.deepEqual(warnings(), [
    "The device reports nothing at atx.leds.powr. There are: power, hdd.",
    'The device reports nothing at msd.storage.images["new.iso"].size. There are: boot.iso.',
  ]);
  assert.deepEqual(red.at("error"), []);
  simulator.dropSessions();
  await until(() => status()?.text === "connected");
  await until(() => status()?.text === "no atx.leds.powr");
  assert.equal(warnings().length, 2);
});

test("changes: what is at a path only later is shown no longer as missing", async (t) => {
  await deploy({ properties: ['msd.storage.images["new.iso"].size'] });
  const shown = (text: string) => until(() => red.statuses.at(-1)?.status.text === text);
  await shown("no msd.storage.images[…");
  const client = await new PiKVM({ address: simulator.url, password: "admin", user: "admin", trust: "none" }).open();
  t.after(() => client.close());
  await client.msd.upload("new.iso", Buffer.alloc(10));
  await shown("connected");
});

test("changes: after a lost connection only what has really changed is told", async () => {
  await deploy({ properties: ["atx.leds.power"] });
  await red.message("result");
  simulator.dropSessions();
  await until(() => simulator.sessionsOpened > 0 && simulator.sessions === 1);
  simulator.host.power = true;
  await red.message("result", { count: 2 });
  assert.deepEqual(said(), [
    { topic: "atx.leds.power", payload: false },
    { topic: "atx.leds.power", payload: true, previous: false },
  ]);
  assert.deepEqual(durations(), [undefined, undefined], "the value may have changed and changed back meanwhile");
});

test("changes: what the device reports in parts is not taken for nothing before its part has come, at each connection", async () => {
  await deploy({ properties: ["info.system.kvmd.version", "info.nonsense", "atx.leds.power"] });
  await red.message("result", { count: 2 });
  const before = simulator.sessionsOpened;
  simulator.dropSessions();
  await until(() => simulator.sessionsOpened > before && simulator.sessions === 1);
  await until(() => red.statuses.at(-1)?.status.text === "no info.nonsense");
  assert.deepEqual(said().sort((a, b) => String(a.topic).localeCompare(String(b.topic))), [
    { topic: "atx.leds.power", payload: false },
    { topic: "info.system.kvmd.version", payload: "4.197" },
  ]); // prettier-ignore
});

test("state: the full state of a kind each time it was reported, whatever the device left out", async () => {
  await deploy({ mode: "state", kinds: ["msd"] });
  const { payload } = await red.message("result");
  const first = payload as { online: boolean; busy: boolean; storage: { images: object } };
  assert.deepEqual([first.online, first.busy, "boot.iso" in first.storage.images], [true, false, true]);
  const after = async (change: () => void) => {
    const next = red.message("result", { count: red.at("result").length + 1 });
    change();
    return (await next)["payload"];
  };
  // The device sends nothing but what differs.
  const { msd } = simulator.state;
  assert.deepEqual(await after(() => (msd.busy = true)), { ...first, busy: true });
  assert.deepEqual(await after(() => (msd.busy = false)), first);
  assert.deepEqual(await after(() => (msd.online = false)), { ...first, online: false, storage: null, drive: null });
  await after(() => (msd.online = true));
  assert.ok(red.at("result").every(({ topic }) => topic === "msd"));
});

test("what a flow does to a message reaches neither other nodes nor what is known of the device", async (t) => {
  const source = (mode: string, to: string) =>
    node("pikvm-events", { id: `${mode} ${to}`, mode, kinds: ["atx"], properties: ["atx"], connection: false, wires: [[to], []] }); // prettier-ignore
  const both = ["result", "error"].flatMap((to) => ["raw", "state", "changes"].map((mode) => source(mode, to)));
  await red.deploy(flow(device(simulator), ...both));
  const bothHave = (count: number) => until(() => ["result", "error"].every((to) => red.at(to).length === count));
  await bothHave(3);
  const first = { ...(red.at("error")[0]?.["payload"] as object) };
  const parsed = t.mock.method(JSON, "parse");
  const cloned = t.mock.method(globalThis, "structuredClone");
  for (const enabled of [false, true]) {
    for (const { payload, previous } of red.at("result")) spoil([payload, previous]);
    red.forget();
    simulator.state.atx.enabled = enabled;
    await bothHave(3);
    for (const { payload, previous } of red.at("error")) {
      assert.deepEqual(payload, { ...first, enabled });
      if (previous !== undefined) assert.deepEqual(previous, { ...first, enabled: !enabled });
    }
  }
  // However many listen, a message of the device is read once, and never copied the slow way.
  const read = parsed.mock.calls.filter(({ arguments: [text] }) => /^."event_type": ?"atx/.test(text)).length;
  assert.deepEqual([read, cloned.mock.callCount()], [2, 0]);
  // Who comes late is told what is known.
  await red.deploy(flow(device(simulator), ...both, source("state", "caught")), "nodes");
  assert.deepEqual((await red.message("caught"))["payload"], { ...first, enabled: true });
});

/** Changes all that is inside of a value. */
function spoil(value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  const parts = value as Record<string, unknown>;
  for (const name of Object.keys(parts)) {
    spoil(parts[name]);
    parts[name] = "spoilt";
  }
}

test("raw: every message of the device as it is, or those of the chosen kinds", async () => {
  await deploy({ mode: "raw", kinds: [] });
  await until(() => new Set(said().map(({ topic }) => topic)).size >= 10);
  assert.deepEqual(said()[0]?.topic, "loop");
  assert.ok((said()[0]?.payload as { version: object }).version);
  await red.deploy(flow());
  red.forget();
  await deploy({ mode: "raw", kinds: ["loop", "hid"] });
  await until(() => said().some(({ topic }) => topic === "hid"));
  assert.ok(said().every(({ topic }) => topic === "loop" || topic === "hid"));
});

test("the connection is told as it comes and goes, its loss once as an error", async () => {
  await deploy({ properties: [], connection: true });
  await red.message("result");
  simulator.kill();
  const { error, topic } = await red.message("error");
  assert.equal(topic, "error");
  assert.equal((error as { name: string }).name, "WebSocketError");
  await until(() => simulator.requests.filter(({ status }) => status === 502).length >= 2);
  await simulator.restart();
  await red.message("result", { count: 3 });
  assert.deepEqual(
    said().map(({ topic, payload }) => [topic, payload]),
    [
      ["connection", "connected"],
      ["connection", "disconnected"],
      ["connection", "connected"],
    ],
  );
  assert.ok(red.at("error").length <= 2, "an outage is not a flood of errors");
});

test("an unreachable device is a status and one error, caught where nothing is wired", async () => {
  await deploy({ wires: [["result"], []] }, { address: "127.0.0.1:1" });
  const { error, _error } = await red.message("caught");
  assert.match((error as { message: string }).message, /^ConnectError: /);
  assert.equal((_error as { code: string }).code, "ECONNREFUSED");
  await until(() => red.statuses.some(({ status }) => status.text === "connection refused" && status.fill === "red"));
});

test("a refused handshake is the error of its status, and is not tried again at once", async () => {
  await deploy({}, { credentials: { password: "wrong" } });
  const { error } = await red.message("error");
  const { name, status_code } = error as { name: string; status_code: number };
  assert.deepEqual([name, status_code], ["AuthError", 403]);
  await until(() => red.statuses.some(({ status }) => status.text?.startsWith("login refused · ")));
  const attempts = simulator.requests.filter(({ path }) => path === "/api/ws").length;
  await deploy({}, { user: "", credentials: { password: "" } });
  const unauthorized = (await red.message("error", { count: 2 }))["error"] as { name: string; status_code: number };
  assert.deepEqual([unauthorized.name, unauthorized.status_code], ["AuthError", 401]);
  assert.equal(simulator.requests.filter(({ path }) => path === "/api/ws").length, attempts + 1);
});

test("without a device it says so", async () => {
  await deploy({ device: "" });
  const { error } = await red.message("error");
  const { name, code } = error as { name: string; code: string };
  assert.deepEqual([name, code], ["ConfigurationError", "NOT_CONFIGURED"]);
  await until(() => red.statuses.some(({ status }) => status.text === "no device"));
});

test("a path that is none is a named error", async () => {
  await deploy({ properties: ["atx..leds"] });
  const { error } = await red.message("error");
  const { name, message } = error as { name: string; message: string };
  assert.equal(name, "ConfigurationError");
  assert.match(message, /"atx\.\.leds" is not a path/);
});

test("closing by deploy is silent", async () => {
  await deploy({ connection: true, properties: [] });
  await red.message("result");
  await until(() => red.statuses.some(({ status }) => status.text === "connected"));
  red.forget();
  await red.deploy(flow());
  await until(() => simulator.sessions === 0);
  assert.deepEqual([red.at("result"), red.at("error"), red.at("caught")], [[], [], []]);
  assert.deepEqual(
    red.logs.filter(({ level }) => level <= 30),
    [],
  );
});
