import { after, before } from "node:test";
import { setTimeout } from "node:timers/promises";
import { array, constant, constantFrom, dictionary, oneof, record, tuple, type Arbitrary } from "fast-check";
import { SOURCES as TYPES } from "../../src/schema/field";
import { fieldsOf, secretsOf } from "../../src/schema/node";
import { scaledClock, startSimulator, type Simulator } from "../../src/simulator";
import { device, fields, flow, node } from "../harness/flows";
import { NodeRed } from "../harness/node-red";
import { schemaOf } from "../harness/schemas";
import { ACTIONS, SOURCES } from "../nodes/usual/usual";
import { json, text } from "./hostile";
import { faults } from "./suite";
import { tried } from "./tried";

// Flow files are edited by hand, and made by programs: whatever is stored for a node, it starts, answers each message,
// and Node-RED goes on.

const red = NodeRed.duringTests();
let simulator: Simulator;
before(async () => {
  simulator = await startSimulator({ clock: scaledClock(20), images: { "a.iso": 1_000_000 }, switchUnits: 1 });
});
after(() => simulator.close());

/** Nodes in one deploy. */
const TOGETHER = 20;
/** Milliseconds after which what still works is cancelled. */
const PATIENCE = 500;

const type = oneof(constantFrom<string>(...TYPES, "num", "str", "bool", "json", "bin", "date", "re", "choice", "stored", "secret"), text); // prettier-ignore

/** Some of the properties that a node stores. */
function storedOf(name: string): Arbitrary<Record<string, unknown>> {
  const names = fieldsOf(schemaOf(name)).map(([field]) => field);
  const value = json.filter(isKey);
  const others = ["device", "deviceFromMsg", "progress", "confirm", "version"];
  const values = dictionary(constantFrom(...names, ...others), value, { maxKeys: 4 });
  const types = dictionary(constantFrom(...names.map((field) => `${field}Type`)), oneof(type, value), { maxKeys: 2 });
  const secrets = secretsOf(schemaOf(name));
  const credentials = secrets.length === 0 ? constant({}) : dictionary(constantFrom(...secrets), text, { maxKeys: 2 });
  // Name and secrets are Node-RED's own business, which demands texts.
  return tuple(values, types, credentials, text).map(([value, kind, credentials, name]) => ({
    ...value,
    ...kind,
    name,
    ...(Object.keys(credentials).length > 0 ? { credentials } : {}),
  }));
}

/** Node-RED takes each value for a key, and starts no flow with one that is none: `{ "toString": false }`. */
function isKey(value: unknown): boolean {
  try {
    String(value);
    return true;
  } catch {
    return false;
  }
}

const NODES = oneof(
  ...[...ACTIONS, ...SOURCES].map((usual) => storedOf(usual.name).map((stored) => ({ ...usual, stored }))),
);
const DEVICES = storedOf("device");

const CASES = record({ nodes: array(NODES, { minLength: TOGETHER, maxLength: TOGETHER }), config: DEVICES });

faults("stored: whatever a flow file holds of a node", { short: 60, long: 100_000 }, async (random, cases) => {
  const figures = { answered: 0, refused: 0 };
  const wrong = await tried(random, Math.ceil(cases / TOGETHER), CASES, async ({ nodes, config }) => {
    const own = nodes.map(({ type, properties, stored }, index) =>
      node(type, { ...properties, ...stored, id: `node${index}`, wires: [["result"], ["error"]] }),
    );
    const state = fields({ action: ["choice", "state"] });
    const other = device(simulator, { timeout: "2", ...config, id: "other" });
    const its = node("pikvm-atx-power", { ...state, id: "its", device: "other" });
    await red.deploy(flow(device(simulator, { timeout: "2" }), ...own, other, its));
    red.forget();
    const asked = ["its", ...nodes.flatMap(({ msg }, index) => (msg ? [`node${index}`] : []))];
    for (const id of asked) {
      const msg = nodes[Number(id.slice(4))]?.msg;
      red.send(id, { ...structuredClone(msg), topic: id });
    }
    const ends = () => [...red.at("result"), ...red.at("error"), ...red.at("caught")].filter(({ topic, progress }) => asked.includes(String(topic)) && !progress); // prettier-ignore
    const start = performance.now();
    for (let isCancelled = false; ends().length < asked.length;) {
      await setTimeout(2);
      if (isCancelled || performance.now() - start < PATIENCE) continue;
      isCancelled = true;
      for (const id of asked) red.send(id, { reset: true });
    }
    if (ends().length > asked.length) throw new Error(`${ends().length} ends of ${asked.length} messages`);
    const errors = ends().flatMap(({ error }) => (error ? [error as { kinds: string[]; message: string }] : []));
    const nameless = errors.find(({ kinds }) => kinds.length === 1);
    if (nameless) throw new Error(`an error without a name: ${nameless.message}`);
    figures.answered += asked.length;
    figures.refused += errors.length;
  });
  return { wrong, figures };
});
