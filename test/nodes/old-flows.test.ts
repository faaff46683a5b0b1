import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { after, afterEach, before, test } from "node:test";
import { fieldsOf } from "../../src/schema/node";
import { scaledClock, startSimulator, type Simulator } from "../../src/simulator";
import { device, flow } from "../harness/flows";
import { CHECKOUT, NodeRed, type FlowConfig } from "../harness/node-red";
import { schemaOf } from "../harness/schemas";
import { NODE_SETS } from "../package/tarball";
import { ACTIONS, SOURCES } from "./usual/usual";

// Flows as version 0.1.0 stored them, one for each node, go on working for ever: a file of flows-0.1.0 is never
// changed.

type Stored = FlowConfig[number];

const FOLDER = path.join(CHECKOUT, "test/nodes/flows-0.1.0");
const stored = (name: string): Stored => JSON.parse(readFileSync(path.join(FOLDER, `${name}.json`), "utf8")) as Stored;
const FIRST = readdirSync(FOLDER).map((file) => path.basename(file, ".json"));

const red = NodeRed.duringTests();
let simulator: Simulator;
before(async () => {
  simulator = await startSimulator({ clock: scaledClock(10), images: { "a.iso": 1_000_000 }, switchUnits: 1 });
});
after(() => simulator.close());
afterEach(async () => {
  await red.deploy(flow());
  red.forget();
});

/** The device as 0.1.0 stored it, with where it is and its password. */
const oldDevice = (without: string[] = []): Stored => {
  const { address, trust, fingerprint, credentials } = device(simulator);
  return omit({ ...stored("device"), address, trust, fingerprint, credentials }, without) as Stored;
};

const omit = (node: object, names: string[]): object =>
  Object.fromEntries(Object.entries(node).filter(([name]) => !names.includes(name)));

async function works(name: string, node: Stored, deviceNode = oldDevice()): Promise<void> {
  await red.deploy(flow(deviceNode, node));
  const action = ACTIONS.find((usual) => usual.name === name);
  if (action) red.send("node", { ...action.msg });
  const { error } = await red.outcome();
  assert.equal(error, undefined, JSON.stringify(error));
  assert.deepEqual(red.at("caught"), []);
}

test("there is one for each node of 0.1.0", () => {
  assert.deepEqual(
    FIRST.filter((name) => !NODE_SETS.includes(name)),
    [],
  );
  assert.equal(FIRST.length, 14);
});

for (const { name } of [...ACTIONS, ...SOURCES].filter(({ name }) => FIRST.includes(name))) {
  test(`${name} of 0.1.0 works`, () => works(name, stored(name)));

  test(`${name} takes the default of each property that a flow does not have`, async () => {
    const fields = fieldsOf(schemaOf(name)).map(([field]) => field);
    const own = new Set(Object.keys(ACTIONS.concat(SOURCES).find((usual) => usual.name === name)?.properties ?? {}));
    for (const field of fields.filter((field) => !own.has(field))) {
      await works(name, omit(stored(name), [field, `${field}Type`]) as Stored);
      red.forget();
    }
    const absent = fields.filter((field) => !own.has(field)).flatMap((field) => [field, `${field}Type`]);
    await works(name, omit(stored(name), absent) as Stored);
  });
}

test("a device takes the default of each property that a flow does not have", async () => {
  const settings = ["user", "auth", "tls", "connectTimeout", "timeout", "videoIdle", "readOnly", "name"];
  for (const absent of [...settings.map((name) => [name]), settings]) {
    await works("gpio", stored("gpio"), oldDevice(absent));
    red.forget();
  }
});

test("a node that a newer version has stored says so once, and does what it can", async () => {
  await works("gpio", { ...stored("gpio"), version: 99, colour: "red" });
  const warnings = red.logs.filter(({ msg, id }) => id === "node" && /newer version/.test(String(msg)));
  assert.equal(warnings.length, 1);
});
