import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { beforeEach, test, type TestContext } from "node:test";
import { scaledClock, startSimulator, type Simulator } from "../../src/simulator";
import { NodeRed } from "../harness/node-red";
import { until } from "../harness/until";
import { example, filledIn, idOf } from "./example";

const FLOW = example("install-from-iso.json");
const IMAGE = "debian.iso";
const SIZE = 3_000_000;
/** The computer's time runs faster than ours; a boot of 100 s is then 10. */
const COMPUTER = { clock: scaledClock(20), bootTime: 200_000, power: true };

const nodeRed = NodeRed.duringTests({ allNodes: true });
beforeEach(() => nodeRed.forget());

/** Where the image is. @param bytes how many of them it sends before it breaks the connection off. */
async function webServer(t: TestContext, bytes = SIZE): Promise<string> {
  const server: Server = createServer((_request, response) => {
    response.writeHead(200, { "Content-Length": SIZE });
    if (bytes === SIZE) response.end(Buffer.alloc(SIZE));
    else response.write(Buffer.alloc(bytes), () => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/${IMAGE}`; // it listens on TCP
}

/** The flow after a person has filled in the device and the URL. @param overrides by the names of nodes. */
async function deploy(t: TestContext, url: string, overrides: Record<string, object> = {}): Promise<Simulator> {
  const simulator = await startSimulator(COMPUTER);
  t.after(() => simulator.close());
  const changes: Record<string, object> = { ...overrides, install: { props: [{ p: "payload", v: url, vt: "str" }] } };
  const flow = filledIn(FLOW, simulator).map((node) => ({ ...node, ...changes[String(node["name"])] }));
  await nodeRed.deploy(flow);
  t.after(() => nodeRed.deploy([]));
  return simulator;
}

const press = (inject: string) => nodeRed.send(idOf(FLOW, "inject", inject), {});
const at = (debug: string) => nodeRed.at(idOf(FLOW, "debug", debug));
const screen = ({ host }: Simulator): string => host.screen.lines.join("\n");

test("install-from-iso.json downloads, mounts, boots from the image, installs and ejects", async (t) => {
  const simulator = await deploy(t, await webServer(t), { "the end": { interval: "0.5" } });
  press("install");
  await until(() => at("progress").some(({ progress }) => (progress as { percent: number }).percent === 100));
  await until(() => simulator.host.usbDrive?.image === IMAGE, { what: "the mounted image" });
  await until(() => screen(simulator).includes("Installing"), { what: "the installer at work" });
  assert.match(screen(simulator), /boot: auto url=http:\S+preseed\.cfg\n/);
  await nodeRed.message(idOf(FLOW, "debug", "installed"));
  assert.equal(simulator.host.usbDrive, null);
  assert.deepEqual(at("failed"), []);
  await until(() => screen(simulator).startsWith("Simulated UEFI BIOS"), { what: "the restart" });
});

test("a download that breaks off ends the flow and leaves nothing", async (t) => {
  const simulator = await deploy(t, await webServer(t, 1_000_000));
  press("install");
  const { failure } = await nodeRed.message(idOf(FLOW, "debug", "failed"));
  const { source, message } = failure as { source: { name: string }; message: string };
  assert.equal(source.name, "download");
  assert.match(message, /received \d+ of 3000000 bytes/);
  assert.equal(simulator.state.msd.storage.files.size, 0);
  assert.equal(simulator.host.presses.length, 0);
});

test("a boot menu that never comes: no key is pressed any more, and the drive is ejected", async (t) => {
  const simulator = await deploy(t, await webServer(t), { "the boot menu": { text: "something else", timeout: "3" } });
  press("install");
  await until(() => simulator.host.usbDrive !== null, { what: "the mounted image" });
  const { failure } = await nodeRed.message(idOf(FLOW, "debug", "failed"));
  assert.equal((failure as { name: string }).name, "WaitTimeoutError");
  assert.equal(simulator.host.usbDrive, null);
  const pressed = simulator.host.keyEvents.filter(({ key, state }) => key === "F12" && state).length;
  assert.ok(pressed > 1, `the boot menu's key was pressed ${pressed} times`);
  const asked = await fetch(`${nodeRed.url}/context/flow/${idOf(FLOW, "tab", "PiKVM: install from an ISO")}/pressing`);
  assert.equal(((await asked.json()) as { msg: string }).msg, "false");
});

test("an image that somebody else has mounted is not ejected", async (t) => {
  const { msd } = (await deploy(t, await webServer(t))).state;
  msd.storage.add("other.iso", 1000);
  Object.assign(msd.drive, { image: "other.iso", connected: true });
  press("install");
  const { failure } = await nodeRed.message(idOf(FLOW, "debug", "failed"));
  assert.equal((failure as { error: string }).error, "MsdConnectedError");
  assert.equal(msd.drive.connected, true);
});

test("a key that could not be pressed once is pressed again", async (t) => {
  const simulator = await deploy(t, await webServer(t));
  simulator.faults.add({ kind: "status", code: 502, path: /send_key/, times: 1 });
  press("install");
  await until(() => simulator.host.keyEvents.some(({ key }) => key === "F12"), { what: "F12" });
});

test("stop ends it at any time, and cleans up", async (t) => {
  const simulator = await deploy(t, await webServer(t));
  press("install");
  await until(() => simulator.host.keyEvents.some(({ key }) => key === "F12"), { what: "F12" });
  press("stop");
  const { failure } = await nodeRed.message(idOf(FLOW, "debug", "failed"));
  assert.equal((failure as { name: string }).name, "CancelledError");
  await until(() => simulator.host.usbDrive === null, { what: "the ejected drive" });
});
