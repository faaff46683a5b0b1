import { mkdirSync, mkdtempSync, readdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { after, before } from "node:test";
import { setTimeout } from "node:timers/promises";
import { constant, constantFrom, oneof, record, type Arbitrary } from "fast-check";
import { fieldsOf } from "../../src/schema/node";
import type { Field } from "../../src/schema/field";
import { scaledClock, startSimulator, type Simulator } from "../../src/simulator";
import { device, fields, flow, node } from "../harness/flows";
import { NodeRed } from "../harness/node-red";
import { schemaOf } from "../harness/schemas";
import { ACTIONS } from "../nodes/usual/usual";
import { json } from "./hostile";
import { faults } from "./suite";
import { tried } from "./tried";

// Every action node with all of its fields from the message, and messages that bring anything.

const red = NodeRed.duringTests();
const folder = mkdtempSync(path.join(tmpdir(), "pikvm-messages-"));
const files = path.join(folder, "files");
let simulator: Simulator;
before(async () => {
  mkdirSync(files);
  simulator = await startSimulator({ clock: scaledClock(20), images: { "a.iso": 1_000_000 }, switchUnits: 1 });
  simulator.state.hid.connected = true;
  const nodes = ACTIONS.map(({ name, type }) =>
    node(type, { id: name, deviceFromMsg: true, ...fromMessage(name), wires: [["result"], ["error"]] }),
  );
  await red.deploy(flow(device(simulator, { timeout: "2", connectTimeout: "2", filesFrom: files }), ...nodes));
});
after(async () => {
  await simulator.close();
  await rm(folder, { recursive: true });
});

/** Milliseconds after which what still works is cancelled: a message may ask to wait for a day. */
const PATIENCE = 150;
const GET = "GET";

const fromMessage = (name: string) =>
  fields(Object.fromEntries(fieldsOf(schemaOf(name)).map(([field]): [string, [string, string]] => [field, ["msg", field]]))); // prettier-ignore

/** What no JSON has, made anew for each message. */
const ODD: readonly (() => unknown)[] = [
  ...[() => undefined, () => NaN, () => Infinity, () => 10n ** 40n, () => Symbol("x"), () => () => 1],
  ...[() => new Date(NaN), () => new Map([[1, 2]]), () => /(a+)+$/, () => new Error("x"), () => Buffer.alloc(300_000)],
  ...[() => Buffer.from("on"), () => new Uint16Array(9), () => new DataView(new ArrayBuffer(8)), () => Object.create(null) as object], // prettier-ignore
  () => Object.assign([], { self: undefined, length: 5 }),
  () => {
    const circle: Record<string, unknown> = {};
    return Object.assign(circle, { circle, image: circle, stream: circle });
  },
  () => ({ toString: () => "on", valueOf: () => 1, toJSON: () => ({ then: 1 }) }),
  () => ({
    get image(): never {
      throw new Error("not to be read");
    },
  }),
  () => ({ then: (resolve: (value: unknown) => void) => resolve("on") }),
  () => Readable.from([Buffer.from("abc")]),
  () => ({ stream: Readable.from(["abc"]), size: 2, image: "../x" }),
  () => new Readable({ read: () => undefined }),
  () => new Readable({ read() { this.destroy(new Error("late")); } }), // prettier-ignore
];

/** Made when the message is sent. */
interface Making {
  make: () => unknown;
  /** For who reads what went wrong. */
  shown: unknown;
}

const plain = (value: unknown): Making => ({ make: () => value, shown: value });
const odd = ODD.map((make): Making => ({ make, shown: String(make) }));
const hostile: Arbitrary<Making> = oneof(json.map(plain), constantFrom(...odd));

/** What a person may give. */
function usualOf(field: Field): Arbitrary<Making> {
  const values: readonly unknown[] =
    field.kind === "choice"
      ? field.choices
      : field.kind === "number"
        ? [field.min, field.max, "1", 0.2]
        : field.kind === "flag"
          ? [true, false, "off"]
          : ["a.iso", "lamp", "atx.leds.power", "KeyA", "/api/info", "de", "0", [], undefined, { a: "1" }];
  return constantFrom(...values.map(plain));
}

const CASES = oneof(
  ...ACTIONS.map(({ name }) => {
    const some = (field: Field) => oneof({ weight: 9, arbitrary: usualOf(field) }, { weight: 1, arbitrary: hostile });
    const given = Object.fromEntries(fieldsOf(schemaOf(name)).map(([field, of]) => [field, some(of)]));
    const device = oneof({ weight: 9, arbitrary: constant(plain("bench")) }, { weight: 1, arbitrary: hostile }); // prettier-ignore
    return record({ ...given, pikvm: device }).map((making) => ({ name, making: making }));
  }),
);

faults("messages: whatever a flow sends to a node", { short: 150, long: 100_000 }, async (random, cases) => {
  const figures = { refused: 0, done: 0, failed: 0, cancelled: 0 };
  const wrong = await tried(random, cases, CASES, async ({ name, making }) => {
    red.forget();
    const last = simulator.requests.at(-1);
    red.send(name, Object.fromEntries(Object.entries(making).map(([field, { make }]) => [field, make()])));
    await answered(name);
    const [end, ...others] = ends();
    if (!end || others.length > 0) throw new Error(`it had ${1 + others.length} ends`);
    const error = end["error"] as { kinds: string[]; message: string } | undefined;
    if (!error) figures.done += 1;
    else if (error.kinds.includes("ConfigurationError")) {
      figures.refused += 1;
      const sent = simulator.requests.slice(simulator.requests.lastIndexOf(last ?? NONE) + 1);
      const changes = sent.filter(({ method }) => method !== GET).map(({ method, path }) => `${method} ${path}`);
      if (changes.length > 0) throw new Error(`refused (${error.message}), and sent ${changes.join(", ")}`);
    } else if (error.kinds.includes("CancelledError")) figures.cancelled += 1;
    else figures.failed += 1;
    if (error && error.message.length > 3000) throw new Error(`an error of ${error.message.length} characters`);
    if (error?.kinds.length === 1) throw new Error(`an error without a name: ${error.message}`);
    const logged = red.logs.filter(({ level }) => level <= 20).map(({ msg }) => String(msg));
    if (logged.length > 0) throw new Error(`logged: ${logged.join()}`);
    const outside = readdirSync(folder).filter((entry) => entry !== "files");
    if (outside.length > 0) throw new Error(`it has written ${outside.join()} outside of its folder`);
  });
  return { wrong, figures };
});

const NONE = {} as Simulator["requests"][number]; // which is none of them

const ends = () => [...red.at("result"), ...red.at("error"), ...red.at("caught")];

/** What takes longer than one likes is cancelled, by a message of its own. */
async function answered(name: string): Promise<void> {
  const start = performance.now();
  let isCancelled = false;
  while (ends().length === 0) {
    await setTimeout(1);
    if (isCancelled || performance.now() - start < PATIENCE) continue;
    isCancelled = true;
    red.send(name, { reset: true });
  }
}
