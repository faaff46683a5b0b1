import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { startSimulator, type Simulator } from "../../src/simulator";
import { device, flow } from "../harness/flows";
import { NodeRed } from "../harness/node-red";
import { until } from "../harness/until";

const red = NodeRed.duringTests();
let simulator: Simulator;
before(async () => {
  simulator = await startSimulator({ images: { "a.iso": 1, "tools/b.img": 2 }, switchUnits: 1 });
  simulator.state.switch.chain.settingsOf(2).name = "lab";
});
after(() => simulator.close());
afterEach(() => simulator.faults.clear());

interface Choices {
  names: string[];
  problem?: string;
}

const get = (id: string, kind: string): Promise<Response> => fetch(`${red.url}/pikvm/devices/${id}/choices/${kind}`);
const choices = async (id: string, kind: string): Promise<Choices> => (await (await get(id, kind)).json()) as Choices;

const LISTS = {
  languages: ["eng"],
  channels: ["__v3_usb_breaker__"],
  paths: ["gpio.state.outputs.__v3_usb_breaker__.state"],
  images: ["a.iso", "tools/b.img"],
  mountable: ["a.iso", "tools/b.img"],
  ports: ["1", "Host 1", "3", "lab"],
  edids: ["Default"],
  keymaps: ["de", "en-us"],
};

for (const [kind, expected] of Object.entries(LISTS)) {
  test(`a dialog can ask a device for its ${kind}`, async () => {
    await red.deploy(flow(device(simulator)));
    const { names } = await choices("device", kind);
    for (const name of expected) assert.ok(names.includes(name), `${name} is among ${names.join(", ")}`);
    await until(() => simulator.connections === 0, { what: "nothing to stay open" });
  });
}

test("why there is nothing to choose is told: no such device, or one that does not work", async () => {
  await red.deploy(flow(device(simulator, { credentials: { password: "wrong" } })));
  assert.match((await choices("nothing", "images")).problem ?? "", /No device is chosen/);
  const { names, problem = "" } = await choices("device", "images");
  assert.deepEqual(names, []);
  assert.match(problem, /refused/);
});

test("an incomplete image is no choice to mount, but one to remove; a drive that is off is told", async () => {
  const { msd } = simulator.state;
  msd.storage.add("half.iso", 10, { complete: false });
  await red.deploy(flow(device(simulator)));
  assert.deepEqual((await choices("device", "mountable")).names.sort(), ["a.iso", "tools/b.img"]);
  assert.deepEqual((await choices("device", "images")).names.sort(), ["a.iso", "half.iso", "tools/b.img"]);
  msd.online = false;
  for (const kind of ["mountable", "images"])
    assert.deepEqual(await choices("device", kind), { names: [], problem: "HTTP 400: MSD is not found" });
  msd.online = true;
});

test("there are no other lists", async () => {
  await red.deploy(flow(device(simulator)));
  for (const kind of ["passwords", "constructor"]) assert.equal((await get("device", kind)).status, 404);
});

test("a device that does not answer is not waited for longer than a person would wait", async () => {
  await red.deploy(flow(device(simulator, { timeout: "600" })));
  simulator.faults.add({ kind: "hang" });
  assert.equal((await choices("device", "images")).problem, "The device did not answer within 10 s.");
});

test("dialogs that ask the same at once share one question", async () => {
  await red.deploy(flow(device(simulator)));
  const before = simulator.requests.length;
  const answers = await Promise.all(Array.from({ length: 20 }, () => choices("device", "images")));
  assert.equal(answers.filter(({ names }) => names.includes("a.iso")).length, 20);
  const asked = simulator.requests.slice(before).filter(({ path }) => path === "/api/msd");
  assert.ok(asked.length < 5, `${asked.length} requests`);
});
