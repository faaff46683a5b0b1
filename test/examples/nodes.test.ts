import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { startSimulator, type Simulator } from "../../src/simulator";
import { NodeRed, type FlowConfig } from "../harness/node-red";
import { until } from "../harness/until";
import { example, filledIn, idOf } from "./example";

const IMAGE = "debian-13-netinst.iso";

const nodeRed = NodeRed.duringTests({ allNodes: true });
let simulator: Simulator;

before(async () => {
  simulator = await startSimulator({ ledDelay: 50, images: { [IMAGE]: 1000 }, switchUnits: 1 });
});

after(() => simulator.close());

beforeEach(() => {
  simulator.host.power = false;
  simulator.host.forget();
  nodeRed.forget();
});

async function deploy(file: string): Promise<FlowConfig> {
  const flow = filledIn(example(file), simulator);
  await nodeRed.deploy(flow);
  return flow;
}

const press = (flow: FlowConfig, inject: string): void => nodeRed.send(idOf(flow, "inject", inject), {});

test("atx-power.json switches the host on", async () => {
  const flow = await deploy("atx-power.json");
  press(flow, "on");
  await until(() => simulator.host.power, { what: "the host's power" });
});

test("hid-keys.json types a command", async () => {
  const flow = await deploy("hid-keys.json");
  press(flow, "a command");
  await until(() => nodeRed.at(idOf(flow, "debug", "progress")).find(({ payload }) => payload));
  assert.equal(simulator.host.typed, "uname -a\n");
  press(flow, "shortcut");
  await nodeRed.message(idOf(flow, "debug", "pressed"));
  assert.ok(simulator.host.keyEvents.some(({ key }) => key === "Delete"));
});

test("hid-keys.json types a long text and stops when told", async () => {
  const flow = await deploy("hid-keys.json");
  const results = idOf(flow, "debug", "progress");
  press(flow, "long text");
  const { progress } = await nodeRed.message(results);
  assert.ok(progress);
  press(flow, "stop");
  const error = await until(() => nodeRed.received.find(({ msg }) => msg["error"])?.msg["error"]);
  assert.equal((error as { name: string }).name, "CancelledError");
});

test("hid-macro.json plays its macro", async () => {
  const flow = await deploy("hid-macro.json");
  press(flow, "play");
  await until(() => nodeRed.at(idOf(flow, "debug", "progress")).find(({ progress }) => !progress));
  // What an earlier example has handed over may still have been typed.
  assert.ok(simulator.host.typed.endsWith("date\n"), simulator.host.typed);
});

test("msd-mount.json mounts and ejects", async () => {
  const flow = await deploy("msd-mount.json");
  press(flow, "mount");
  await until(() => simulator.host.usbDrive?.image === IMAGE, { what: "the mounted image" });
  await nodeRed.message(idOf(flow, "debug", "drive"));
  press(flow, "eject");
  await until(() => simulator.host.usbDrive === null, { what: "the ejected drive" });
});

test("kvm-switch.json shows the next port and one by its name, and cycles the computer behind it", async () => {
  const { chain, ports } = simulator.state.switch;
  chain.settingsOf(3).name = "Web server";
  const flow = await deploy("kvm-switch.json");
  press(flow, "next");
  press(flow, "by name");
  await nodeRed.message(idOf(flow, "debug", "port shown"), { count: 2 });
  assert.equal(chain.active, 3);
  press(flow, "cycle");
  await nodeRed.message(idOf(flow, "debug", "LEDs"));
  assert.equal(ports[3]?.host.power, true);
});

test("msd-image.json uploads a file and mounts it, lists, and removes it again", async (t) => {
  const flow = await deploy("msd-image.json");
  const folder = await mkdtemp(path.join(tmpdir(), "pikvm-"));
  t.after(() => rm(folder, { recursive: true }));
  const payload = path.join(folder, "fresh.iso");
  await writeFile(payload, Buffer.alloc(1000));
  nodeRed.send(idOf(flow, "pikvm-msd-image", "store it"), { payload });
  await nodeRed.message(idOf(flow, "debug", "mounted"));
  assert.equal(simulator.host.usbDrive?.image, "fresh.iso");
  nodeRed.send(idOf(flow, "pikvm-msd-image", "remove"), { payload: "fresh.iso" });
  await nodeRed.message(idOf(flow, "debug", "removed"));
  press(flow, "list");
  const { payload: list } = await nodeRed.message(idOf(flow, "debug", "images"));
  assert.deepEqual(
    (list as { images: { name: string }[] }).images.map(({ name }) => name),
    [IMAGE],
  );
});

test("events.json tells that the host has power", async () => {
  const flow = await deploy("events.json");
  const power = idOf(flow, "debug", "the host has power");
  assert.equal((await nodeRed.message(power))["payload"], false);
  simulator.host.power = true;
  assert.equal((await nodeRed.message(power, { count: 2 }))["payload"], true);
});

test("events.json tells that the host sleeps", async () => {
  simulator.host.power = true;
  const flow = await deploy("events.json");
  const power = idOf(flow, "debug", "on, off or sleep");
  assert.equal((await nodeRed.message(power))["payload"], "on");
  simulator.host.asleep = true;
  const { payload, previous } = await nodeRed.message(power, { count: 2 });
  assert.deepEqual([payload, previous], ["sleep", "on"]);
  assert.equal((await nodeRed.message(idOf(flow, "debug", "nobody there")))["payload"], false);
});

test("screen-watch.json sends what changes; watch-the-screen.json finds the login prompt too", async () => {
  simulator.host.power = true;
  const one = await deploy("screen-watch.json");
  await nodeRed.message(idOf(one, "debug", "changed"));
  const flow = await deploy("watch-the-screen.json");
  const { payload } = await nodeRed.message(idOf(flow, "debug", "changed"));
  assert.match(String(payload), /^data:image\/jpeg;base64,/);
  const { topic } = await nodeRed.message(idOf(flow, "debug", "the text"));
  assert.equal(topic, "text_shown");
});

test("gpio.json lists the channels, switches and rings, and tells that an input has changed", async () => {
  simulator.state.gpio.addOutput("relay1", { pulse: { delay: 0.1, min: 0.1, max: 1 } });
  simulator.state.gpio.addInput("input1");
  const flow = await deploy("gpio.json");
  press(flow, "list");
  const { payload } = await nodeRed.message(idOf(flow, "debug", "channels"));
  const { channels } = payload as { channels: { channel: string }[] };
  assert.ok(["relay1", "input1"].every((name) => channels.some(({ channel }) => channel === name)));
  const states = idOf(flow, "debug", "state");
  for (const [index, inject] of ["on", "off", "ring"].entries()) {
    press(flow, inject);
    const { payload } = await nodeRed.message(states, { count: index + 1 });
    assert.equal((payload as { state: { state: boolean } }).state.state, inject === "on");
  }
  const changed = idOf(flow, "debug", "input changed");
  assert.equal((await nodeRed.message(changed))["payload"], false);
  simulator.state.gpio.setInput("input1", true);
  assert.equal((await nodeRed.message(changed, { count: 2 }))["payload"], true);
});

test("hid-mouse.json clicks, drags and scrolls", async () => {
  simulator.host.power = true;
  const flow = await deploy("hid-mouse.json");
  for (const [index, inject] of ["click", "drag", "scroll"].entries()) {
    press(flow, inject);
    await nodeRed.message(idOf(flow, "debug", "done"), { count: index + 1 });
  }
  const last = () => simulator.host.mouse.events.at(-1);
  await until(() => last()?.kind === "wheel");
  assert.equal(simulator.host.mouse.events.filter((event) => event.kind === "button" && event.state).length, 2);
});

test("screen.json takes a picture and reads the text", async () => {
  simulator.host.power = true;
  const flow = await deploy("screen.json");
  press(flow, "take a picture");
  await nodeRed.message(idOf(flow, "debug", "the picture"));
  press(flow, "read the text");
  const { payload } = await nodeRed.message(idOf(flow, "debug", "text"));
  assert.equal(typeof (payload as { text: unknown }).text, "string");
});

test("request.json asks for health, log and keymaps", async () => {
  const flow = await deploy("request.json");
  press(flow, "health");
  const { payload } = await nodeRed.message(idOf(flow, "debug", "healthy?"));
  assert.equal((payload as { status_code: number }).status_code, 200);
  press(flow, "log");
  press(flow, "keymaps");
  await nodeRed.message(idOf(flow, "debug", "log"));
  await nodeRed.message(idOf(flow, "debug", "keymaps"));
});

test("wait-until.json tells that the host has booted and has power, and stops waiting", async () => {
  const flow = await deploy("wait-until.json");
  press(flow, "wait for LED");
  press(flow, "power on");
  await nodeRed.message(idOf(flow, "debug", "login is shown"));
  await nodeRed.message(idOf(flow, "debug", "has power"));
  simulator.host.power = false;
  press(flow, "wait for LED");
  const working = () => nodeRed.statuses.at(-1)?.status.text === "working";
  await until(working);
  press(flow, "stop waiting");
  const { error } = await nodeRed.message(idOf(flow, "debug", "error"));
  assert.equal((error as { name: string }).name, "CancelledError");
});
