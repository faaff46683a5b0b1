import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { before, beforeEach, describe, test } from "node:test";
import fc from "fast-check";
import { DEEDS } from "../../nodes/deeds";
import type { Fault, Simulator } from "../../src/simulator";
import { device, flow } from "../harness/flows";
import { AedesBroker } from "../harness/aedes";
import { Topics } from "../harness/topics";
import { unhandledDuringTests } from "../harness/unhandled";
import { until } from "../harness/until";
import { House } from "./house";

const house = new House();
unhandledDuringTests();
const PASSWORD = "Pa55-planted-Zebra";
const TYPED = "luks-planted-Quagga";
let simulator: Simulator;
const BASE = "pikvm/bench";

before(async () => {
  simulator = await house.simulator({ passwd: PASSWORD, switchUnits: 1, relayBoard: true, hostPoll: 1 });
  await house.deploy(simulator, {
    settings: { credentials: { password: PASSWORD }, timeout: "2" },
    own: { commands: DEEDS.filter((deed) => deed !== "gpio: toggle") },
  });
  simulator.host.power = true;
});
beforeEach(() => {
  simulator.faults.clear();
  simulator.host.forget();
});

interface Answer {
  result?: Record<string, unknown>;
  error?: { name: string; kinds: string[]; message: string; code: string; outcome?: string; source: object };
  id?: unknown;
}

/** Asks as MQTT 5 does. */
const ask = (path: string, body: unknown = {}, more: { expiry?: number } = {}): Promise<Answer> =>
  askAt(`${BASE}/do/${path}`, body, more);

async function askAt(topic: string, body: unknown = {}, more: { expiry?: number } = {}): Promise<Answer> {
  const { topics } = house;
  const responseTopic = `asker/${randomUUID()}`;
  const correlationData = Buffer.from(randomUUID());
  const payload = typeof body === "string" || Buffer.isBuffer(body) ? body : JSON.stringify(body);
  const expiry = more.expiry === undefined ? {} : { messageExpiryInterval: more.expiry };
  await topics.publish(topic, payload, { properties: { responseTopic, correlationData, ...expiry } });
  const answer = await until(() => topics.messages.find((one) => one.topic === responseTopic), { what: topic });
  assert.deepEqual(answer.properties?.correlationData, correlationData);
  assert.equal(answer.retained, false);
  return JSON.parse(answer.text) as Answer;
}

const errorOf = async (...asked: Parameters<typeof ask>) => {
  const { error, result } = await ask(...asked);
  assert.ok(error, JSON.stringify(result));
  return error;
};
const sent = (): number => simulator.requests.filter(({ method }) => method === "POST").length;

describe("each node does what it would do in a flow", () => {
  const macro = [{ event_type: "key", event: { key: "KeyA", state: true } }];
  const asked: [path: string, body: object | string, isDone: (result: Record<string, unknown>) => unknown][] = [
    ["atx-power/click_reset", "", () => simulator.host.presses.length === 1],
    ["hid-keys/text", { payload: "hello" }, () => simulator.host.typed === "hello"],
    ["hid-keys/key", { key: "KeyX" }, () => simulator.host.typed === "x"],
    ["hid-mouse/move", { payload: { x: 10, y: 90 } }, () => simulator.requests.length],
    ["hid-macro/macro", { macro }, () => simulator.host.keyEvents.some(({ key }) => key === "KeyA")],
    ["msd-mount/mount", "boot.iso", () => simulator.host.usbDrive?.image === "boot.iso"],
    ["msd-mount/eject", "", () => !simulator.host.usbDrive],
    ["msd-image/list", "", ({ images }) => images],
    ["gpio/on", { channel: "relay1" }, () => simulator.state.gpio.channels.outputs["relay1"]?.state],
    ["screen/snapshot", "", ({ picture }) => String(picture).startsWith("/9j/")],
    ["kvm-switch/select", "2", () => simulator.state.switch.chain.active === 1],
    ["wait-until/state", { path: "atx.leds.power", timeout: 5 }, ({ value }) => value],
    ["request/info", "", ({ body, info }) => body ?? info ?? true],
  ];
  for (const [path, body, isDone] of asked)
    test(path, async () => {
      const { result, error } = await ask(path, body);
      assert.equal(error, undefined);
      assert.ok(isDone(result ?? {}), JSON.stringify(result).slice(0, 500));
    });
});

describe("each error comes by its name to who asked", () => {
  const errors: [name: string, fault: Fault, path?: string, body?: object][] = [
    ["APIError", { kind: "status", code: 500, path: /click/ }],
    ["AuthError", { kind: "status", code: 403, path: /click/ }],
    ["BusyError", { kind: "status", code: 409, path: /click/ }],
    ["UnavailableError", { kind: "status", code: 503, path: /click/ }],
    ["RedirectError", { kind: "redirect", location: "https://elsewhere.invalid/", path: /click/ }],
    ["ResponseError", { kind: "html", path: /click/ }],
    ["ConnectError", { kind: "reset", path: /click/ }],
    ["ConnectionTimeoutError", { kind: "hang", path: /click/ }],
    ["ConfigurationError", { kind: "delay", ms: 0 }, "atx-power/dance"],
    ["WaitTimeoutError", { kind: "delay", ms: 0 }, "wait-until/state", { value: false, timeout: 0.1 }],
    ["PiKVMError", { kind: "delay", ms: 0 }, "hid-keys/reconnect"],
  ];
  for (const [name, fault, path = "atx-power/click_reset", body = { busyRetry: 0, wait: "accepted" }] of errors)
    test(name, async () => {
      simulator.faults.add({ ...fault, ...(name === "AuthError" ? { times: 1 } : {}) });
      const error = await errorOf(path, body);
      assert.equal(error.name, name, error.message);
      const all = ["name", "kinds", "message", "status_code", "error", "error_msg", "code", "retryable", "source"];
      for (const key of all) assert.ok(key in error, key);
      assert.equal(error.kinds.at(-1), "PiKVMError");
    });

  test("what is not ticked is not allowed, and nothing is sent", async () => {
    const before = sent();
    assert.equal((await errorOf("gpio/toggle", { channel: "relay1" })).code, "NOT_ALLOWED");
    assert.equal(sent(), before);
  });

  test("files and streams are refused", async () => {
    assert.equal((await errorOf("msd-image/upload", { payload: "/etc/passwd", name: "a.iso" })).code, "OUTSIDE");
    assert.equal((await errorOf("hid-macro/file", { file: "/etc/passwd" })).code, "OUTSIDE");
    assert.equal((await errorOf("screen/snapshot", { format: "file", file: "/tmp/x" })).code, "OUTSIDE");
    const stream = await errorOf("msd-image/download", { payload: "boot.iso", target: "stream" });
    assert.equal(stream.name, "ConfigurationError");
  });
});

describe("only what is fresh is done", () => {
  test("a command that says that it is old, or from a wrong clock", async () => {
    const before = sent();
    const now = Date.now() / 1000;
    for (const when of [now - 60, now + 60, new Date(Date.now() - 60_000).toISOString(), (now - 60) * 1000])
      assert.equal((await errorOf("atx-power/click_power", { sent: when })).code, "EXPIRED");
    for (const when of ["yesterday", {}, [], true, null])
      assert.equal((await errorOf("atx-power/click_power", { sent: when })).name, "ConfigurationError");
    assert.equal(sent(), before);
    assert.ok((await ask("hid-keys/text", { sent: now, payload: "now" })).result);
  });

  test("a command that has waited longer than its expiry", async () => {
    const long = ask("hid-keys/text", { payload: "x".repeat(60), delay: 0.05 });
    const late = await errorOf("hid-keys/text", { payload: "late" }, { expiry: 1 });
    assert.equal(late.code, "EXPIRED");
    assert.ok((await long).result);
    assert.ok(!simulator.host.typed.includes("late"));
  });

  test("a retained command is not done, and is removed", async () => {
    for (const topic of [`${BASE}/do/atx-power/click_power`, `${BASE}/press_power/set`]) {
      await house.topics.publish(topic, "{}", { retain: true });
      await house.topics.untilRetained((kept) => !kept.has(topic), `${topic} removed`);
    }
    // What was there before the bridge.
    const topic = `${BASE}/press_power/set`;
    await house.red.deploy(flow());
    await house.topics.publish(topic, "PRESS", { retain: true });
    await house.deploy(simulator, { settings: { credentials: { password: PASSWORD }, timeout: "2" } });
    await house.topics.untilRetained((kept) => !kept.has(topic), `${topic} removed`);
    await ask("atx-power/state");
    assert.deepEqual(simulator.host.presses, []);
  });

  test("the 101st command at the same time is refused", async () => {
    simulator.faults.add({ kind: "hang", path: /\/api\/info/ });
    const all = Array.from({ length: 101 }, () => ask("request/info", { timeout: 3 }));
    const codes = (await Promise.all(all)).map(({ error }) => error?.code);
    assert.deepEqual(
      codes.filter((code) => code === "QUEUE_FULL"),
      ["QUEUE_FULL"],
    );
  });
});

describe("what makes no sense harms nothing", () => {
  test("payloads by chance, deep ones, large ones, and those that aim at prototypes", async () => {
    const deep = `${"[".repeat(50_000)}${"]".repeat(50_000)}`;
    const given: (string | Buffer)[] = [
      ...fc.sample(fc.json(), { numRuns: 10, seed: 1 }),
      ...fc.sample(fc.uint8Array({ maxLength: 50 }), { numRuns: 10, seed: 1 }).map((bytes) => Buffer.from(bytes)),
      ...["__proto__", "constructor", "prototype"].map((key) => `{"${key}":{"polluted":1,"allowed":1},"path":"x"}`),
      '{"constructor":{"prototype":{"polluted":1}}}',
      deep,
      `{"payload":${deep}}`,
      "x".repeat(5_000_000),
    ];
    for (const payload of given) {
      const { error, result } = await ask("gpio/dance", payload);
      assert.equal(error?.name, "ConfigurationError", JSON.stringify(result));
    }
    for (const path of ["__proto__/on", "constructor/x", "gpio/__proto__", "toString/x", "nowhere/x"])
      assert.equal((await errorOf(path)).name, "ConfigurationError");
    assert.equal(({} as Record<string, unknown>)["polluted"], undefined);
    assert.ok((await ask("atx-power/state")).result);
  });

  const misplaced: [path: string, said: RegExp][] = [
    ["do", /^No node is named: publish to do\/<node>\/<action>\. There are: atx-power, /],
    ["do/atx-power", /^do\/atx-power names no action: publish to do\/atx-power\/<action>\. There are: .*ensure_on/],
    ["do/atx-power/", /^do\/atx-power\/ names no action/],
    ["do/atx-power/on/now", /^do\/atx-power\/on\/now has too many levels/],
    ["do/set", /^There is no node "set"/],
    ["do/nowhere", /^There is no node "nowhere"/],
    ["nothing/set", /^There is nothing to set at "nothing"\. There are: .*press_power, /],
    ["gpio/nothing/set", /^There is nothing to set at "gpio\/nothing"/],
  ];
  for (const [path, said] of misplaced)
    test(`who asks at ${path} is told what to do`, async () => {
      const before = sent();
      const { error } = await askAt(`${BASE}/${path}`, "on");
      assert.equal(error?.name, "ConfigurationError");
      assert.match(error.message, said);
      assert.equal(sent(), before);
    });

  test("who names no topic to answer on is answered where others are", async () => {
    const { topics } = house;
    const asked = `${BASE}/do/atx-power/state`;
    for (const responseTopic of ["answers/#", "answers/+", ""]) {
      topics.forget();
      const properties = { responseTopic, correlationData: Buffer.from("mine") };
      await topics.publish(asked, "", { properties });
      const answer = await until(() => topics.messages.find(({ topic }) => topic === `${asked}/result`), {
        what: `an answer instead of on "${responseTopic}"`,
        timeout: 10_000,
      });
      assert.equal(answer.properties?.correlationData?.toString("utf8"), "mine");
    }
  });

  test("who asks at an entity is answered, too", async () => {
    assert.deepEqual((await askAt(`${BASE}/press_reset/set`, "PRESS")).result?.["action"], "click_reset");
    assert.match((await askAt(`${BASE}/gpio/relay1/set`, "dance")).error?.message ?? "", /^action: "dance"/);
    assert.match((await askAt(`${BASE}/press_reset/set`, "")).error?.message ?? "", /is empty/);
  });

  test("a message that begins as JSON and is none is not typed, nor shown", async () => {
    const before = sent();
    for (const payload of ['{"payload": "luks-Okapi}', "{luks-Okapi}", ' {"payload": luks-Okapi"}']) {
      const error = await errorOf("hid-keys/text", payload);
      assert.deepEqual([error.name, error.code], ["ConfigurationError", "NOT_JSON"]);
      assert.ok(!JSON.stringify(error).includes("Okapi"), error.message);
    }
    assert.equal(sent(), before);
  });

  test("a text is typed as it is, also one that could be a number", async () => {
    const typed: Record<string, string> = {
      "Hello": "Hello",
      "1e3": "1e3",
      "007": "007",
      "12345678901234567890": "12345678901234567890",
      "true": "true",
      '"in quotes"': "in quotes",
      '{"payload": "{ curly"}': "{ curly",
    }; // prettier-ignore
    for (const [payload, text] of Object.entries(typed)) {
      simulator.host.forget();
      assert.ok((await ask("hid-keys/text", payload)).result);
      assert.equal(simulator.host.typed, text);
    }
  });

  test("an empty or foolish message to an entity does nothing", async () => {
    const before = sent();
    for (const [path, text] of [
      ["press_power", ""],
      ["mount", ""],
      ["power", "dance"],
      ["nothing", "on"],
    ] as const)
      // prettier-ignore
      await house.topics.publish(`${BASE}/${path}/set`, text);
    await until(() => house.topics.latest(`${BASE}/error`)?.includes("nothing"), { what: "the last error" });
    assert.equal(sent(), before);
  });
});

test("no secret is on the broker", async () => {
  await ask("hid-keys/text", { payload: TYPED });
  simulator.faults.add({ kind: "status", code: 500, path: /print/ });
  const error = await errorOf("hid-keys/text", { payload: `${TYPED}2` });
  assert.equal(error.name, "APIError");
  const ours = house.topics.messages.filter(({ topic }) => !/\/(do\/.*|set)$/.test(topic));
  const said = ours
    .map(({ topic, text, properties }) => [topic, text, JSON.stringify(properties)].join(" "))
    .join("\n");
  const basic = Buffer.from(`admin:${PASSWORD}`).toString("base64");
  for (const secret of [PASSWORD, TYPED, basic, "X-KVMD"]) assert.ok(!said.includes(secret), secret);
  house.assertClean();
});

test("before MQTT 5 an answer has the id of its question", async () => {
  const aedes = new AedesBroker();
  await aedes.start();
  const topics = await Topics.of(aedes);
  const settings = { credentials: { password: PASSWORD } };
  await house.red.deploy(flow(...aedes.nodes(), device(simulator, settings), house.bridge()));
  await topics.untilSaid(`${BASE}/availability`, "online");
  const question = JSON.stringify({ id: { any: 7 } });
  await topics.publish(`${BASE}/do/atx-power/state`, question);
  const topic = `${BASE}/do/atx-power/state/result`;
  const { id, result } = JSON.parse(await until(() => topics.latest(topic), { what: "the answer" })) as Answer;
  assert.deepEqual(id, { any: 7 });
  assert.ok(result);
  for (const [path, refused] of [
    ["screwdriver/turn", { id: 8 }],
    ["atx-power/on", { id: 9, sent: "yesterday" }],
  ] as const) {
    await topics.publish(`${BASE}/do/${path}`, JSON.stringify(refused));
    const text = await until(() => topics.latest(`${BASE}/do/${path}/result`), { what: path });
    const answer = JSON.parse(text) as Answer;
    assert.deepEqual([answer.id, answer.error?.name], [refused.id, "ConfigurationError"]);
  }
  const asked = topics.messages.length;
  for (const path of ["do", "do/set", "do/atx-power", "do/atx-power/on/now"])
    await topics.publish(`${BASE}/${path}`, JSON.stringify({ id: path }));
  const answered = () => topics.messages.slice(asked).filter(({ topic }) => topic.endsWith("/result"));
  await until(() => answered().length >= 4, { what: "four answers" });
  await topics.publish(`${BASE}/do/atx-power/state`, JSON.stringify({ id: "last" }));
  const ids = () => answered().map(({ text }) => (JSON.parse(text) as Answer).id);
  await until(() => ids().includes("last"), { what: "one more" });
  assert.deepEqual(ids(), ["do", "do/set", "do/atx-power", "do/atx-power/on/now", "last"]);
  // Live it is not known to be retained: it is done once, and removed when the bridge comes again.
  await topics.publish(`${BASE}/press_reset/set`, "PRESS", { retain: true });
  await until(() => simulator.host.presses.length === 1, { what: "the press" });
  aedes.cut();
  await topics.untilRetained((kept) => !kept.has(`${BASE}/press_reset/set`), "it is removed");
  assert.equal(simulator.host.presses.length, 1);
  await house.red.deploy(flow());
  await topics.close();
  await aedes.stop();
});
