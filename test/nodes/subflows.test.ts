import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { scaledClock, startSimulator, type Simulator } from "../../src/simulator";
import type { Choices } from "../../src/schema/choices";
import { device, fields, flow, node } from "../harness/flows";
import { NodeRed, type FlowConfig } from "../harness/node-red";
import { until } from "../harness/until";

// Devices inside subflows, whose address and login are properties of the subflow's instances.

const red = NodeRed.duringTests();
const simulators: Simulator[] = [];
before(async () => {
  for (let count = 0; count < 2; count += 1)
    simulators.push(await startSimulator({ clock: scaledClock(10), passwd: "by instance" }));
});
after(() => Promise.all(simulators.map((simulator) => simulator.close())));
beforeEach(() => red.forget());

type NodeConfig = FlowConfig[number];

const ENV = ["ADDRESS", "FINGERPRINT", "NAME"].map((name) => ({ name, type: "str", value: "" }));

/** A subflow with a device of its own, and in a row one node that has it chosen and one that asks the message. */
function subflow(id: string, inside: NodeConfig[], { first = "first", last = "asks" } = {}): NodeConfig[] {
  const ends = { in: [{ wires: [{ id: first }] }], out: [{ wires: [{ id: last, port: 0 }] }, { wires: [{ id: last, port: 1 }] }] }; // prettier-ignore
  const env = [...ENV, { name: "SECRET", type: "cred", value: "" }];
  return [{ id, type: "subflow", name: id, ...ends, env }, ...inside.map((one) => ({ z: id, ...one, ...(one["z"] === "tab" ? { z: id } : {}) }))]; // prettier-ignore
}

const ownDevice = (overrides: object = {}): NodeConfig => ({
  ...device({ url: "${ADDRESS}", fingerprint: "${FINGERPRINT}" }, { id: "own", z: "template", name: "${NAME}" }),
  credentials: { password: "${SECRET}" },
  ...overrides,
});

const STATE = fields({ action: ["choice", "state"] });
const uses = (overrides: object = {}) => node("pikvm-atx-power", { id: "first", ...STATE, device: "own", wires: [["asks"], ["asks"]], ...overrides }); // prettier-ignore
const asks = (overrides: object = {}) => node("pikvm-atx-power", { id: "asks", ...STATE, device: "", deviceFromMsg: true, wires: [[], []], ...overrides }); // prettier-ignore

function instance(id: string, index: number, overrides: object = {}, name = ""): NodeConfig {
  const { url, fingerprint } = simulators[index] as Simulator; // there are two
  const values: Record<string, string> = { ADDRESS: url, FINGERPRINT: fingerprint, NAME: name };
  const env = Object.entries(values).map(([name, value]) => ({ name, type: "str", value }));
  return {
    id,
    type: "subflow:template",
    z: "tab",
    x: 1,
    y: 1,
    name: "",
    env: [...env, { name: "SECRET", type: "cred" }],
    credentials: { SECRET: "by instance" },
    wires: [["result"], ["error"]],
    ...overrides,
  };
}

const used = (index: number) => simulators[index]?.requests.filter(({ path }) => path === "/api/atx").length ?? 0;

/** Which of the simulators answered to what is done. */
async function usedBy(work: () => Promise<unknown>): Promise<number[]> {
  const before = simulators.map((_, index) => used(index));
  await work();
  return simulators.map((_, index) => used(index) - (before[index] ?? 0));
}

async function answer(id: string, msg: object = {}): Promise<Record<string, unknown>> {
  red.forget();
  red.send(id, msg);
  const { error, ...result } = await red.outcome();
  assert.equal(error, undefined, JSON.stringify(error));
  return result;
}

async function refusal(id: string, msg: object): Promise<{ name: string; code: string; message: string }> {
  red.forget();
  red.send(id, msg);
  return (await red.message("error"))["error"] as { name: string; code: string; message: string };
}

/** The simulated devices know this password only: one that is not put in would be refused. */
describe("a device inside a subflow", () => {
  const template = subflow("template", [ownDevice(), uses(), asks()]);

  for (const [what, name] of [
    ["with a name", "lab"],
    ["without a name", ""],
  ] as const) {
    // prettier-ignore
    test(`${what} is found by what the node before has said, in each instance its own`, async () => {
      await red.deploy(flow(...template, instance("one", 0, {}, name), instance("two", 1, {}, name)));
      assert.deepEqual(await usedBy(() => answer("one")), [2, 0]);
      assert.deepEqual(await usedBy(() => answer("two")), [0, 2]);
      const { pikvm } = await answer("one");
      assert.equal(pikvm, name || simulators[0]?.url);
    });
  }

  test("is found by its name, and by its id in the editor and at run time", async () => {
    const asking = subflow("template", [ownDevice(), asks()], { first: "asks" });
    await red.deploy(flow(...asking, instance("one", 0, {}, "lab"), instance("two", 1, {}, "lab")));
    for (const pikvm of ["lab", "own", "one-own"])
      assert.deepEqual(await usedBy(() => answer("one", { pikvm })), [1, 0], pikvm);
    for (const pikvm of ["lab", "own", "two-own"])
      assert.deepEqual(await usedBy(() => answer("two", { pikvm })), [0, 1], pikvm);
    assert.deepEqual(await usedBy(() => answer("two", { pikvm: "one-own" })), [1, 0], "another instance's, by its id");
  });

  test("is nearer than the flow's, that than a global one, and that than another flow's", async () => {
    const [first, second] = simulators as [Simulator, Simulator];
    const login = { name: "lab", credentials: { password: "by instance" } };
    const global = device(first, { id: "global", ...login });
    const ofTab = device(second, { id: "ofTab", z: "tab", ...login });
    const elsewhere = device(second, { id: "elsewhere", z: "tab2", ...login });
    const asking = subflow("template", [ownDevice(), asks()], { first: "asks" });
    const onTab = asks({ id: "onTab", wires: [["result"], ["error"]] });
    const tab2: NodeConfig = { id: "tab2", type: "tab", label: "other" };
    const named = (name: string) => instance("one", 0, {}, name);

    await red.deploy(flow(tab2, ...asking, named("lab"), global, ofTab, elsewhere, onTab));
    assert.deepEqual(await usedBy(() => answer("one", { pikvm: "lab" })), [1, 0], "its own");
    assert.deepEqual(await usedBy(() => answer("onTab", { pikvm: "lab" })), [0, 1], "the flow's");

    await red.deploy(flow(tab2, ...asking, named("other"), global, ofTab, elsewhere, onTab));
    assert.deepEqual(await usedBy(() => answer("one", { pikvm: "lab" })), [0, 1], "the flow's");

    await red.deploy(flow(tab2, ...asking, named("other"), global, elsewhere, onTab));
    assert.deepEqual(await usedBy(() => answer("one", { pikvm: "lab" })), [1, 0], "the global one");

    await red.deploy(flow(tab2, ...asking, named("other"), elsewhere, onTab));
    assert.deepEqual(await usedBy(() => answer("one", { pikvm: "lab" })), [0, 1], "that of another flow");
    assert.deepEqual(await usedBy(() => answer("onTab", { pikvm: "other" })), [1, 0], "that inside of the subflow");
  });

  test("is found from a subflow inside of the subflow", async () => {
    const inner = subflow("inner", [asks({ id: "deep", z: "inner", wires: [[], []] })], {
      first: "deep",
      last: "deep",
    });
    const nested: NodeConfig = { id: "nested", type: "subflow:inner", z: "template", x: 1, y: 1, wires: [[], []] };
    const outer = subflow("template", [ownDevice(), uses({ wires: [["nested"], ["nested"]] }), nested], { last: "nested" }); // prettier-ignore
    await red.deploy(flow(...inner, ...outer, instance("one", 0, {}, "lab"), instance("two", 1, {}, "lab")));
    assert.deepEqual(await usedBy(() => answer("one")), [2, 0]);
    assert.deepEqual(await usedBy(() => answer("two")), [0, 2]);
  });

  test("may have a name that is not its own: an error says so, with the ids", async () => {
    const onTab = asks({ id: "onTab", wires: [["result"], ["error"]] });
    await red.deploy(flow(...template, instance("one", 0, {}, "lab"), instance("two", 1, {}, "lab"), onTab));
    const { name, code, message } = await refusal("onTab", { pikvm: "lab" });
    assert.deepEqual([name, code], ["ConfigurationError", "AMBIGUOUS_DEVICE"]);
    assert.match(message, /"lab" is the name of more than one device.*one-own, two-own/);
    const missing = await refusal("onTab", { pikvm: "nowhere" });
    assert.equal(missing.code, "NOT_CONFIGURED");
    assert.match(missing.message, /"nowhere" is no configured device\. There are: one-own, two-own\./);
  });

  test("is gone with its instance, and is another one after a deploy", async () => {
    const onTab = asks({ id: "onTab", wires: [["result"], ["error"]] });
    await red.deploy(flow(...template, instance("one", 0, {}, "lab"), onTab));
    assert.deepEqual(await usedBy(() => answer("onTab", { pikvm: "lab" })), [1, 0]);
    for (const type of ["nodes", "flows", "full"] as const) {
      await red.deploy(flow(...template, instance("one", 1, {}, type), onTab), type);
      assert.deepEqual(await usedBy(() => answer("onTab", { pikvm: type })), [0, 1], type);
      assert.equal((await refusal("onTab", { pikvm: "lab" })).code, "NOT_CONFIGURED");
    }
    await red.deploy(flow(...template, instance("one", 1, { d: true }, "lab"), onTab));
    assert.match((await refusal("onTab", { pikvm: "lab" })).message, /There are: none\./);
  });

  test("is asked by a dialog while there is one instance", async () => {
    const choices = async () => {
      const response = await fetch(`${red.url}/pikvm/devices/own/choices/keymaps`);
      return (await response.json()) as Choices;
    };
    await red.deploy(flow(...template, instance("one", 0)));
    assert.ok((await choices()).choices.some(({ value }) => value === "en-us"));
    await red.deploy(flow(...template, instance("one", 0), instance("two", 1)));
    assert.match((await choices()).problem ?? "", /more than one instance/);
  });

  test("may be one that each instance chooses", async () => {
    const [first, second] = simulators as [Simulator, Simulator];
    const login = { credentials: { password: "by instance" } };
    const devices = [
      device(first, { id: "d1", name: "a", ...login }),
      device(second, { id: "d2", name: "b", ...login }),
    ];
    const [template, ...inside] = subflow("template", [uses({ device: "${KVM}" }), asks()]) as [NodeConfig];
    const kvm = { name: "KVM", type: "pikvm-device", value: "", ui: { type: "conf-types" } };
    const chosen = (id: string, value: string) => ({ ...instance(id, 0), env: [{ name: "KVM", type: "conf-type", value }], credentials: {} }); // prettier-ignore
    await red.deploy(flow({ ...template, env: [kvm] }, ...(inside as NodeConfig[]), ...devices, chosen("one", "d1"), chosen("two", "d2"))); // prettier-ignore
    assert.deepEqual(await usedBy(() => answer("one")), [2, 0]);
    assert.deepEqual(await usedBy(() => answer("two")), [0, 2]);
  });
});

describe("what a node says of the device that it has used leads back to it", () => {
  const [named, twin] = [{ id: "device", name: "lab" }, { id: "twin", name: "lab" }]; // prettier-ignore
  const login = { credentials: { password: "by instance" } };

  for (const [what, near, far] of [
    ["two with one name", named, twin],
    ["two with one address and no name", { id: "device", name: "" }, { id: "twin", name: "" }],
    ["a nearer one with its name", { id: "device", name: "lab" }, { id: "twin", name: "lab", z: "tab" }],
  ] as const) {
    test(what, async () => {
      const [first, second] = simulators as [Simulator, Simulator];
      const other = what.includes("address") ? first : second;
      const row = [uses({ device: "device" }), asks({ wires: [["result"], ["error"]] })];
      await red.deploy(flow(device(first, { ...near, ...login }), device(other, { ...far, ...login }), ...row));
      assert.deepEqual(await usedBy(() => answer("first")), [2, 0]);
      assert.equal((await answer("first"))["pikvm"], "device");
    });
  }

  test("also where a source says it", async () => {
    const [first, second] = simulators as [Simulator, Simulator];
    const events = node("pikvm-events", { id: "events", properties: ["power"], wires: [["asks"], []] });
    const row = [events, asks({ wires: [["result"], ["error"]] })];
    await red.deploy(flow(device(first, { ...named, ...login }), device(second, { ...twin, ...login }), ...row));
    assert.equal((await red.outcome())["error"], undefined);
    await red.deploy(flow());
    await until(() => simulators.every(({ connections }) => connections === 0));
  });

  test("a device without address and name", async () => {
    await red.deploy(flow({ ...device({ url: "", fingerprint: "" }), name: "" }, uses({ device: "device", wires: [[], ["asks"]] }), asks({ wires: [[], ["error"]] }))); // prettier-ignore
    red.send("first", {});
    const { pikvm, error } = await red.message("error");
    assert.equal(pikvm, "device");
    assert.match((error as { message: string }).message, /no address/);
  });
});
