import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { after, before, beforeEach, describe, test } from "node:test";
import { scaledClock, startSimulator, type Simulator } from "../../src/simulator";
import { device, fields, flow, node, type Inputs } from "../harness/flows";
import { NodeRed } from "../harness/node-red";
import { until } from "../harness/until";

const red = NodeRed.duringTests();
let simulator: Simulator;
before(async () => {
  simulator = await startSimulator({ clock: scaledClock(10) });
});
after(() => simulator.close());
beforeEach(() => {
  simulator.host.forget();
});

interface Answer {
  status_code: number;
  headers: Record<string, string>;
  body: unknown;
}

async function perform(inputs: Inputs, msg: object = {}): Promise<Record<string, unknown>> {
  await red.deploy(flow(device(simulator), node("pikvm-request", fields(inputs))));
  red.forget();
  red.send("node", msg);
  return red.outcome();
}

const answerOf = (msg: Record<string, unknown>) => msg["payload"] as Answer;
const errorOf = (msg: Record<string, unknown>) => msg["error"] as Record<string, unknown>;
const custom = (method: string, path: string, inputs: Inputs = {}): Inputs => ({
  call: ["choice", "custom"],
  method: ["choice", method],
  path: ["str", path],
  ...inputs,
});

describe("usual calls", () => {
  test("info", async () => {
    const { status_code, headers, body } = answerOf(await perform({}, { payload: "not sent with a GET" }));
    assert.equal(status_code, 200);
    assert.match(headers["content-type"] ?? "", /json/);
    assert.ok("system" in (body as { result: object }).result);
  });

  test("info, of some of its fields", async () => {
    const { body } = answerOf(await perform({ query: ["str", "fields=meta"] }));
    assert.deepEqual(Object.keys((body as { result: object }).result), ["meta"]);
  });

  test("log and metrics as text", async () => {
    assert.equal(typeof answerOf(await perform({ call: ["choice", "log"] })).body, "string");
    assert.match(String(answerOf(await perform({ call: ["choice", "metrics"] })).body), /pikvm_atx_power/);
  });

  test("Redfish", async () => {
    const { body } = answerOf(await perform({ call: ["choice", "redfish"] }));
    assert.equal((body as Record<string, unknown>)["PowerState"], "Off");
  });
});

describe("any call", () => {
  test("a POST is sent once, with its query from the message", async () => {
    const inputs = custom("POST", "/api/atx/click", { query: ["msg", "query"] });
    const { body } = answerOf(await perform(inputs, { query: { button: "power", wait: true }, payload: "" }));
    assert.deepEqual(body, { ok: true, result: {} });
    assert.equal(simulator.host.presses.length, 1);
  });

  test("a text is sent as it is, an object as JSON", async () => {
    const typed = custom("POST", "/api/hid/print", { query: ["str", "limit=0"] });
    await perform(typed, { payload: "hello" });
    await until(() => simulator.host.typed === "hello");
    await perform(custom("POST", "/api/redfish/v1/Systems/0/Actions/ComputerSystem.Reset"), {
      payload: { ResetType: "On" },
    });
    await until(() => simulator.host.power);
  });

  test("PATCH and DELETE are sent as such", async () => {
    const patched = answerOf(await perform(custom("patch", "/api/redfish/v1/Systems/0"), { payload: { Boot: {} } }));
    assert.equal(patched.status_code, 204);
    assert.equal(answerOf(await perform(custom("DELETE", "/api/streamer/snapshot"), { payload: "" })).status_code, 200);
    assert.deepEqual(
      simulator.requests.slice(-2).map(({ method }) => method),
      ["PATCH", "DELETE"],
    );
  });

  test("an answer that takes longer than the dialog allows is an error", async () => {
    const fault = simulator.faults.add({ kind: "hang", path: "/api/info" });
    const { name } = errorOf(await perform({ timeout: ["num", "0.2"] }));
    fault.remove();
    assert.equal(name, "ConnectionTimeoutError");
  });

  test("the answer as Buffer or stream", async () => {
    const inputs = custom("GET", "/api/export/prometheus/metrics", { format: ["choice", "buffer"] });
    assert.ok(Buffer.isBuffer(answerOf(await perform(inputs)).body));
    const { body } = answerOf(await perform({ ...inputs, format: ["choice", "stream"] }));
    assert.ok(body instanceof Readable);
    assert.match(await text(body), /pikvm_atx_power/);
  });

  describe("a stream that is handed to the flow", () => {
    const inputs = custom("GET", "/api/log?follow=1", { format: ["choice", "stream"] });
    const reading = (msg: Record<string, unknown>) =>
      assert.rejects(text(answerOf(msg).body as Readable), { name: "CancelledError" });

    test("ends with msg.reset, read or not", async () => {
      await perform(inputs);
      red.send("node", {});
      const read = reading(await red.message("result", { count: 2 }));
      const unread = answerOf(await red.message("result")).body as Readable;
      await until(() => simulator.connections === 2);
      red.send("node", { reset: true });
      await read;
      await until(() => unread.destroyed && simulator.connections === 0);
    });

    test("ends with the node, though other nodes still use the device", async () => {
      const read = reading(await perform(inputs));
      const rest = flow(device(simulator), node("pikvm-request", { id: "other" }));
      await red.deploy(rest);
      await read;
      await until(() => simulator.connections === 0);
    });

    test("does not keep others from a device, however many nobody reads", async () => {
      const nodes = [node("pikvm-request", fields(inputs)), node("pikvm-atx-power", { id: "atx", ...fields({ action: ["choice", "state"] }) })]; // prettier-ignore
      await red.deploy(flow(device(simulator), ...nodes));
      red.forget();
      for (let sent = 0; sent < 16; sent += 1) red.send("node", {});
      await red.message("result", { count: 16 });
      red.send("atx", {});
      await red.message("result", { count: 17 });
    });
  });

  test("an error of the device is told as the device tells it", async () => {
    const { name, status_code, error } = errorOf(await perform(custom("POST", "/api/atx/click?button=x")));
    assert.deepEqual([name, status_code, error], ["APIError", 400, "ValidatorError"]);
  });

  for (const path of ["https://elsewhere.invalid/api", "//elsewhere.invalid", "/api/../../etc", "api/info"]) {
    test(`${path} is refused, and nothing is sent`, async () => {
      const before = simulator.requests.length;
      assert.equal(errorOf(await perform(custom("GET", path)))["name"], "ConfigurationError");
      assert.equal(simulator.requests.length, before);
    });
  }

  test("a query comes as an object, as JSON of one, or as a text", async () => {
    for (const query of [{ fields: "meta" }, ' {"fields": "meta"}', Buffer.from('{"fields":"meta"}'), "?fields=meta"]) {
      const { body } = answerOf(await perform({ query: ["msg", "query"] }, { query }));
      assert.deepEqual(Object.keys((body as { result: object }).result), ["meta"]);
    }
  });

  test("a query that is none is refused", async () => {
    for (const payload of [{ a: {} }, ["a"], '{"a": [1]}', '{"a"'])
      assert.equal(errorOf(await perform({ query: ["msg", "payload"] }, { payload }))["name"], "ConfigurationError");
  });

  test("a body that cannot be written as JSON is refused", async () => {
    const before = simulator.requests.length;
    const body: Record<string, unknown> = {};
    body["itself"] = body;
    for (const payload of [body, { big: 1n }]) {
      const { name, message } = errorOf(await perform(custom("POST", "/api/atx/click"), { payload }));
      assert.deepEqual([name, /JSON/.test(String(message))], ["ConfigurationError", true]);
    }
    assert.equal(simulator.requests.length, before);
  });
});

test("an answer that never ends is told from a device that does not answer", async () => {
  const inputs: Inputs = { call: ["choice", "log"], query: ["json", '{"follow": 1}'], timeout: ["num", "2"] };
  const { name, message } = (await perform(inputs))["error"] as { name: string; message: string };
  assert.equal(name, "ConnectionTimeoutError");
  assert.match(message, /did not end in time.* as a stream/);
});
