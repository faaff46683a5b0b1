import assert from "node:assert/strict";
import { mkdtempSync, readFileSync } from "node:fs";
import { rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, afterEach, before, describe, test } from "node:test";
import { scaledClock, startSimulator, type Simulator } from "../../src/simulator";
import { device, fields, flow, node, type Inputs } from "../harness/flows";
import { CHECKOUT, NodeRed } from "../harness/node-red";
import { shaped } from "../harness/shaped";
import { until } from "../harness/until";
import { ACTIONS, SOURCES } from "./usual/usual";

// The messages that a node's help shows are really taken and sent.

type Shown = Record<string, unknown>;

/** nodes/<name>/examples.json, of which the build makes the first part of a help. */
interface Examples {
  /** Fields of the dialog that are not as in a new node. */
  with?: Inputs;
  /** Whether the host is on; it is not when absent. */
  power?: boolean;
  in?: Shown;
  out: Shown;
  /** What came, which is wrong, and what went wrong with it. */
  error: Shown;
}

const examplesOf = (name: string): Examples =>
  JSON.parse(readFileSync(path.join(CHECKOUT, "nodes", name, "examples.json"), "utf8")) as Examples; // written like that

const red = NodeRed.duringTests();
const folder = mkdtempSync(path.join(tmpdir(), "pikvm-examples-"));
let simulator: Simulator | undefined;

before(async () => {
  for (const [name, size] of [
    ["rescue.img", 1_474_560],
    ["debian.iso", 1_000_000],
  ] as const) {
    // prettier-ignore
    await writeFile(path.join(folder, name), "");
    await truncate(path.join(folder, name), size);
  }
});
afterEach(async () => {
  await red.deploy(flow());
  await simulator?.close();
  red.forget();
});
after(() => rm(folder, { recursive: true }));

/** Deploys a node as the help tells, with a device that has what the examples name. */
async function deploy(type: string, { with: inputs = {}, power = false }: Examples, settings = {}): Promise<void> {
  simulator = await startSimulator({
    clock: scaledClock(10),
    power,
    images: { "debian.iso": 1_000_000 },
    switchUnits: 1,
    relayBoard: true,
  });
  const bench = device(simulator, { name: "server", filesFrom: folder, ...settings });
  await red.deploy(flow(bench, node(type, fields(inputs)), LISTENER));
}

/** By it the states are known before a message is sent: an error tells the last one, however short its time was. */
const LISTENER = node("pikvm-events", { id: "listener", mode: "state", kinds: ["atx"], wires: [["caught"], []] });
const statesKnown = () => until(() => red.at("caught").some(({ topic }) => topic === "atx"), { what: "a state" });

/** The first message that leaves there, of a source the first about the same thing. */
async function compare(output: string, shown: Shown): Promise<void> {
  const fits = (msg: Shown) => shown["topic"] === undefined || msg["topic"] === shown["topic"];
  const other = output === "result" ? "error" : "result";
  const msg = await until(() => red.at(output).find(fits) ?? red.at(other).find(fits), { what: "a message" });
  assert.deepEqual(shaped(msg, shown), shown);
}

for (const { name, type } of ACTIONS) {
  const examples = examplesOf(name);
  const { error, ...wrong } = examples.error;

  describe(`the examples in the help of ${name}`, () => {
    test("in and out", async () => {
      await deploy(type, examples);
      red.send("node", structuredClone(examples.in ?? {}));
      await compare("result", examples.out);
    });
    test("error", async () => {
      await deploy(type, examples);
      await statesKnown();
      red.send("node", structuredClone(wrong));
      await compare("error", { ...wrong, error });
    });
  });
}

for (const { name, type } of SOURCES) {
  const examples = examplesOf(name);

  describe(`the examples in the help of ${name}`, () => {
    test("out", async () => {
      await deploy(type, examples);
      await compare("result", examples.out);
    });
    test("error", async () => {
      await deploy(type, examples, { credentials: { password: "wrong" } });
      await compare("error", examples.error);
    });
  });
}
