import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { beforeEach, test, type TestContext } from "node:test";
import { scaledClock, startSimulator, type Simulator } from "../../src/simulator";
import { NodeRed, type FlowConfig } from "../harness/node-red";
import { everythingSaid } from "../harness/said";
import { until } from "../harness/until";
import { example, filledIn, idOf } from "./example";

const PASSPHRASE = "Qu7iet Ib8ex 42 & Co.";
const FLOW = example("unlock-a-disk.json");

const nodeRed = NodeRed.duringTests({ allNodes: true, storesFlows: true });
beforeEach(() => nodeRed.forget());

/** A computer that is off, with an encrypted disk, and Caps Lock on. */
async function computer(t: TestContext): Promise<Simulator> {
  const simulator = await startSimulator({ clock: scaledClock(20), diskPassphrase: PASSPHRASE });
  t.after(() => simulator.close());
  for (const state of [true, false]) simulator.host.keyboard.change("CapsLock", state);
  simulator.host.forget();
  return simulator;
}

/** The flow after a person has filled in the device and the passphrase. */
async function deploy(simulator: Simulator, passphrase: string, overrides: object = {}): Promise<FlowConfig> {
  const keys = idOf(FLOW, "pikvm-hid-keys", "the passphrase");
  const last = idOf(FLOW, "pikvm-wait-until", "it was right");
  const flow = filledIn(FLOW, simulator).map((node) => {
    if (node.id === last) return { ...node, ...overrides };
    return node.id === keys ? { ...node, credentials: { secret: passphrase } } : node;
  });
  await nodeRed.deploy(flow);
  return flow;
}

const start = () => nodeRed.send(idOf(FLOW, "inject", "unlock"), {});
const screen = ({ host }: Simulator): string => host.screen.lines.join("\n");

/** In any case, as Caps Lock would have typed it, and in pieces. */
function assertNowhere(secret: string, said: string): void {
  for (const part of [secret, encodeURIComponent(secret), ...secret.split(" ").slice(0, 2)])
    assert.ok(!said.toLowerCase().includes(part.toLowerCase()), `"${part}" was said`);
}

test("unlock-a-disk.json starts the computer and unlocks its disk, though Caps Lock was on", async (t) => {
  const simulator = await computer(t);
  const flow = await deploy(simulator, PASSPHRASE, { holdFor: "1" });
  start();
  const { payload } = await nodeRed.message(idOf(FLOW, "debug", "done"));
  assert.equal((payload as { event: string }).event, "disappears");
  assert.match(screen(simulator), /debian login: $/);
  assert.equal(simulator.host.typed, `${PASSPHRASE}\n`, "it was typed once, as it is");
  assert.equal(simulator.host.keyboard.leds.caps, false);
  assert.deepEqual(nodeRed.at(idOf(FLOW, "debug", "error")), []);

  const said = await everythingSaid(nodeRed, flow);
  assert.ok(said.includes("disappears"), "messages are looked at");
  assertNowhere(PASSPHRASE, said);
  const files = await readdir(nodeRed.userDir);
  const holders = [];
  for (const file of files.filter((name) => name.endsWith(".json")))
    if ((await readFile(path.join(nodeRed.userDir, file), "utf8")).includes(PASSPHRASE)) holders.push(file);
  assert.ok(holders.length > 0);
  for (const file of holders) assert.match(file, /_cred\.json(\.backup)?$/);
});

test("a wrong passphrase is a WaitTimeoutError on the error output, and as secret", async (t) => {
  const wrong = "Lo9ud Ib8ex 43";
  const simulator = await computer(t);
  const flow = await deploy(simulator, wrong, { timeout: "2", interval: "0.1" });
  start();
  const { error } = await nodeRed.message(idOf(FLOW, "debug", "error"));
  const { name, source, message } = error as { name: string; source: { name: string }; message: string };
  assert.equal(name, "WaitTimeoutError");
  assert.equal(source.name, "it was right");
  assert.match(message, /No key available with this passphrase/, "it says what is on the screen");
  assert.match(screen(simulator), /Please unlock disk cryptroot: $/);
  assert.deepEqual(nodeRed.at(idOf(FLOW, "debug", "done")), []);
  assertNowhere(wrong, await everythingSaid(nodeRed, flow));
});

test("a question that is only taken away while the passphrase is checked has not been answered", async (t) => {
  const simulator = await computer(t);
  await deploy(simulator, "Lo9ud Ib8ex 43", { interval: "0.1" });
  start();
  await nodeRed.message(idOf(FLOW, "pikvm-wait-until", "it was right"));
  const { source } = simulator.state.streamer;
  const looks = () => simulator.requests.filter(({ query }) => "ocr" in query).length;
  for (const signal of [false, true]) {
    source.signal = signal;
    const before = looks();
    await until(() => looks() >= before + 8, { what: "looks at the screen" });
  }
  nodeRed.send(idOf(FLOW, "inject", "stop"), { reset: true });
  const { error } = await nodeRed.message(idOf(FLOW, "debug", "error"));
  assert.equal((error as { name: string }).name, "CancelledError");
  assert.deepEqual(nodeRed.at(idOf(FLOW, "debug", "done")), []);
});

test("nothing is typed before the computer asks", async (t) => {
  const simulator = await startSimulator({ clock: scaledClock(20) });
  t.after(() => simulator.close());
  await deploy(simulator, PASSPHRASE);
  start();
  await until(() => screen(simulator).endsWith("debian login: "), { what: "a computer that never asks" });
  await until(() => simulator.requests.some(({ query }) => "ocr" in query), { what: "a look at the screen" });
  nodeRed.send(idOf(FLOW, "inject", "stop"), { reset: true });
  const { error } = await nodeRed.message(idOf(FLOW, "debug", "error"));
  assert.equal((error as { name: string }).name, "CancelledError");
  assert.equal(simulator.host.typed, "");
});
