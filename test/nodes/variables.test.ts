import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { scaledClock, startSimulator, type Simulator } from "../../src/simulator";
import { device, fields, flow, node, type Inputs } from "../harness/flows";
import { NodeRed, type FlowConfig } from "../harness/node-red";
import { until } from "../harness/until";

const red = NodeRed.duringTests();
let simulator: Simulator;
before(async () => {
  simulator = await startSimulator({ clock: scaledClock(10), passwd: "a${b}c" });
  Object.assign(process.env, {
    TEST_URL: simulator.url,
    TEST_PASSWORD: "a${b}c",
    TEST_TIMEOUT: "7",
    TEST_EMPTY: "",
    TEST_CALL: "/api/atx",
  });
});
after(() => simulator.close());
beforeEach(async () => {
  await red.deploy(flow());
  red.forget();
});

const REQUEST = fields({ call: ["choice", "custom"], path: ["str", "/api/info"] });
const RIGHT = { credentials: { password: "${TEST_PASSWORD}" } };
type Told = { name: string; code: string; message: string };
const errorOf = (msg: Record<string, unknown>) => msg["error"] as Told;

/** Changes a tab, a group or another node of a flow. */
const withEnv = (config: FlowConfig, id: string, env: object): FlowConfig =>
  config.map((item) =>
    item.id === id
      ? { ...item, env: Object.entries(env).map(([name, value]) => ({ name, value: String(value), type: "str" })) }
      : item,
  );

async function refusedWith(config: FlowConfig, msg: object = {}): Promise<Told> {
  const before = simulator.requests.length + simulator.sessionsOpened;
  await red.deploy(config);
  red.forget();
  if (config.some(({ id }) => id === "node")) red.send("node", msg);
  const error = errorOf(await red.message("error"));
  assert.equal(error.name, "ConfigurationError");
  assert.equal(simulator.requests.length + simulator.sessionsOpened, before, "nothing is sent");
  return error;
}

describe("a variable that is not set, in each property of the device", () => {
  const properties: [label: string, config: Record<string, unknown>][] = [
    ["Name", { name: "${TEST_GONE}" }],
    ["Address", { address: "${TEST_GONE}" }],
    ["User", { user: "${TEST_GONE}" }],
    ["Log in with", { auth: "${TEST_GONE}" }],
    ["Certificate", { trust: "${TEST_GONE}" }],
    ["Fingerprint", { fingerprint: "${TEST_GONE}" }],
    ["TLS settings", { trust: "tls", tls: "${TEST_GONE}" }],
    ["Connect within", { connectTimeout: "${TEST_GONE}" }],
    ["Answer within", { timeout: "${TEST_GONE}" }],
    ["Video runs on", { videoIdle: "${TEST_GONE}" }],
    ["Password", { credentials: { password: "${TEST_GONE}" } }],
    ["Password", { credentials: { password: "$(TEST_GONE)" } }],
    ["2FA secret", { credentials: { password: "admin", totpSecret: "${TEST_GONE}" } }],
  ];
  for (const [label, config] of properties) {
    test(`${label}: ${JSON.stringify(config)}`, async () => {
      for (const user of [node("pikvm-request", REQUEST), node("pikvm-events", { id: "events" })]) {
        const { message, code } = await refusedWith(flow(device(simulator, { ...RIGHT, ...config }), user));
        assert.ok(message.startsWith(`${label}: the environment variable TEST_GONE is not set`), message);
        assert.equal(code, "VARIABLE_NOT_SET");
      }
    });
  }
});

describe("a variable inside of a text, in each property of the device", () => {
  const inside = ["https://${TEST_URL}:8443", " ${TEST_URL}", "${TEST_URL}${TEST_URL}"];
  const properties: [label: string, config: (text: string) => object][] = [
    ["Address", (address) => ({ address })],
    ["User", (user) => ({ user })],
    ["Fingerprint", (fingerprint) => ({ fingerprint })],
    ["Answer within", (timeout) => ({ timeout })],
    ["Password", (password) => ({ credentials: { password } })],
    ["2FA secret", (totpSecret) => ({ credentials: { totpSecret } })],
  ];
  for (const [label, config] of properties) {
    test(label, async () => {
      for (const text of inside) {
        const on = device(simulator, { ...RIGHT, ...config(text) });
        const { message, code } = await refusedWith(flow(on, node("pikvm-request", REQUEST)));
        assert.match(message, new RegExp(`^${label}: .* inside of a text is not replaced`));
        assert.equal(code, "VARIABLE_INSIDE");
        if (label === "Password" || label === "2FA secret") assert.ok(!message.includes("TEST_URL"), message);
      }
    });
  }
});

test("variables that are set are used, whatever stands in them: also a password with ${...} inside", async () => {
  const on = device(simulator, { ...RIGHT, address: "${TEST_URL}", timeout: "${TEST_TIMEOUT}" });
  await red.deploy(flow(on, node("pikvm-request", REQUEST)));
  red.send("node", {});
  await red.message("result");
});

test("a device that all flows share sees no variables of a tab; one of the tab does", async () => {
  const on = { ...device(simulator, RIGHT), address: "${url_of_tab}" };
  const shared = withEnv(flow(on, node("pikvm-request", REQUEST)), "tab", { url_of_tab: simulator.url });
  const { message } = await refusedWith(shared);
  assert.match(message, /^Address: the environment variable url_of_tab is not set.*global variables/);
  const own = withEnv(flow({ ...on, z: "tab" }, node("pikvm-request", REQUEST)), "tab", { url_of_tab: simulator.url });
  await red.deploy(own);
  red.send("node", {});
  await red.message("result");
});

test("Node-RED's global variables are seen by all", async () => {
  const on = device(simulator, { ...RIGHT, address: "${url_of_all}" });
  const env = [{ name: "url_of_all", value: simulator.url, type: "str" }];
  const globals = { id: "globals", type: "global-config", env, name: "" };
  await red.deploy(flow(on, globals, node("pikvm-request", REQUEST)));
  red.send("node", {});
  await red.message("result");
});

describe("a node of a flow", () => {
  const unset: [label: string, type: string, inputs: Inputs][] = [
    ["Path", "pikvm-request", { call: ["choice", "custom"], path: ["str", "${TEST_GONE}"] }],
    ["Path", "pikvm-request", { call: ["choice", "custom"], path: ["env", "TEST_GONE"] }],
    ["Path", "pikvm-request", { call: ["choice", "custom"], path: ["env", "${TEST_GONE}"] }],
    ["Path", "pikvm-request", { call: ["choice", "custom"], path: ["env", "/api/${TEST_GONE}"] }],
    ["Path", "pikvm-request", { call: ["choice", "custom"], path: ["msg", "${TEST_GONE}"] }],
    ["Call", "pikvm-request", { call: ["choice", "${TEST_GONE}"] }],
    ["Query", "pikvm-request", { query: ["str", "${TEST_GONE}"] }],
    ["Query", "pikvm-request", { query: ["env", "TEST_GONE"] }],
    ["Answer within", "pikvm-request", { timeout: ["num", "${TEST_GONE}"] }],
    ["Answer within", "pikvm-request", { timeout: ["env", "TEST_GONE"] }],
    ["Text", "pikvm-hid-keys", { action: ["choice", "text"], text: ["str", "${TEST_GONE}"] }],
    ["Text", "pikvm-hid-keys", { action: ["choice", "text"], text: ["env", "TEST_GONE"] }],
    ["Channel", "pikvm-gpio", { action: ["choice", "read"], channel: ["str", "${TEST_GONE}"] }],
    ["If busy, retry for", "pikvm-atx-power", { action: ["choice", "on"], busyRetry: ["num", "${TEST_GONE}"] }],
    ["Keymap", "pikvm-hid-keys", { action: ["choice", "text"], keymap: ["str", "${TEST_GONE}"] }],
    ["Image", "pikvm-msd-mount", { image: ["env", "TEST_GONE"] }],
  ];
  for (const [label, type, inputs] of unset) {
    test(`does not run without its variable: ${type} ${JSON.stringify(inputs)}`, async () => {
      const { message, code } = await refusedWith(flow(device(simulator, RIGHT), node(type, fields(inputs))), {
        payload: "x",
      });
      assert.ok(message.startsWith(`${label}: the environment variable TEST_GONE is not set`), message);
      assert.equal(code, "VARIABLE_NOT_SET");
    });
  }

  test("names the device that it does not find", async () => {
    const { message } = await refusedWith(
      flow(device(simulator, RIGHT), node("pikvm-request", { device: "${TEST_GONE}" })),
    );
    assert.match(message, /^Device: the environment variable TEST_GONE is not set/);
  });

  test("takes no variable inside of a text, unless that may be meant as it is", async () => {
    const path = node("pikvm-request", fields({ call: ["choice", "custom"], path: ["str", "/api/${TEST_CALL}"] }));
    const { message, code } = await refusedWith(flow(device(simulator, RIGHT), path));
    assert.match(message, /^Path: \$\{TEST_CALL\} inside of a text is not replaced/);
    assert.equal(code, "VARIABLE_INSIDE");
    const shell = "echo ${HOME} $(date)";
    const typing = fields({ action: ["choice", "text"], text: ["str", shell] });
    await red.deploy(flow(device(simulator, RIGHT), node("pikvm-hid-keys", typing)));
    red.send("node", {});
    await red.message("result");
    await until(() => simulator.host.typed.includes(shell));
  });

  const set: [string, Inputs, object][] = [
    ["the process's, as text", { path: ["str", "${TEST_CALL}"] }, {}],
    ["the process's", { path: ["env", "TEST_CALL"] }, {}],
    ["the process's, in braces", { path: ["env", "${TEST_CALL}"] }, {}],
    ["the process's, inside", { path: ["env", "${TEST_CALL}?x=1"] }, {}],
    ["one that is empty", { path: ["str", "/api/info"], query: ["env", "TEST_EMPTY"] }, {}],
    ["the tab's", { path: ["env", "call"] }, { call: "/api/atx" }],
    ["the tab's, as text", { path: ["str", "${call}"] }, { call: "/api/atx" }],
    ["Node-RED's own", { path: ["str", "/api/info"], query: ["env", "NR_FLOW_ID"] }, {}],
  ];
  for (const [what, inputs, env] of set) {
    test(`uses ${what}`, async () => {
      const asking = node("pikvm-request", fields({ call: ["choice", "custom"], ...inputs }));
      await red.deploy(withEnv(flow(device(simulator, RIGHT), asking), "tab", env));
      red.send("node", {});
      const { error } = await red.outcome();
      assert.equal(error, undefined);
    });
  }
});

test("a field that the action does not use may have a variable that is not there", async () => {
  const unused = fields({ call: ["choice", "info"], path: ["str", "${TEST_GONE}"], body: ["env", "TEST_GONE"] });
  await red.deploy(flow(device(simulator, RIGHT), node("pikvm-request", unused)));
  red.send("node", {});
  await red.message("result");
});

describe("in a subflow", () => {
  const subflow = (env: object): FlowConfig => {
    const inside = { z: "sub", x: 0, y: 0 };
    const entry = (name: string, value: string) => ({ name, value, type: "str" });
    return [
      ...flow(),
      {
        id: "sub",
        type: "subflow",
        name: "",
        in: [{ x: 0, y: 0, wires: [{ id: "asking" }] }],
        out: [0, 1].map((port) => ({ x: 0, y: 0, wires: [{ id: "asking", port }] })),
        env: [entry("path", "/api/atx")],
      },
      { ...device(simulator, RIGHT), ...inside, id: "inside", address: "${address}" },
      {
        ...node("pikvm-request", fields({ call: ["choice", "custom"], path: ["str", "${path}"] })),
        ...inside,
        id: "asking",
        device: "inside",
      },
      {
        id: "node",
        type: "subflow:sub",
        z: "tab",
        x: 0,
        y: 0,
        wires: [["result"], ["error"]],
        env: Object.entries(env).map(([name, value]) => entry(name, String(value))),
      },
    ];
  };

  test("device and nodes take what the instance gives them", async () => {
    await red.deploy(subflow({ address: simulator.url }));
    red.send("node", {});
    await red.message("result");
  });

  test("what it does not give is named, and what it gives in part", async () => {
    for (const [env, code] of [
      [{}, "VARIABLE_NOT_SET"],
      [{ address: simulator.url, path: "${TEST_GONE}" }, undefined],
    ] as const) {
      red.forget();
      await red.deploy(subflow(env));
      red.send("node", {});
      const { name, code: told } = errorOf(await red.message("error"));
      assert.equal(name, "ConfigurationError");
      if (code) assert.equal(told, code);
    }
  });
});

describe("a source", () => {
  const unset: [label: string, type: string, config: object][] = [
    ["Properties", "pikvm-events", { properties: ["atx.leds.power", "${TEST_GONE}"] }],
    ["Device", "pikvm-events", { device: "${TEST_GONE}" }],
    ["Also say when the connection comes and goes", "pikvm-events", { connection: "${TEST_GONE}" }],
    ["Frames", "pikvm-screen-watch", { mode: "frames", rate: "${TEST_GONE}" }],
    ["Text", "pikvm-screen-watch", { mode: "text", text: "${TEST_GONE}" }],
    ["File", "pikvm-screen-watch", { mode: "frames", format: "file", file: "${TEST_GONE}" }],
  ];
  for (const [label, type, config] of unset) {
    test(`does not begin without its variable: ${type} ${JSON.stringify(config)}`, async () => {
      const { message } = await refusedWith(flow(device(simulator, RIGHT), node(type, { id: "source", ...config })));
      assert.ok(message.startsWith(`${label}: the environment variable TEST_GONE is not set`), message);
    });
  }
});
