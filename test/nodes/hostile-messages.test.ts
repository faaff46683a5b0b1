import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { after, before, beforeEach, describe, test } from "node:test";
import { scaledClock, startSimulator, type Simulator } from "../../src/simulator";
import { device, fields, flow, node } from "../harness/flows";
import { NodeRed } from "../harness/node-red";
import { unhandledDuringTests } from "../harness/unhandled";
import { until } from "../harness/until";

// What a flow may make of a message before it comes to a node: it leaves as every other does.

const red = NodeRed.duringTests();
let simulator: Simulator;
const unhandled = unhandledDuringTests();
before(async () => {
  simulator = await startSimulator({ clock: scaledClock(10) });
});
after(async () => {
  await simulator.close();
});
beforeEach(() => red.forget());

const STATE = fields({ action: ["choice", "state"] });
const throws = (): never => {
  throw new Error("not to be read");
};
const odd = (name: string) => Object.defineProperty({ _msgid: "m", topic: "kept" }, name, { enumerable: true, get: throws }); // prettier-ignore
const proxy = (traps: ProxyHandler<object>, target: object = { _msgid: "m", topic: "kept" }) => new Proxy(target, traps); // prettier-ignore

/** A message that throws when it is looked at in one way; Node-RED itself must be able to hand it over. */
const UNREADABLE: Record<string, () => object> = {
  ...Object.fromEntries(["reset", "progress", "payload", "pikvm", "error", "req", "other"].map((name) => [`a getter of ${name} that throws`, () => odd(name)])), // prettier-ignore
  "a proxy that does not list its properties": () => proxy({ ownKeys: throws }),
  "a proxy that does not describe its properties": () => proxy({ getOwnPropertyDescriptor: throws }),
  "a proxy that shows its id only": () => proxy({ get: (_, name) => (name === "_msgid" ? "m" : throws()) }),
  "a value that is a proxy which was revoked": () => {
    const { proxy: gone, revoke } = Proxy.revocable({}, {});
    revoke();
    return { _msgid: "m", topic: "kept", payload: gone };
  },
  "a progress that is a proxy": () => ({ _msgid: "m", topic: "kept", progress: proxy({ has: throws }) }),
  "a getter that throws nothing at all": () =>
    Object.defineProperty({ _msgid: "m" }, "payload", {
      enumerable: true,
      get() {
        throw undefined; // oxlint-disable-line typescript/only-throw-error -- this is what is tested
      },
    }),
  "a stream that fails, and a getter that throws": () => {
    const payload = Readable.from(["a"]);
    payload.destroy(new Error("late"));
    return Object.assign(odd("other"), { payload });
  },
};

/** A message that can be read, and not written. */
const UNWRITABLE: Record<string, () => object> = {
  "a frozen message": () => Object.freeze({ _msgid: "m", topic: "kept" }),
  "a frozen message without an id": () => Object.freeze({ topic: "kept" }),
  "a sealed message": () => Object.seal({ _msgid: "m", topic: "kept" }),
  "a message that cannot be extended": () => Object.preventExtensions({ _msgid: "m", topic: "kept", payload: 1 }),
  "a message without an id": () => ({ topic: "kept" }),
  "a message without a prototype": () => Object.assign(Object.create(null) as object, { _msgid: "m", topic: "kept" }),
  "a proxy that lets nothing be written": () => proxy({ set: () => false, defineProperty: () => false }),
  "a proxy that throws when it is written": () => proxy({ set: throws, defineProperty: throws, deleteProperty: throws }), // prettier-ignore
  "a proxy that hides nothing": () => proxy({}),
  "a proxy that does not say whether it can be extended": () => proxy({ isExtensible: throws, preventExtensions: throws, getPrototypeOf: throws }), // prettier-ignore
  "a payload that has a getter only": () => ({ _msgid: "m", topic: "kept", get payload() { return 1; } }), // prettier-ignore
  "a payload that cannot be written": () => Object.defineProperty({ _msgid: "m", topic: "kept" }, "payload", { value: 1, enumerable: true }), // prettier-ignore
  "an error that throws when it is written": () => Object.defineProperty({ _msgid: "m", topic: "kept" }, "error", { enumerable: true, get: () => 1, set: throws }), // prettier-ignore
  "a pikvm that it has from its frozen prototype": () => Object.assign(Object.create(Object.freeze({ pikvm: "x" })) as object, { _msgid: "m", topic: "kept" }), // prettier-ignore
  "properties that are called as methods of all objects": () => ({ _msgid: "m", topic: "kept", hasOwnProperty: 1, toString: 1, constructor: 1 }), // prettier-ignore
  "an error that cannot be read inside": () => ({ _msgid: "m", topic: "kept", error: odd("source") }),
};

const WIRED = [["result"], ["error"]];
const CAUGHT = [["result"], []];

describe("a message that cannot be read leaves as an error", () => {
  for (const [what, make] of Object.entries(UNREADABLE)) {
    for (const wires of [WIRED, CAUGHT]) {
      test(`${what}, ${wires === WIRED ? "on the error output" : "in a Catch node"}`, async () => {
        const requests = simulator.requests.length;
        await red.deploy(flow(device(simulator), node("pikvm-atx-power", { ...STATE, wires })));
        red.forget();
        red.send("node", make());
        const [at, name] = wires === WIRED ? (["error", "error"] as const) : (["caught", "_error"] as const);
        const error = (await red.message(at))[name] as Record<string, unknown>;
        assert.deepEqual([error["name"], error["code"]], ["ConfigurationError", "INVALID_INPUT"]);
        assert.match(String(error["message"]), /^The message cannot be read: /);
        assert.equal(simulator.requests.length, requests, "nothing was sent");
        await until(() => red.statuses.at(-1)?.status.fill === "red");
        await theNextIsServed(at);
      });
    }
  }
});

describe("a message that cannot be written is answered as any other", () => {
  for (const [what, make] of Object.entries(UNWRITABLE)) {
    test(`${what}, with a result`, async () => {
      await red.deploy(flow(device(simulator), node("pikvm-atx-power", STATE)));
      red.send("node", make());
      const { topic, payload, pikvm } = await red.message("result");
      assert.deepEqual([topic, (payload as { action: string }).action, pikvm], ["kept", "state", "bench"]);
      await theNextIsServed("result");
    });

    for (const wires of [WIRED, CAUGHT]) {
      test(`${what}, ${wires === WIRED ? "on the error output" : "in a Catch node"}`, async () => {
        await red.deploy(flow(node("pikvm-atx-power", { ...STATE, device: "", wires })));
        red.send("node", make());
        const [at, name] = wires === WIRED ? (["error", "error"] as const) : (["caught", "_error"] as const);
        const { topic, [name]: error } = await red.message(at);
        assert.deepEqual([topic, (error as { code: string }).code], ["kept", "NOT_CONFIGURED"]);
        await theNextIsServed(at);
      });
    }
  }
});

test("what Node-RED cannot copy for a Catch node is left out there", async () => {
  await red.deploy(flow(node("pikvm-atx-power", { ...STATE, device: "", wires: CAUGHT })));
  red.send("node", { topic: "kept", payload: odd("inside") });
  const { topic, _error, ...rest } = await red.message("caught");
  assert.deepEqual([topic, (_error as { code: string }).code], ["kept", "NOT_CONFIGURED"]);
  assert.ok(!("payload" in rest));
});

test("a message that resets the node does so, whatever else is in it", async () => {
  await red.deploy(flow(device(simulator), node("pikvm-hid-keys", fields({ delay: ["num", "5"] }))));
  red.send("node", { payload: "a long text" });
  red.send("node", Object.assign(odd("payload"), { reset: true }));
  assert.equal(((await red.message("error"))["error"] as { name: string }).name, "CancelledError");
});

/** One message came, and it did no harm. */
async function theNextIsServed(at: string): Promise<void> {
  red.send("node", { topic: "next" });
  const answers = () => [...red.at("result"), ...red.at("error"), ...red.at("caught")];
  await until(() => answers().some(({ topic }) => topic === "next"), { what: "an answer to the next message" });
  assert.equal(answers().length, 2);
  assert.deepEqual(unhandled, []);
  const failures = red.logs.filter(({ level }) => level <= 20);
  if (at !== "caught") assert.deepEqual(failures, []);
}
