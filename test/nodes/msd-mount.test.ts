import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { scaledClock, startSimulator, type Simulator } from "../../src/simulator";
import { device, fields, flow, node, type Inputs } from "../harness/flows";
import { NodeRed } from "../harness/node-red";
import { until } from "../harness/until";

const red = NodeRed.duringTests();
let simulator: Simulator;
beforeEach(async () => {
  simulator = await startSimulator({
    clock: scaledClock(10),
    images: { "boot.iso": 2_000_000, "sub/stick.img": 1_000_000 },
  });
});
afterEach(async () => {
  await red.deploy(flow());
  await simulator.close();
  red.forget();
});

async function perform(inputs: Inputs, msg: object = {}): Promise<Record<string, unknown>> {
  await red.deploy(flow(device(simulator), node("pikvm-msd-mount", fields(inputs))));
  red.forget();
  red.send("node", msg);
  return red.outcome();
}

interface Payload {
  action: string;
  changed: boolean;
  image: string | null;
  state: { drive: { connected: boolean; cdrom: boolean; rw: boolean; image: { name: string } } };
}

interface Problem {
  name: string;
  message: string;
}

test("an image is mounted as CD-ROM, and the computer sees it", async () => {
  const { payload } = await perform({}, { payload: "boot.iso" });
  const { action, changed, state } = payload as Payload;
  assert.deepEqual([action, changed, state.drive.connected, state.drive.cdrom], ["mount", true, true, true]);
  assert.deepEqual(simulator.host.usbDrive, { image: "boot.iso", size: 2_000_000, cdrom: true, writable: false });
});

test("an image is mounted as a writable flash drive", async () => {
  const inputs: Inputs = { drive: ["choice", "flash"], writable: ["bool", "true"] };
  const { payload } = await perform(inputs, { payload: "/sub//stick.img" });
  assert.equal((payload as Payload).state.drive.image.name, "sub/stick.img");
  assert.deepEqual(simulator.host.usbDrive, { image: "sub/stick.img", size: 1_000_000, cdrom: false, writable: true });
});

test("mounting what is mounted already changes nothing and is a success", async () => {
  await perform({}, { payload: "boot.iso" });
  const posts = () => simulator.requests.filter(({ method }) => method === "POST").length;
  const before = posts();
  const { payload } = await perform({}, { payload: "boot.iso" });
  assert.equal((payload as Payload).changed, false);
  assert.equal(posts(), before);
});

test("another mounted image is not pulled without being told", async () => {
  await perform({}, { payload: "boot.iso" });
  const { error } = await perform({ drive: ["choice", "flash"] }, { payload: "sub/stick.img" });
  const { name, error: deviceError } = error as { name: string; error: string };
  assert.deepEqual([name, deviceError], ["APIError", "MsdConnectedError"]);
  assert.equal(simulator.host.usbDrive?.image, "boot.iso");
});

test("swap ejects what is mounted, and mounts in one go", async () => {
  await perform({}, { payload: "boot.iso" });
  const swap: Inputs = { action: ["choice", "swap"], drive: ["choice", "flash"] };
  const { payload } = await perform(swap, { payload: { image: "sub/stick.img" } });
  const { action, changed, image } = payload as Payload;
  assert.deepEqual([action, changed, image], ["swap", true, "sub/stick.img"]);
  assert.equal(simulator.host.usbDrive?.image, "sub/stick.img");
  assert.equal(((await perform(swap, { payload: "sub/stick.img" }))["payload"] as Payload).changed, false);
});

test("a URL is refused by a device that does not mount from the network, with what to do", async () => {
  const { error } = await perform({}, { payload: "https://server/a.iso" });
  const { name, error: deviceError, message } = error as Record<"name" | "error" | "message", string>;
  assert.deepEqual([name, deviceError], ["APIError", "MsdRemoteDisabledError"]);
  assert.match(message, /store the image on it first/);
});

test("eject pulls the drive; twice is a success", async () => {
  await perform({}, { payload: "boot.iso" });
  const first = await perform({ action: ["choice", "eject"] });
  const second = await perform({ action: ["choice", "eject"] });
  assert.deepEqual(
    [first["payload"], second["payload"]].map((payload) => (payload as Payload).changed),
    [true, false],
  );
  assert.equal(simulator.host.usbDrive, null);
});

test("state answers with the device's own state", async () => {
  const { payload } = await perform({ action: ["msg", "payload"] }, { payload: "State" });
  const state = (payload as Payload & { state: { storage: { images: object } } }).state;
  assert.deepEqual(Object.keys(state.storage.images).sort(), ["boot.iso", "sub/stick.img"]);
});

test("a drive that is not connected, or not pulled, in time is an error; waiting for it can be cancelled", async () => {
  const ignores = () =>
    simulator.faults.add({
      kind: "status",
      code: 200,
      path: "/api/msd/set_connected",
      body: '{"ok": true, "result": {}}',
    });
  const problemOf = async (inputs: Inputs) => (await perform(inputs, { payload: "boot.iso" }))["error"] as Problem;
  const short: Inputs = { timeout: ["num", "0.3"] };
  const fault = ignores();
  const late = await problemOf(short);
  assert.equal(late.name, "WaitTimeoutError");
  assert.match(late.message, /"boot\.iso" was not connected 0\.3 s after/);
  await red.deploy(flow(device(simulator), node("pikvm-msd-mount")));
  red.forget();
  red.send("node", { payload: "boot.iso" });
  await until(() => fault.hits === 2);
  red.send("node", { reset: true });
  assert.equal(((await red.message("error"))["error"] as Problem).name, "CancelledError");
  fault.remove();
  await perform({}, { payload: "boot.iso" });
  ignores();
  const stuck = await problemOf({ action: ["choice", "eject"], ...short });
  assert.equal(stuck.name, "WaitTimeoutError");
  assert.match(stuck.message, /still connected/);
});

test("while a transfer runs it tries again for as long as the dialog says", async () => {
  const busy = '{"ok": false, "result": {"error": "MsdIsBusyError", "error_msg": "busy"}}';
  simulator.faults.add({ kind: "status", method: "POST", code: 409, body: busy, times: 2 });
  const { payload } = await perform({ busyRetry: ["num", "10"] }, { payload: "boot.iso" });
  assert.equal((payload as Payload).changed, true);
});

test("what cannot work is refused before anything is sent", async () => {
  const cases: [Inputs, unknown, RegExp][] = [
    [{ writable: ["bool", "true"] }, "boot.iso", /CD-ROM cannot be writable/],
    [{ drive: ["choice", "flash"], writable: ["bool", "true"] }, "boot.iso", /cannot be mounted writable/],
    [{}, "", /Image/],
    [{}, { name: "boot.iso" }, /Image/],
    [{ drive: ["str", "floppy"] }, "boot.iso", /"floppy".*cdrom, flash/],
    [{ writable: ["str", "maybe"] }, "boot.iso", /"maybe".*true or false/],
  ];
  for (const [inputs, payload, says] of cases) {
    const { error } = await perform(inputs, { payload });
    const { name, message } = error as { name: string; message: string };
    assert.equal(name, "ConfigurationError");
    assert.match(message, says);
  }
  assert.deepEqual(
    simulator.requests.filter(({ method }) => method === "POST"),
    [],
  );
});

test("an offline or switched-off drive is the device's own error", async () => {
  simulator.state.msd.online = false;
  const offline = (await perform({}, { payload: "boot.iso" }))["error"] as { error: string };
  simulator.state.msd.online = true;
  simulator.state.msd.enabled = false;
  const disabled = (await perform({ action: ["choice", "eject"] }))["error"] as { error: string };
  assert.deepEqual([offline.error, disabled.error], ["MsdOfflineError", "MsdDisabledError"]);
});
