import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ACTIONS } from "../../nodes/actions";
import { perform, type Actions, type Order } from "../../src/actions/action";
import { PiKVM } from "../../src/client";
import { scaledClock, startSimulator, type Simulator } from "../../src/simulator";
import { schemaOf } from "../harness/schemas";
import { NODE_SETS } from "../package/tarball";

// The actions of the nodes without Node-RED, as a bridge to another world calls them.

let simulator: Simulator;
let pikvm: PiKVM;
before(async () => {
  simulator = await startSimulator({ clock: scaledClock(10), images: { "a.iso": 1_000_000 }, switchUnits: 1 });
  const trust = { fingerprint: simulator.fingerprint };
  pikvm = await new PiKVM({ address: simulator.url, user: "admin", password: "admin", trust }).open();
});
after(async () => {
  await pikvm.close();
  await simulator.close();
});

const act = (name: keyof typeof ACTIONS, values: Order["values"], rest: Partial<Order> = {}) =>
  // One of many actions: what each needs it reads from the values by itself.
  perform(ACTIONS[name] as unknown as Actions, pikvm, { values, ...rest }) as Promise<Record<string, unknown>>;

test("every action node is found by its name", () => {
  const names = NODE_SETS.filter((name) => schemaOf(name).role === "action");
  assert.deepEqual(Object.keys(ACTIONS).sort(), names.sort());
  for (const [name, { schema }] of Object.entries(ACTIONS)) assert.equal(schema.name, name);
});

test("does what the values say, with the defaults of the node for the others", async () => {
  const { action, pressed } = await act("atx-power", { action: "ensure_on", timeout: 60 });
  assert.deepEqual({ action, pressed }, { action: "ensure_on", pressed: true });
  assert.ok(simulator.host.power);
});

test("takes a value in the words that a message may bring", async () => {
  assert.equal((await act("atx-power", { action: "ON" }))["action"], "on");
  assert.deepEqual(Object.keys(await act("gpio", { action: "read" })), ["action", "channels"]);
});

test("names the field whose value throws when it is looked at, and sends nothing", async () => {
  const before = simulator.requests.length;
  const query = {
    get page(): never {
      throw new Error("not to be read");
    },
  };
  await assert.rejects(act("request", { call: "info", query }), {
    name: "ConfigurationError",
    message: "query: the value from the request cannot be read: not to be read",
  });
  assert.equal(simulator.requests.length, before);
});

test("names the field whose value cannot be used, and sends nothing", async () => {
  const before = simulator.requests.length;
  await assert.rejects(act("gpio", { action: "blink" }), {
    name: "ConfigurationError",
    message: /^action: "blink" \(from the request\) cannot be used, expected one of on, off, /,
  });
  await assert.rejects(act("msd-mount", { action: "mount" }), /^ConfigurationError: image: .*nothing was given/);
  assert.equal(simulator.requests.length, before);
});

test("reports how far it is, and ends when it is cancelled", async () => {
  const cancel = new AbortController();
  const done: number[] = [];
  const typing = act(
    "hid-keys",
    { action: "text", text: "a".repeat(2000) },
    {
      signal: cancel.signal,
      progress(progress) {
        done.push(progress.done);
        cancel.abort();
      },
    },
  );
  await assert.rejects(typing, { name: "CancelledError" });
  assert.ok(done.length > 0);
});
