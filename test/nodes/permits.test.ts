import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { DEEDS } from "../../nodes/deeds";
import { canDestroy, deedOf, type Deeds, type Effect } from "../../src/schema/deeds";
import { scaledClock, startSimulator, type Simulator } from "../../src/simulator";
import { device, fields, flow, node, type Inputs } from "../harness/flows";
import { NodeRed } from "../harness/node-red";
import { schemaOf } from "../harness/schemas";
import { until } from "../harness/until";
import { ACTIONS } from "./usual/usual";

// What is done only when the message says so, and only when the device lets it through.

/** One way to use a node, of all that its schema tells. */
interface Use {
  id: string;
  type: string;
  /** What is chosen in its dialog. */
  chosen: Inputs;
  name: string;
  effect: Effect;
}

const USES = ACTIONS.flatMap(({ name, type }) => {
  const schema = schemaOf(name);
  return choicesIn(schema.deeds ?? "reads").map((chosen): Use => {
    const deed = deedOf(schema, (field) => chosen[field]);
    const inputs = Object.entries(chosen).map(([field, value]) => [
      field,
      [schema.fields[field]?.kind === "flag" ? "bool" : "choice", value],
    ]);
    return {
      id: [name, ...Object.values(chosen)].join("-"),
      type,
      chosen: Object.fromEntries(inputs) as Inputs, // pairs, as above
      ...deed,
    };
  });
});
const DESTROYING = USES.filter(({ effect }) => effect === "destroys");
const CHANGING = USES.filter(({ effect }) => effect !== "reads");

/** For each thing that is done, what has to be chosen. */
function choicesIn(deeds: Effect | Deeds): Record<string, string>[] {
  if (typeof deeds === "string") return [{}];
  return Object.entries(deeds.does).flatMap(([value, next]) =>
    choicesIn(next).map((rest) => ({ [deeds.by]: value, ...rest })),
  );
}

const CODES = ["NOT_ALLOWED", "NOT_CONFIRMED"];
const MACRO = [{ event_type: "atx_button", event: { button: "power" } }];
const OFF = fields({ action: ["choice", "off_hard"] });

const red = NodeRed.duringTests();
let simulator: Simulator;
before(async () => {
  simulator = await startSimulator({ clock: scaledClock(10), images: { "a.iso": 1000 }, switchUnits: 1 });
});
after(() => simulator.close());
beforeEach(async () => {
  await red.deploy(flow());
  await until(() => simulator.connections === 0);
  red.forget();
});

/** What was sent that changes something. */
const changes = () => [...simulator.requests.filter(({ method }) => method !== "GET"), ...simulator.host.inputs];

/** It waits for nothing, such as the picture of a host that is off. */
const nodeFor = ({ id, type, chosen }: Use, overrides: object = {}) =>
  node(type, { id, ...fields({ timeout: ["num", "0.1"], ...chosen }), ...overrides });

type Outcome = Record<string, unknown> & { error?: { name: string; code: string; message: string } };

/** What came of one message to each. */
async function outcomesOf(uses: readonly Use[], extra: object): Promise<Map<unknown, Outcome>> {
  for (const { id } of uses) red.send(id, { payload: "a.iso", use: id, ...extra });
  const came = () => [...red.at("result"), ...red.at("error")];
  await until(() => came().length === uses.length, { what: `${uses.length} outcomes` });
  return new Map(came().map((msg) => [msg["use"], msg]));
}

async function outcome(msg: object): Promise<Outcome> {
  red.forget();
  red.send("node", { payload: "kept", ...msg });
  return red.outcome();
}

test("every way to use a node says what it does, and some destroy", () => {
  assert.ok(DESTROYING.length > 25, String(DESTROYING.length));
  assert.deepEqual([...new Set(CHANGING.map(({ name }) => name))].sort(), [...DEEDS].sort());
});

describe("a node that asks", () => {
  test("does nothing that destroys without a yes, whichever it is, and says what to do", async () => {
    await red.deploy(flow(device(simulator), ...DESTROYING.map((use) => nodeFor(use, { confirm: true }))));
    const before = changes().length;
    const outcomes = await outcomesOf(DESTROYING, { confirm: "perhaps" });
    for (const { id, name } of DESTROYING) {
      const { error, payload, confirm } = outcomes.get(id) ?? {};
      assert.deepEqual([error?.name, error?.code], ["ConfigurationError", "NOT_CONFIRMED"], id);
      assert.equal(
        error?.message,
        `"${name}" has to be confirmed; nothing was sent: to do it, send the message with msg.confirm = true to this node.`,
      );
      assert.deepEqual([payload, confirm], ["a.iso", undefined]);
    }
    assert.equal(changes().length, before);
  });

  test("lets through what is confirmed, and takes the yes away", async () => {
    // It is not to be done here: what comes this far is refused by the device's other setting.
    const locked = device(simulator, { readOnly: true });
    await red.deploy(flow(locked, ...DESTROYING.map((use) => nodeFor(use, { confirm: true }))));
    for (const [id, { error, confirm }] of await outcomesOf(DESTROYING, { confirm: true })) {
      assert.ok(!CODES.includes(error?.code ?? ""), `${String(id)}: ${String(error?.message)}`);
      assert.equal(confirm, undefined, String(id));
    }
  });

  test("lets through what does not destroy", async () => {
    const others = USES.filter(({ effect, type }) => effect !== "destroys" && type !== "pikvm-wait-until");
    const asking = others.map((use) => nodeFor(use, { confirm: true }));
    await red.deploy(flow(device(simulator, { readOnly: true }), ...asking));
    for (const [id, { error }] of await outcomesOf(others, {}))
      assert.ok(!CODES.includes(error?.code ?? ""), String(id));
  });

  test("takes yes as fields do, and only that of the message itself", async () => {
    await red.deploy(flow(device(simulator), node("pikvm-atx-power", { ...OFF, confirm: true })));
    for (const confirm of [true, "true", "YES", "on", 1])
      assert.equal((await outcome({ confirm })).error, undefined, String(confirm));
    for (const confirm of [false, "no", "", 0, null, undefined, {}, [true], "off_hard"])
      assert.equal((await outcome({ confirm })).error?.code, "NOT_CONFIRMED", JSON.stringify(confirm));
    assert.equal((await outcome(Object.create({ confirm: true }) as object)).error?.code, "NOT_CONFIRMED");
    const fixed = await outcome(Object.freeze({ confirm: true }));
    assert.deepEqual([fixed.error, fixed["confirm"]], [undefined, undefined]);
  });

  test("asks for what a message or an expression chooses as well, also in a Catch node's message", async () => {
    const jsonata = fields({ action: ["jsonata", '"off" & "_hard"'] });
    await red.deploy(flow(device(simulator), node("pikvm-atx-power", { ...jsonata, confirm: true, wires: [[], []] })));
    red.send("node", { confirm: false });
    const { _error, confirm } = await red.message("caught");
    assert.deepEqual([(_error as { code: string }).code, confirm], ["NOT_CONFIRMED", undefined]);
  });

  test("is only one that is told to: a flow without the box goes on as ever, with its msg.confirm", async () => {
    const old = node("pikvm-atx-power", OFF);
    assert.equal(old["confirm"], false);
    delete old["confirm"];
    await red.deploy(flow(device(simulator), old));
    const { error, confirm } = await outcome({ confirm: "mine" });
    assert.deepEqual([error, confirm], [undefined, "mine"]);
  });

  test("is any that can destroy, and no other", () => {
    for (const { name, type } of ACTIONS) assert.equal("confirm" in node(type), canDestroy(schemaOf(name)), name);
  });
});

describe("a device with a list", () => {
  const listing = (...allowed: string[]) => ({ letThrough: "listed", allowed });

  test("lets nothing through that is not in it, whichever it is", async () => {
    await red.deploy(flow(device(simulator, listing()), ...CHANGING.map((use) => nodeFor(use))));
    const before = changes().length;
    const outcomes = await outcomesOf(CHANGING, { confirm: true });
    for (const { id, name } of CHANGING) {
      const { error } = outcomes.get(id) ?? {};
      assert.deepEqual([error?.name, error?.code], ["ConfigurationError", "NOT_ALLOWED"], id);
      assert.ok(error?.message.startsWith(`The device does not let "${name}" through; nothing was sent: `), id);
    }
    assert.equal(changes().length, before);
  });

  test("lets everything through that is in it, and all that only reads", async () => {
    const uses = USES.filter(({ type }) => type !== "pikvm-wait-until");
    for (const allowed of [DEEDS, []]) {
      red.forget();
      const held = uses.filter(({ effect }) => allowed.length > 0 || effect === "reads");
      await red.deploy(
        flow(device(simulator, { ...listing(...allowed), readOnly: true }), ...held.map((use) => nodeFor(use))),
      );
      for (const [id, { error }] of await outcomesOf(held, {}))
        assert.ok(!CODES.includes(error?.code ?? ""), `${String(id)}: ${String(error?.message)}`);
      await red.deploy(flow());
    }
  });

  test("goes by exactly what is done: on is not off", async () => {
    await red.deploy(flow(device(simulator, listing("atx-power: on")), node("pikvm-atx-power")));
    assert.equal((await outcome({ payload: "on" })).error, undefined);
    assert.equal((await outcome({ payload: "off" })).error?.code, "NOT_ALLOWED");
  });

  test("is asked whichever device a message names", async () => {
    const open = device(simulator);
    const closed = device(simulator, { id: "other", name: "closed", ...listing() });
    await red.deploy(flow(open, closed, node("pikvm-atx-power", { ...OFF, deviceFromMsg: true })));
    assert.equal((await outcome({})).error, undefined);
    assert.equal((await outcome({ pikvm: "closed" })).error?.code, "NOT_ALLOWED");
    await red.deploy(flow(open, closed, node("pikvm-atx-power", { ...OFF, device: "other", deviceFromMsg: true })));
    assert.equal((await outcome({})).error?.code, "NOT_ALLOWED");
    assert.equal((await outcome({ pikvm: "bench" })).error, undefined);
  });

  test("counts the buttons and relays of a macro as those of the nodes for them, also for its dialog", async () => {
    const macro = fields({ macro: ["stored", JSON.stringify(MACRO)] });
    const play = async (...allowed: string[]) => {
      await red.deploy(flow(device(simulator, listing(...allowed)), node("pikvm-hid-macro", macro)));
      return (await outcome({})).error;
    };
    const trial = async () => {
      const headers = { "Content-Type": "application/json" };
      const body = JSON.stringify({ macro: MACRO });
      return (await fetch(`${red.url}/pikvm/devices/device/macro`, { method: "POST", headers, body })).text();
    };
    const before = changes().length;
    const error = await play("hid-macro: macro");
    assert.equal(error?.code, "NOT_ALLOWED");
    assert.match(error.message, /^At step 1 of 1, atx_button .*does not let "atx-power: click_power" through/);
    assert.match(await trial(), /"code":"NOT_ALLOWED"/);
    assert.equal((await play("atx-power: click_power"))?.code, "NOT_ALLOWED");
    assert.match(await trial(), /"hid-macro: macro\\"/);
    assert.equal(changes().length, before);
    assert.equal(await play("hid-macro: macro", "atx-power: click_power"), undefined);
    assert.equal(changes().length > before, true);
    assert.doesNotMatch(await trial(), /NOT_ALLOWED/);
  });

  test("lets nothing through when it cannot be understood", async () => {
    for (const setting of [{ letThrough: "some" }, { letThrough: "listed", allowed: 5 }]) {
      await red.deploy(flow(device(simulator, setting), node("pikvm-atx-power", OFF)));
      assert.equal((await outcome({})).error?.name, "ConfigurationError", JSON.stringify(setting));
    }
  });
});
