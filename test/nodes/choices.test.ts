import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import type { Choice, Choices } from "../../src/schema/choices";
import { startSimulator, type Simulator } from "../../src/simulator";
import { device, flow } from "../harness/flows";
import { NodeRed } from "../harness/node-red";
import { until } from "../harness/until";

const red = NodeRed.duringTests();
let simulator: Simulator;
before(async () => {
  simulator = await startSimulator({ images: { "a.iso": 1, "tools/b.img": 2 }, switchUnits: 1 });
  const { gpio, msd, switch: kvmSwitch } = simulator.state;
  kvmSwitch.chain.active = 0;
  kvmSwitch.chain.settingsOf(1).name = "7";
  kvmSwitch.chain.settingsOf(2).name = "lab";
  msd.storage.add("half.iso", 10, { complete: false });
  for (const input of ["door", "lamp1", "lamp2", "reset"]) gpio.addInput(input);
  const row = (channel: string, text: string) => [
    { type: "label", text } as const,
    { type: "input", channel, color: "green" } as const,
  ];
  const table = [row("door", "Front door"), row("lamp1", "Lamp"), row("lamp2", "Lamp"), row("reset", "Reset Reset")];
  gpio.model = { ...gpio.model, view: { ...gpio.model.view, table } };
});
after(() => simulator.close());
afterEach(() => simulator.faults.clear());

const get = (id: string, kind: string): Promise<Response> => fetch(`${red.url}/pikvm/devices/${id}/choices/${kind}`);
const choices = async (id: string, kind: string): Promise<Choices> => (await (await get(id, kind)).json()) as Choices;
const valuesOf = async (kind: string) => (await choices("device", kind)).choices.map(({ value }) => value);

const LISTS: Record<string, Choice[]> = {
  languages: [{ value: "eng" }],
  // What the device's own menu leaves out comes last; of a label that says its word twice, the name is clearer.
  channels: [
    { value: "Front door", label: "Front door", also: "door", state: "off" },
    { value: "lamp1", label: "Lamp", also: "lamp1", state: "off" },
    { value: "lamp2", label: "Lamp", also: "lamp2", state: "off" },
    { value: "reset", label: "Reset", state: "off" },
    { value: "__v3_usb_breaker__", state: "on" },
  ],
  paths: [
    { value: "power" },
    { value: "atx.leds.power", reading: "false" },
    { value: "msd.drive.connected", reading: "false" },
    { value: "msd.drive.image.name", reading: "null" },
    { value: "gpio.state.inputs.door.state", also: "Front door", reading: "false" },
  ],
  images: [
    { value: "a.iso", size: 1 },
    { value: "half.iso", size: 10, complete: false },
    { value: "tools/b.img", size: 2 },
  ],
  mountable: [
    { value: "a.iso", size: 1 },
    { value: "tools/b.img", size: 2 },
  ],
  ports: [
    { value: "1", also: "Host 1", state: "shown" },
    { value: "2", label: "7", also: "2" },
    { value: "lab", label: "lab", also: "3" },
    { value: "4", also: "Host 4" },
  ],
  edids: [{ value: "Default", also: "PiKVM" }],
  keymaps: [{ value: "de" }, { value: "en-us" }],
};

for (const [kind, expected] of Object.entries(LISTS)) {
  test(`a dialog can ask a device for its ${kind}`, async () => {
    await red.deploy(flow(device(simulator)));
    const { choices: said, problem } = await choices("device", kind);
    assert.equal(problem, undefined);
    const values = expected.map(({ value }) => value);
    assert.deepEqual(
      said.filter(({ value }) => values.includes(value)),
      expected,
    );
    await until(() => simulator.connections === 0, { what: "nothing to stay open" });
  });
}

test("why there is nothing to choose is told: no such device, or one that does not work", async () => {
  await red.deploy(flow(device(simulator)));
  const nothing = await choices("nothing", "images");
  assert.deepEqual(nothing, {
    choices: [],
    code: "NOT_CONFIGURED",
    advice: "no_device",
    problem: "No device is chosen, or the chosen one is not deployed.",
  });
  await red.deploy(flow(device(simulator, { fingerprint: "" })));
  assert.equal((await choices("device", "images")).advice, "no_certificate");
  await red.deploy(flow(device(simulator, { credentials: { password: "wrong" } })));
  const refused = await choices("device", "images");
  assert.deepEqual([refused.choices, refused.advice], [[], "login_refused"]);
  assert.ok(!JSON.stringify(refused).includes('"wrong"'), "no password in an answer");
});

test("an incomplete image is no choice to mount; a drive that is off is told", async () => {
  await red.deploy(flow(device(simulator)));
  assert.deepEqual((await valuesOf("mountable")).sort(), ["a.iso", "tools/b.img"]);
  const { msd } = simulator.state;
  msd.online = false;
  for (const kind of ["mountable", "images"])
    assert.deepEqual(await choices("device", kind), {
      choices: [],
      code: "HTTP_400",
      problem: "HTTP 400: MSD is not found",
    });
  msd.online = true;
});

test("paths are listed of a device that lacks some of the states", async () => {
  await red.deploy(flow(device(simulator)));
  simulator.faults.add({ kind: "status", code: 404, path: "/api/msd", body: "404: Not Found" });
  const { choices: paths } = await choices("device", "paths");
  const readings = Object.fromEntries(paths.map(({ value, reading }) => [value, reading]));
  assert.deepEqual([readings["atx.leds.power"], readings["msd.drive.connected"]], ["false", undefined]);
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
  assert.equal(answers.filter(({ choices }) => choices.some(({ value }) => value === "a.iso")).length, 20);
  const asked = simulator.requests.slice(before).filter(({ path }) => path === "/api/msd");
  assert.ok(asked.length < 10, `${asked.length} requests`);
});
