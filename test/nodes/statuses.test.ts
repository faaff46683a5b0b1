import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { scaledClock, startSimulator, type Simulator } from "../../src/simulator";
import { device, fields, flow, node } from "../harness/flows";
import { NodeRed } from "../harness/node-red";
import { until } from "../harness/until";
import { ACTIONS } from "./usual/usual";

// What stands under the nodes of a running flow.

const red = NodeRed.duringTests();
let simulator: Simulator;
let other: Simulator;
const fresh = () => startSimulator({ clock: scaledClock(10), images: { "a.iso": 1_000_000 }, switchUnits: 1 });
before(async () => {
  other = await fresh();
});
beforeEach(async () => {
  simulator = await fresh();
  red.forget();
});
afterEach(async () => {
  await red.deploy(flow());
  await simulator.close();
});
after(() => other.close());

interface Shown {
  fill?: string;
  shape?: string;
  text?: string;
}

const shownAt = (id: string): Shown[] => red.statuses.filter((status) => status.id === id).map(({ status }) => status);
const now = (id = "node"): Shown => shownAt(id).at(-1) ?? {};
const shows = (fill: string, text: RegExp, id = "node") =>
  until(() => now(id).fill === fill && text.test(now(id).text ?? ""), {
    what: `${id} to show ${fill} ${String(text)}`,
  });

const TIME = "\\d\\d:\\d\\d";
const power = (overrides: object = {}, inputs: Parameters<typeof fields>[0] = { action: ["msg", "payload"] }) =>
  node("pikvm-atx-power", { ...fields({ wait: ["choice", "led"], ...inputs }), ...overrides });

describe("what was reached, and when", () => {
  /** What an ordinary use of each node comes to. */
  const USUAL: Record<string, RegExp> = {
    "atx-power": new RegExp(`^pressed · ${TIME}$`),
    gpio: new RegExp(`^(on|off|pulsed|read) · ${TIME}$`),
    "hid-keys": new RegExp(`^\\d+ typed · ${TIME}$`),
    "hid-macro": new RegExp(`^played · ${TIME}$`),
    "hid-mouse": new RegExp(`^(moved|clicked) · ${TIME}$`),
    "kvm-switch": new RegExp(`^port [\\d.]+ · ${TIME}$|^already at port [\\d.]+$`),
    "msd-image": new RegExp(`^.* (stored|saved|removed)$|^read · ${TIME}$`),
    "msd-mount": /^a\.iso mounted$/,
    request: new RegExp(`^HTTP 200 · ${TIME}$`),
    screen: new RegExp(`^(picture|no signal|text read) · ${TIME}$`),
    "wait-until": new RegExp(`^(as wanted|seen) · ${TIME}$`),
  };

  for (const { name, type, properties, msg = {} } of ACTIONS) {
    test(`by ${name}`, async () => {
      await red.deploy(flow(device(simulator), node(type, properties)));
      red.forget();
      red.send("node", { ...msg });
      await red.message("result");
      await shows("green", USUAL[name] ?? assert.fail(`what does ${name} say?`));
      assert.ok((now().text ?? "").length < 24);
    });
  }

  const SERIES: [type: string, properties: object, payloads: [payload: unknown, text: RegExp][]][] = [
    [
      "pikvm-atx-power",
      fields({ wait: ["choice", "led"] }),
      [
        ["on", new RegExp(`^on · ${TIME}$`)],
        ["on", /^already on$/],
        ["state", new RegExp(`^on · ${TIME}$`)],
        ["click_reset", new RegExp(`^pressed · ${TIME}$`)],
        ["off_hard", new RegExp(`^off · ${TIME}$`)],
        ["ensure_off", /^already off$/],
      ],
    ],
    [
      "pikvm-msd-mount",
      fields({ action: ["msg", "payload"], image: ["str", "a.iso"] }),
      [
        ["mount", /^a\.iso mounted$/],
        ["mount", /^already mounted$/],
        ["state", /^a\.iso mounted$/],
        ["eject", new RegExp(`^ejected · ${TIME}$`)],
        ["eject", /^nothing mounted$/],
        ["state", /^nothing mounted$/],
      ],
    ],
    [
      "pikvm-kvm-switch",
      fields({ action: ["msg", "payload"], port: ["str", "3"], power: ["choice", "state"] }),
      [
        ["select", new RegExp(`^port 3 · ${TIME}$`)],
        ["select", /^already at port 3$/],
        ["power", new RegExp(`^(on|off) · ${TIME}$`)],
        ["beacon_on", new RegExp(`^beacon on · ${TIME}$`)],
        ["state", new RegExp(`^read · ${TIME}$`)],
      ],
    ],
    [
      "pikvm-hid-keys",
      fields({
        action: ["msg", "payload"],
        text: ["str", "abc"],
        keys: ["str", "ControlLeft+KeyC"],
        key: ["str", "Enter"],
      }),
      [
        ["text", new RegExp(`^3 (typed|sent) · ${TIME}$`)],
        ["shortcut", new RegExp(`^pressed · ${TIME}$`)],
        ["release", new RegExp(`^released · ${TIME}$`)],
      ],
    ],
  ];
  for (const [type, properties, payloads] of SERIES) {
    test(`step by step by ${type}`, async () => {
      await red.deploy(flow(device(simulator), node(type, properties as Record<string, unknown>)));
      for (const [payload, text] of payloads) {
        red.received.length = 0;
        red.send("node", { payload });
        await red.message("result");
        await shows("green", text);
      }
    });
  }
});

describe("why it did not work", () => {
  const table: [what: string, config: () => object, text: RegExp][] = [
    ["another certificate", () => ({ fingerprint: "00:".repeat(31) + "00" }), /^certificate changed$/],
    ["a certificate that nobody knows", () => ({ trust: "system" }), /^certificate not trusted$/],
    ["a name that is not known", () => ({ address: "no-such-host.invalid" }), /^name (not found|lookup failed)$/],
    ["nobody listens", () => ({ address: "127.0.0.1:1" }), /^connection refused$/],
    [
      "a plain port",
      () => ({ address: simulator.url.replace(/:\d+$/, `:${new URL(red.url).port}`) }),
      /^no HTTPS at this port$/,
    ],
    ["a wrong password", () => ({ credentials: { password: "wrong" } }), /^login refused/],
    ["no address", () => ({ address: "" }), /^no address$/],
    ["read only", () => ({ readOnly: true }), /^device is read-only$/],
  ];
  for (const [what, config, text] of table) {
    test(`${what}, by an action node`, async () => {
      await red.deploy(flow(device(simulator, config()), power()));
      red.send("node", { payload: "on" });
      await red.message("error");
      await shows("red", text);
    });

    if (what === "read only") continue;
    test(`${what}, by a source`, async () => {
      await red.deploy(flow(device(simulator, config()), node("pikvm-events")));
      await red.message("error");
      await until(() => shownAt("node").some(({ fill, text: said = "" }) => fill === "red" && text.test(said)));
    });
  }
});

describe("after a deploy, before the first message", () => {
  const table: [what: string, config: () => object, fill: string, text: RegExp][] = [
    ["a certificate that is not checked", () => ({ trust: "none" }), "yellow", /^certificate not checked$/],
    ["a device without an address", () => ({ address: "" }), "red", /^no address$/],
    ["one whose certificate is not known yet", () => ({ fingerprint: "" }), "red", /^no trusted certificate$/],
    ["one whose TLS settings are gone", () => ({ trust: "tls", tls: "gone" }), "red", /^no TLS settings$/],
    ["one whose proxy is gone", () => ({ proxy: "gone" }), "red", /^proxy not deployed$/],
    ["one whose extra header has no value", () => ({ headers: ["x-login"] }), "red", /^header has no value$/],
  ];
  for (const [what, config, fill, text] of table) {
    test(`${what} is shown`, async () => {
      await red.deploy(flow(device(simulator, config()), power()));
      await shows(fill, text);
      assert.equal(simulator.connections, 0);
    });
  }

  test("a device that is missing is shown, unless messages name one", async () => {
    const byName = power({ id: "by name", device: "", deviceFromMsg: true });
    await red.deploy(flow(device(simulator), power({ device: "" }), byName));
    await shows("red", /^no device$/);
    assert.deepEqual(now("by name"), {});
  });

  test("what another node has met is shown as long as it is so, and asks nothing of the device", async () => {
    const lab = device(simulator);
    await red.deploy(flow(lab, power(), power({ id: "second" })));
    // Deployed with its password again, it would be another device.
    delete lab["credentials"];
    assert.deepEqual(now("second"), {});
    await simulator.unplug();
    red.send("node", { payload: "state" });
    await shows("red", /^connection refused$/, "second");
    // One that is deployed meanwhile knows it, too.
    red.forget();
    await red.deploy(flow(lab, power(), power({ id: "second", name: "new" })), "nodes");
    await shows("red", /^connection refused$/, "second");
    await simulator.plugIn();
    red.send("node", { payload: "state" });
    await shows("green", /^off · /);
    await until(() => now("second").text === undefined, { what: "nothing to be shown" });
  });

  test("a refused login is shown, with the time of the next", async () => {
    await red.deploy(flow(device(simulator, { credentials: { password: "wrong" } }), power(), power({ id: "second" })));
    red.send("node", { payload: "state" });
    await shows("red", /^login refused/, "second");
  });
});

describe("a device that is lost", () => {
  const events = node("pikvm-events", { id: "events", wires: [[], ["error"]] });

  test("shows a word, in grey, and recovers", async () => {
    await red.deploy(flow(device(simulator), events, power()));
    await shows("green", /^connected$/, "events");
    red.send("node", { payload: "on" });
    await shows("green", /^on · /);
    const { text } = now();
    simulator.kill();
    await until(() => shownAt("events").some(({ fill, text }) => fill === "grey" && text === "disconnected"));
    await shows("grey", /^on · /);
    assert.equal(now().text, text, "how it was at last");
    await simulator.restart();
    await shows("green", /^connected$/, "events");
    await shows("green", /^on · /);
    assert.equal(now().text, text);
  });

  test("is seen by what another node has met, and by what works again", async () => {
    const second = power({ id: "second" });
    await red.deploy(flow(device(simulator), power(), second));
    red.send("node", { payload: "state" });
    await shows("green", /^off · /);
    await simulator.unplug();
    red.send("second", { payload: "state" });
    await shows("red", /^connection refused$/, "second");
    await shows("grey", /^off · /);
    await simulator.plugIn();
    red.send("second", { payload: "state" });
    await shows("green", /^off · /, "second");
    await shows("green", /^off · /);
  });

  test("is not one that is slow once, while its events come", async () => {
    await red.deploy(flow(device(simulator, { timeout: "1" }), events, power(), power({ id: "second" })));
    await shows("green", /^connected$/, "events");
    red.send("node", { payload: "state" });
    await shows("green", /^off · /);
    simulator.faults.add({ kind: "hang", path: "/api/atx", times: 1 });
    red.send("second", { payload: "state" });
    await shows("red", /^no answer in time$/, "second");
    simulator.host.power = true;
    await shows("green", /^off · /);
  });

  test("is no reason to change what another device has done", async () => {
    await red.deploy(
      flow(device(simulator), device(other, { id: "other", name: "lab 2" }), events, power({ device: "other" })),
    );
    await shows("green", /^connected$/, "events");
    red.send("node", { payload: "state" });
    await shows("green", /^off · /);
    simulator.kill();
    await shows("grey", /./, "events");
    assert.equal(now().fill, "green");
    await simulator.restart();
  });
});

test("the warning of a certificate that is not checked belongs to the device of the message", async () => {
  const loose = device(other, { id: "loose", name: "lab 2", trust: "none" });
  await red.deploy(flow(device(simulator), loose, power({ deviceFromMsg: true })));
  for (const [pikvm, fill, text] of [
    ["bench", "green", /^off · /],
    ["lab 2", "yellow", /^certificate not checked$/],
    ["bench", "green", /^off · /],
  ] as const) {
    red.received.length = 0;
    red.send("node", { payload: "state", pikvm });
    await red.message("result");
    await shows(fill, text);
  }
  // One that is asked meanwhile, and fails before it has a device or is not done yet, changes nothing about it.
  red.received.length = 0;
  red.send("node", { payload: "state", pikvm: "lab 2" });
  red.send("node", { payload: "state", pikvm: "bench" });
  await red.message("result", { count: 2 });
  const last = red.at("result").at(-1)?.["pikvm"];
  await shows(last === "bench" ? "green" : "yellow", last === "bench" ? /^off · / : /^certificate not checked$/);
});
