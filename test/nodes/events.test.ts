import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { scaledClock, startSimulator, type Simulator } from "../../src/simulator";
import { device, flow, node } from "../harness/flows";
import { NodeRed } from "../harness/node-red";
import { until } from "../harness/until";

let simulator: Simulator;
let red: NodeRed;
before(async () => {
  simulator = await startSimulator({ clock: scaledClock(10), images: { "boot.iso": 1000 } });
  red = await NodeRed.start();
});
after(async () => {
  await red.stop();
  await simulator.close();
});
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
});

test("state: the full state of a kind each time it was reported, whatever the device left out", async () => {
  await deploy({ mode: "state", kinds: ["msd"] });
  const { payload } = await red.message("result");
  red.node("result");
  const count = red.at("result").length;
  simulator.state.msd.online = false;
  const later = await red.message("result", { count: count + 1 });
  assert.deepEqual(Object.keys(later["payload"] as object).sort(), Object.keys(payload as object).sort());
  assert.ok(red.at("result").every(({ topic }) => topic === "msd"));
});

test("state: what a flow does to a message does not reach other nodes", async () => {
  const one = node("pikvm-events", { id: "one", mode: "state", kinds: ["atx"], connection: false });
  const two = node("pikvm-events", {
    id: "two",
    mode: "state",
    kinds: ["atx"],
    connection: false,
    wires: [["error"], []],
  });
  await red.deploy(flow(device(simulator), one, two));
  const mine = (await red.message("result"))["payload"] as { leds: { power: unknown } };
  const theirs = (await red.message("error"))["payload"] as { leds: { power: unknown } };
  mine.leds.power = "spoilt";
  assert.equal(theirs.leds.power, false);
});

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
  await until(() => simulator.requests.filter(({ status }) => status === 502).length >= 2, { timeout: 20_000 });
  await simulator.restart();
  await red.message("result", { count: 3, timeout: 30_000 });
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
  await until(() => red.statuses.some(({ status }) => status.text === "unreachable" && status.fill === "red"));
});

test("a refused handshake is the error of its status, and is not tried again", async () => {
  await deploy({}, { credentials: { password: "wrong" } });
  const { error } = await red.message("error");
  const { name, status_code } = error as { name: string; status_code: number };
  assert.deepEqual([name, status_code], ["AuthError", 403]);
  await until(() => red.statuses.some(({ status }) => status.text === "login refused"));
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
