import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { POWER_ACTIONS } from "../../nodes/atx-power/schema";
import { schema } from "../../nodes/kvm-switch/schema";
import { scaledClock, startSimulator, type Simulator } from "../../src/simulator";
import { device, fields, flow, node, type Inputs } from "../harness/flows";
import { NodeRed } from "../harness/node-red";
import { until } from "../harness/until";
import { PRESSES } from "./presses";
import { EDID } from "../client/edid-data";

const WEB = 1;
const LAB = 6;

const red = NodeRed.duringTests();
let simulator: Simulator;
beforeEach(async () => {
  simulator = await startSimulator({ switchUnits: 2, clock: scaledClock(10) });
  const { chain } = simulator.state.switch;
  chain.settingsOf(WEB).name = "Web server";
  chain.settingsOf(LAB).name = "lab";
  chain.active = 0;
});
afterEach(async () => {
  await red.deploy(flow());
  await simulator.close();
  red.forget();
});

type Payload = Record<string, unknown>;

const kvmSwitch = (inputs: Inputs, overrides: Payload = {}) =>
  node("pikvm-kvm-switch", { ...fields({ timeout: ["num", "10"], busyRetry: ["num", "0"], ...inputs }), ...overrides });

async function perform(inputs: Inputs, msg: object = {}): Promise<Payload> {
  await red.deploy(flow(device(simulator), kvmSwitch(inputs)));
  red.forget();
  red.send("node", msg);
  return red.outcome();
}

async function result(inputs: Inputs, msg: object = {}): Promise<Payload> {
  const { error, payload } = await perform(inputs, msg);
  assert.equal(error, undefined);
  return payload as Payload;
}

async function failure(inputs: Inputs, msg: object = {}) {
  const { error } = await perform(inputs, msg);
  assert.ok(error, "it succeeded");
  return error as { name: string; code: string; message: string };
}

const posts = () =>
  simulator.requests
    .filter(({ method }) => method === "POST")
    .map(({ path, query }): Record<string, string> => ({ call: path.replace("/api/switch/", ""), ...query }));
const hostAt = (index: number) => {
  const host = simulator.state.switch.ports[index]?.host;
  assert.ok(host);
  return host;
};

describe("select", () => {
  for (const [given, index, id] of [
    [2, 1, "1.2"],
    ["7", 6, "2.3"],
    ["2.3", 6, "2.3"],
    [1.4, 3, "1.4"],
    ["Web server", 1, "1.2"],
    [" LAB ", 6, "2.3"],
    [Buffer.from("lab"), 6, "2.3"],
    ["Host 5", 4, "2.1"],
    ["host 3", 2, "1.3"],
    ["next", 1, "1.2"],
    ["Previous", 7, "2.4"],
  ] as const) {
    test(`${JSON.stringify(given)} shows port ${id}, and the switch reports it`, async () => {
      const { action, changed, port, state } = await result({}, { payload: given });
      assert.deepEqual([action, changed, (port as { id: string }).id], ["select", true, id]);
      const { summary } = state as { summary: object };
      assert.deepEqual(summary, { active_port: index, active_id: id, synced: true });
      assert.deepEqual(posts(), [{ call: "set_active", port: String(index) }]);
    });
  }

  test("next goes round at the end, and begins with the first where none is shown", async () => {
    const { chain } = simulator.state.switch;
    for (const [active, word, next] of [
      [7, "next", 0],
      [-1, "next", 0],
      [-1, "previous", 7],
    ] as const) {
      chain.active = active;
      await result({ port: ["str", word] });
      assert.equal(chain.active, next);
    }
  });

  test("several next in a row go on port by port", async () => {
    await red.deploy(flow(device(simulator), kvmSwitch({}), kvmSwitch({}, { id: "other" })));
    for (const id of ["node", "other", "node"]) red.send(id, { payload: "next" });
    await red.message("result", { count: 3 });
    assert.deepEqual(posts().map(({ port }) => port), ["1", "2", "3"]); // prettier-ignore
  });

  test("the port that is shown already is left alone", async () => {
    assert.equal((await result({ port: ["str", "1"] }))["changed"], false);
    assert.deepEqual(posts(), []);
  });

  test("a switch that goes on showing another port is an error that says which", async () => {
    simulator.state.switch.chain.activate = () => undefined;
    const { name, message } = await failure({ port: ["str", "lab"], timeout: ["num", "0.3"] });
    assert.equal(name, "WaitTimeoutError");
    assert.match(message, /Port 2\.3 \(lab\) was not shown 0\.3 s after .* port 1\.1 is active/);
  });

  test("can be cancelled while the switch does not report it", async () => {
    simulator.state.switch.chain.activate = () => undefined;
    await red.deploy(flow(device(simulator), kvmSwitch({})));
    red.send("node", { payload: "lab" });
    await until(() => posts().length === 1);
    red.send("node", { reset: true });
    const { error } = await red.message("error");
    assert.equal((error as { name: string }).name, "CancelledError");
  });
});

describe("what cannot work is refused before anything is sent", () => {
  for (const [port, says] of [
    ["mail", /no port "mail"\. There are: 1\.1, 1\.2 \(Web server\), 1\.3/],
    ["9", /no port "9"/],
    ["0", /no port "0"/],
    ["2.5", /no port "2\.5"/],
    ["1.0", /no port "1\.0"/],
    ["twin", /1\.3, 1\.4 are all named "twin"/],
  ] as const) {
    test(`port ${port}`, async () => {
      for (const index of [2, 3]) simulator.state.switch.chain.settingsOf(index).name = "twin";
      for (const action of ["select", "power", "beacon_on", "edid_assign"]) {
        const { name, message } = await failure({ action: ["choice", action], port: ["str", port], edid: ["str", "default"] }); // prettier-ignore
        assert.equal(name, "ConfigurationError", action);
        assert.match(message, says);
      }
      assert.deepEqual(posts(), []);
    });
  }

  test("a unit that is not there", async () => {
    for (const light of ["uplink", "downlink"]) {
      const inputs = { action: ["choice", "beacon_on"], light: ["choice", light], unit: ["num", "3"] } as Inputs;
      assert.match((await failure(inputs)).message, /no unit 3: the switch has 1 to 2/);
    }
    assert.deepEqual(posts(), []);
  });

  test("without a switch everything for a port is an error, though the device would accept it", async () => {
    simulator.state.switch.units = 0;
    for (const inputs of [
      { port: ["str", "1"] },
      { port: ["str", "next"] },
      { action: ["choice", "power"], port: ["str", "1"] },
      { action: ["choice", "beacon_on"], port: ["str", "1"] },
      { action: ["choice", "beacon_off"], light: ["choice", "uplink"] },
      { action: ["choice", "edid_assign"], port: ["str", "1"], edid: ["str", "default"] },
    ] as Inputs[]) {
      const { name, code } = await failure(inputs);
      assert.deepEqual([name, code], ["PiKVMError", "NO_SWITCH"]);
    }
    assert.deepEqual(posts(), []);
    const { state } = await result({ action: ["choice", "state"] });
    assert.deepEqual((state as { model: { ports: unknown[] } }).model.ports, []);
  });
});

describe("power", () => {
  const power = (action: string, inputs: Inputs = {}) => ({
    action: ["choice", "power"],
    port: ["str", "lab"],
    power: ["choice", action],
    wait: ["choice", "accepted"],
    offTime: ["num", "0"],
    ...inputs,
  }) as Inputs; // prettier-ignore

  for (const action of POWER_ACTIONS) {
    for (const isOn of [false, true]) {
      test(`${action} on a computer that is ${isOn ? "on" : "off"}`, async () => {
        hostAt(LAB).power = isOn;
        const expected = PRESSES[action][isOn ? "on" : "off"][0].map((press) => press.split(" ")[0]);
        const { power: asked, pressed, port, state } = await result(power(action));
        assert.deepEqual([asked, pressed, (port as { id: string }).id], [action, expected.length > 0, "2.3"]);
        assert.deepEqual(Object.keys(state as object), ["busy", "leds"]);
        await until(() => hostAt(LAB).presses.length === expected.length);
        assert.deepEqual(hostAt(LAB).presses.map(({ line }) => line), expected); // prettier-ignore
        assert.deepEqual([hostAt(WEB).presses, simulator.host.presses], [[], []]);
      });
    }
  }

  test("finished is when the button is released, and the LED confirms afterwards", async () => {
    hostAt(LAB).settings.ledDelay = 20_000;
    const finished = await result(power("click_power", { wait: ["choice", "finished"] }));
    assert.deepEqual(finished["state"], { busy: false, leds: { power: false, hdd: false } });
    assert.ok(hostAt(LAB).presses[0]?.duration);
    hostAt(WEB).settings.ledDelay = 20_000;
    const led = await result(power("on", { port: ["str", "Web server"], wait: ["choice", "led"] }));
    assert.deepEqual(led["state"], { busy: false, leds: { power: true, hdd: false } });
  });

  test("ensure_off holds the button when the operating system does not listen", async () => {
    hostAt(LAB).power = true;
    hostAt(LAB).settings.ignoresShutdown = true;
    const { pressed, state } = await result(power("ensure_off", { hardAfter: ["num", "0.5"] }));
    assert.deepEqual([pressed, (state as { leds: { power: boolean } }).leds.power], [true, false]);
    assert.deepEqual(posts().map(({ call, ...query }) => [call, query]), [
      ["atx/power", { port: "6", action: "off" }],
      ["atx/power", { port: "6", action: "off_hard" }],
    ]); // prettier-ignore
  });

  test("an LED that does not confirm is an error", async () => {
    hostAt(LAB).settings.ignoresPowerButton = true;
    const { name, message } = await failure(power("ensure_on", { timeout: ["num", "0.2"] }));
    assert.equal(name, "WaitTimeoutError");
    assert.match(message, /power LED was not on/);
  });

  test("two messages at once never press twice", async () => {
    hostAt(LAB).settings.ledDelay = 10_000;
    const on = power("ensure_on");
    await red.deploy(flow(device(simulator), kvmSwitch(on, { id: "one" }), kvmSwitch(on, { id: "two" })));
    red.send("one", {});
    red.send("two", {});
    await red.message("result", { count: 2 });
    assert.equal(posts().length, 1);
  });

  test("a button that is being pressed is busy, which the switch itself does not tell", async () => {
    simulator.state.switch.chain.settingsOf(LAB).delays.power = 10;
    const click = power("click_power");
    await red.deploy(flow(device(simulator), kvmSwitch(click)));
    red.send("node", {});
    red.send("node", {});
    const { error } = await red.message("error");
    const { name, code, retryable } = error as { name: string; code: string; retryable: boolean };
    assert.deepEqual([name, code, retryable], ["BusyError", "BUSY", true]);
    assert.equal(posts().length, 1);
  });

  test("a press that somebody else began is waited for as long as the dialog says", async () => {
    const port = simulator.state.switch.ports[LAB];
    assert.ok(port);
    port.busy = true;
    await red.deploy(flow(device(simulator), kvmSwitch(power("click_reset", { busyRetry: ["num", "10"] }))));
    red.send("node", {});
    await until(() => simulator.requests.length > 4, { what: "a second try" });
    assert.deepEqual(posts(), []);
    port.busy = false;
    await red.message("result");
    assert.equal(hostAt(LAB).presses.length, 1);
  });

  test("cancelled while the button is down: that it was pressed is not denied", async () => {
    simulator.state.switch.chain.settingsOf(LAB).delays.power = 10;
    await red.deploy(flow(device(simulator), kvmSwitch(power("click_power", { wait: ["choice", "finished"] }))));
    red.send("node", {});
    await until(() => hostAt(LAB).presses.length === 1);
    red.send("node", { reset: true });
    const { error } = await red.message("error");
    const { name, outcome } = error as { name: string; outcome: string };
    assert.deepEqual([name, outcome], ["CancelledError", "unknown"]);
  });

  test("cancelled in the pause of a cycle: the computer is left off", async () => {
    hostAt(LAB).power = true;
    await red.deploy(flow(device(simulator), kvmSwitch(power("cycle", { offTime: ["num", "600"] }))));
    red.send("node", {});
    await until(() => !hostAt(LAB).power && simulator.state.switch.ports[LAB]?.busy === false);
    red.send("node", { reset: true });
    const { error } = await red.message("error");
    assert.equal((error as { name: string }).name, "CancelledError");
    assert.deepEqual(hostAt(LAB).presses.map(({ line }) => line), ["power"]); // prettier-ignore
  });
});

describe("beacons", () => {
  test("of a port, on and off; one that blinks already is left alone", async () => {
    const port: Inputs = { port: ["str", "lab"] };
    for (const [action, blinks, changed] of [
      ["beacon_on", true, true],
      ["beacon_on", true, false],
      ["beacon_off", false, true],
    ] as const) {
      const payload = await result({ action: ["choice", action], ...port });
      assert.deepEqual([payload["action"], payload["changed"]], [action, changed]);
      assert.equal((payload["port"] as { id: string }).id, "2.3");
      assert.equal(simulator.state.switch.ports[LAB]?.beacon, blinks);
    }
    assert.equal(posts().length, 2);
  });

  test("of a unit's connections", async () => {
    for (const light of ["uplink", "downlink"]) {
      const payload = await result({ action: ["choice", "beacon_on"], light: ["choice", light], unit: ["num", "2"] });
      const { beacons } = payload["state"] as { beacons: Record<string, boolean[]> };
      assert.deepEqual(beacons[`${light}s`], [false, true]);
      assert.equal("port" in payload, false);
    }
  });
});

describe("EDIDs", () => {
  const create = (inputs: Inputs = {}): Inputs => ({
    action: ["choice", "edid_create"],
    edid: ["str", "Lab"],
    ...inputs,
  });
  const stored = () => [...simulator.state.switch.edids.values()].map(({ name }) => name);

  for (const [form, payload] of [
    ["a Buffer", EDID],
    ["hexadecimal digits", EDID.toString("hex").replace(/(.{32})/g, "$1\n")],
    ["base64", EDID.toString("base64")],
  ] as const) {
    test(`create, from ${form}`, async () => {
      const { edid, changed } = await result(create(), { payload });
      const { id, ...rest } = edid as { id: string };
      assert.equal(changed, true);
      assert.deepEqual({ ...simulator.state.switch.edids.get(id) }, { name: "Lab", data: EDID.toString("hex").toUpperCase() }); // prettier-ignore
      assert.deepEqual(Object.keys(rest).sort(), ["data", "name", "parsed"]);
    });
  }

  test("create: the same again is left alone, another one of this name is refused", async () => {
    await result(create(), { payload: EDID });
    assert.equal((await result(create(), { payload: EDID }))["changed"], false);
    const other = Buffer.from(EDID);
    other.writeUInt8(other.readUInt8(12) + 1, 12);
    other.writeUInt8(other.readUInt8(127) - 1, 127);
    assert.match((await failure(create(), { payload: other })).message, /another EDID named "Lab"/);
    assert.deepEqual(stored(), ["Default", "Lab"]);
  });

  test("create: what is no EDID is refused, though the device would take it", async () => {
    const spoilt = (change: (copy: Buffer) => void) => {
      const copy = Buffer.from(EDID);
      change(copy);
      return copy;
    };
    for (const [payload, says] of [
      ["00FF", /it has 2/],
      [EDID.subarray(1), /it has 127/],
      [spoilt((copy) => copy.writeUInt8(1, 0)), /does not begin with 00FFFFFFFFFFFF00/],
      [spoilt((copy) => copy.writeUInt8(copy.readUInt8(20) ^ 1, 20)), /checksum of its first block/],
      [Buffer.concat([EDID, Buffer.alloc(128, 1)]), /checksum of its second block/],
      [spoilt((copy) => copy.writeUInt8(1, 126)), /a part of it is missing/],
      [{ not: "an EDID" }, /a text or a Buffer/],
    ] as const) {
      const { name, message } = await failure(create(), { payload });
      assert.equal(name, "ConfigurationError");
      assert.match(message, says);
    }
    assert.deepEqual(posts(), []);
  });

  test("list, assign by name or id, and remove: the ports get the default one again", async () => {
    const { edid } = await result(create(), { payload: EDID });
    const { id } = edid as { id: string };
    const assign: Inputs = { action: ["choice", "edid_assign"], port: ["str", "Web server"] };
    const { changed, state } = await result({ ...assign, edid: ["str", "LAB"] });
    assert.deepEqual([changed, (state as { edids: { used: string[] } }).edids.used[WEB]], [true, id]);
    assert.equal((await result({ ...assign, edid: ["str", id] }))["changed"], false);
    const { edids } = await result({ action: ["choice", "edid_list"] });
    assert.deepEqual(edids, simulator.state.switch.state()["edids"]);
    await result({ action: ["choice", "edid_remove"], edid: ["str", "Lab"] });
    assert.deepEqual(stored(), ["Default"]);
    assert.equal(simulator.state.switch.chain.settingsOf(WEB).edid, "default");
  });

  test("one that is not there, one of several, and the default one cannot be removed", async () => {
    const { edids } = simulator.state.switch;
    const data = EDID.toString("hex");
    edids.set("11111111-1111-4111-8111-111111111111", { name: "twin", data });
    edids.set("22222222-2222-4222-8222-222222222222", { name: "Twin", data });
    for (const [edid, says] of [
      ["none", /no EDID "none"\. There are: twin, Twin, Default/],
      ["TWIN", /Several EDIDs .* 11111111-.*, 22222222-/],
      ["default", /cannot be removed/],
    ] as const) {
      assert.match((await failure({ action: ["choice", "edid_remove"], edid: ["str", edid] })).message, says);
    }
    assert.deepEqual(posts(), []);
  });
});

describe("a switch that is told, and goes on as before,", () => {
  const edid: [string, string] = ["str", "Lab"];
  for (const [what, inputs, says] of [
    ["beacon_on of a port", { action: ["choice", "beacon_on"], port: ["str", "lab"] }, /beacon was not reported as on/],
    ["beacon_on of a unit", { action: ["choice", "beacon_on"], light: ["choice", "uplink"] }, /not reported as on/],
    [
      "edid_assign",
      { action: ["choice", "edid_assign"], port: ["str", "lab"], edid },
      /Port 2\.3 \(lab\) had another EDID/,
    ],
  ] as [string, Inputs, RegExp][]) {
    test(`${what}: an error in time, and an end by msg.reset`, async () => {
      simulator.state.switch.edids.set("11111111-1111-4111-8111-111111111111", {
        name: "Lab",
        data: EDID.toString("hex"),
      });
      const ignored = '{"ok": true, "result": {}}';
      simulator.faults.add({ kind: "status", code: 200, method: "POST", body: ignored });
      const { name, message } = await failure({ ...inputs, timeout: ["num", "0.3"] });
      assert.equal(name, "WaitTimeoutError");
      assert.match(message, says);
      await red.deploy(flow(device(simulator), kvmSwitch(inputs)));
      red.forget();
      red.send("node", {});
      await until(() => posts().length === 2);
      red.send("node", { reset: true });
      assert.equal(((await red.message("error"))["error"] as { name: string }).name, "CancelledError");
    });
  }
});

test("a device that is older than the switch is the device's own error", async () => {
  simulator.faults.add({ kind: "status", code: 404, path: "/api/switch", body: "404: Not Found" });
  for (const action of schema.fields.action.choices) {
    const inputs: Inputs = { action: ["choice", action], port: ["str", "1"], edid: ["str", "Lab"] };
    const { name, code } = await failure(inputs, { payload: EDID });
    assert.deepEqual([name, code], ["APIError", "HTTP_404"], action);
  }
});

test("state reports everything, as the device sends it", async () => {
  const { action, state } = await result({ action: ["choice", "state"] });
  assert.deepEqual([action, state], ["state", simulator.state.switch.state()]);
});
