import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { scaledClock, startSimulator, type Simulator } from "../../src/simulator";
import { device, flow, node } from "../harness/flows";
import { NodeRed } from "../harness/node-red";
import { until } from "../harness/until";

const red = NodeRed.duringTests();
let simulator: Simulator;
before(async () => {
  simulator = await startSimulator({ clock: scaledClock(10), power: true });
  simulator.state.streamer.source.resolution = { width: 640, height: 480 };
});
after(() => simulator.close());
beforeEach(async () => {
  await red.deploy(flow());
  await until(() => simulator.connections === 0);
  simulator.faults.clear();
  simulator.host.screen.startRunning();
  simulator.state.streamer.source.signal = undefined;
  red.forget();
});

const USUAL = {
  mode: "frames",
  rate: "20",
  threshold: "1",
  freezeTime: "0.3",
  text: "login:",
  textMode: "plain",
  mistakes: "2",
  region: "",
  langs: "",
  interval: "0.05",
  format: "buffer",
  file: "",
};

async function deploy(config: object): Promise<void> {
  await red.deploy(flow(device(simulator), node("pikvm-screen-watch", { ...USUAL, ...config })));
}

const topics = () => red.at("result").map(({ topic }) => topic);
const isConnected = () => red.statuses.some(({ status }) => status.text === "connected");
const screenOf = (msg: Record<string, unknown> | undefined) => msg?.["screen"] as Record<string, unknown>;

test("frames: the picture, and what is known of it", async () => {
  await deploy({ mode: "frames" });
  const { topic, payload, screen, pikvm } = await red.message("result");
  assert.deepEqual([topic, pikvm], ["frame", "bench"]);
  assert.ok(Buffer.isBuffer(payload));
  const { timestamp, ...facts } = screen as Record<string, unknown>;
  assert.deepEqual(facts, { online: true, width: 640, height: 480 });
  assert.equal(typeof timestamp, "number");
  await red.message("result", { count: 3 });
  assert.ok(isConnected());
});

test("changes: the first picture, then those that differ, as a data URL", async () => {
  await deploy({ mode: "changes", format: "data_url" });
  const { payload } = await red.message("result");
  assert.match(String(payload), /^data:image\/jpeg;base64,\/9j/);
  simulator.host.screen.start();
  const { topic, screen } = await red.message("result", { count: 2 });
  assert.equal(topic, "changed");
  assert.ok((screen as { change: number }).change > 1);
});

test("freeze: frozen and moving", async () => {
  await deploy({ mode: "freeze", threshold: "0" });
  await red.message("result");
  simulator.host.screen.key("x", "x", new Set());
  await red.message("result", { count: 2 });
  assert.deepEqual(topics().slice(0, 2), ["frozen", "moving"]);
  assert.ok(Number(screenOf(red.at("result")[0])["seconds"]) >= 0.3);
});

test("signal: lost and back", async () => {
  await deploy({ mode: "signal" });
  await until(isConnected);
  simulator.state.streamer.source.signal = false;
  assert.equal(screenOf(await red.message("result"))["online"], false);
  simulator.state.streamer.source.signal = true;
  await red.message("result", { count: 2 });
  assert.deepEqual(topics(), ["signal_lost", "signal_back"]);
});

test("text: shown and gone, with mistakes, in a region", async () => {
  await deploy({ mode: "text", text: "debian lagin:", textMode: "tolerant", mistakes: "1", region: "0,0,640,240" });
  const { topic, screen } = await red.message("result");
  assert.equal(topic, "text_shown");
  const { found, text } = screen as { found: string; text: string };
  assert.equal(found, "debian login:");
  assert.match(text, /login:/);
  simulator.host.screen.start();
  await red.message("result", { count: 2 });
  assert.deepEqual([topics()[1], screenOf(red.at("result")[1])["found"]], ["text_gone", null]);
});

test("text: found by a regular expression", async () => {
  await deploy({ mode: "text", text: "debian log[a-z]+:", textMode: "regex" });
  assert.equal(screenOf(await red.message("result"))["found"], "debian login:");
});

test("as a file, which is replaced each time; one that cannot be written is told once", async () => {
  const file = path.join(red.userDir, "screen.jpg");
  await deploy({ format: "file", file });
  assert.equal((await red.message("result", { count: 2 }))["payload"], file);
  assert.equal((await readFile(file)).toString("hex", 0, 2), "ffd8");
  await red.deploy(flow());
  red.forget();
  const asked = simulator.requests.length;
  await deploy({ format: "file", file: path.join(red.userDir, "nowhere", "screen.jpg"), rate: "1" });
  const { error } = await red.message("error");
  assert.equal((error as { code: string }).code, "FILE");
  const looks = () => simulator.requests.slice(asked).filter((request) => request.path === "/api/streamer/snapshot");
  await until(() => looks().length >= 3);
  assert.deepEqual([red.at("error").length, red.at("result")], [1, []]);
});

test("what a flow does to a picture does not reach another node", async () => {
  const one = node("pikvm-screen-watch", { ...USUAL, id: "one" });
  const two = node("pikvm-screen-watch", { ...USUAL, id: "two", wires: [["error"], []] });
  await red.deploy(flow(device(simulator), one, two));
  const mine = (await red.message("result"))["payload"] as Buffer;
  mine.fill(0);
  await red.message("error", { count: 3 });
  assert.ok(red.at("error").every(({ payload }) => (payload as Buffer)[0] === 0xff));
  assert.equal(simulator.sessions, 1);
});

test("an outage is one error and a status; then it goes on", async () => {
  await deploy({ mode: "frames" });
  await red.message("result");
  await simulator.unplug();
  const { error, topic } = await red.message("error");
  assert.equal(topic, "error");
  assert.ok(["ConnectError", "WebSocketError"].includes((error as { name: string }).name));
  const before = red.at("result").length;
  await simulator.plugIn();
  await red.message("result", { count: before + 1 });
  assert.equal(red.at("error").length, 1);
  assert.equal(red.statuses.at(-1)?.status.text, "connected");
});

test("a device that never starts its video is an error that says so", async () => {
  const { ustreamer } = simulator.state.streamer;
  ustreamer.kill();
  ustreamer.starts = false;
  await deploy({ mode: "frames" });
  const { name, code } = (await red.message("error"))["error"] as { name: string; code: string };
  assert.deepEqual([name, code], ["WaitTimeoutError", "NOT_STARTED"]);
  await red.deploy(flow());
  ustreamer.starts = true;
  ustreamer.kill();
});

test("what is wrong in its settings is said, and nothing is sent", async () => {
  const wrong: [object, RegExp][] = [
    [{ rate: "100" }, /^Frames: "100" \(from the dialog\) cannot be used/],
    [{ mode: "text", text: "(", textMode: "regex" }, /"\(" is not a regular expression/],
    [{ format: "file", file: "" }, /^File: /],
  ];
  for (const [config, message] of wrong) {
    const asked = simulator.requests.length;
    await deploy(config);
    const { error } = await red.message("error");
    const { name, message: said } = error as { name: string; message: string };
    assert.equal(name, "ConfigurationError");
    assert.match(said, message);
    assert.equal(simulator.requests.length, asked);
    red.forget();
  }
});

test("closing by deploy is silent and leaves nothing behind, also in an outage", async () => {
  await deploy({ mode: "frames" });
  await red.message("result");
  await red.deploy(flow());
  await until(() => simulator.connections === 0);
  red.forget();
  simulator.faults.add({ kind: "reset" });
  await deploy({ mode: "frames" });
  await red.message("error");
  await red.deploy(flow());
  await until(() => simulator.connections === 0);
  assert.deepEqual([red.at("error").length, red.at("caught")], [1, []]);
});
