import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { schema } from "../../nodes/atx-power/schema";
import { Inputs } from "../../src/runtime/inputs";
import { Orderly } from "../../src/runtime/orderly";
import { Reach } from "../../src/runtime/reach";
import type { FlowNode, Message, NodeAPI, NodeStatus } from "../../src/runtime/red";
import { Status } from "../../src/runtime/status";
import type { Stored } from "../../src/runtime/stored";
import { defaultsOf } from "../../src/schema/stored";

// What a message costs, as far as it can be counted.

describe("statuses", () => {
  function shown(t: { mock: typeof import("node:test").mock }) {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const statuses: NodeStatus[] = [];
    let words = 0;
    const RED = { _: (key: string) => `${key.replace(/.*\./, "")} ${(words += 1)}` } as unknown as NodeAPI;
    const node = { status: (status: NodeStatus) => statuses.push(status) } as unknown as FlowNode;
    const texts = () => statuses.map(({ text = "" }) => text.replace(/ \d+$/, ""));
    return { status: new Status(RED, node), texts, words: () => words };
  }
  const subject = { isInsecure: false, reach: new Reach() };

  test("the same is not shown again, nor are its words looked for", (t) => {
    const { status, texts, words } = shown(t);
    for (let count = 0; count < 50; count += 1) {
      status.show({ is: "working", count: 1 });
      status.show({ is: "done" }, subject);
    }
    t.mock.timers.tick(1000);
    assert.deepEqual(texts(), ["working", "done"]);
    assert.equal(words(), 2);
  });

  test("how far it is, is shown at once, then ten times a second, and always at last", (t) => {
    const { status, texts } = shown(t);
    for (let percent = 1; percent <= 50; percent += 1) {
      status.show({ is: "working", count: percent });
      t.mock.timers.tick(10);
    }
    assert.deepEqual(texts().length, 6);
    status.show({ is: "working", count: 1 });
    t.mock.timers.tick(100);
    assert.deepEqual(texts().at(-1), "working");
    const before = texts().length;
    t.mock.timers.tick(1000);
    assert.equal(texts().length, before, "nothing is left to be shown");
  });

  test("an end is shown at once, and what was to be shown before it no more", (t) => {
    const { status, texts } = shown(t);
    status.show({ is: "working", count: 1 });
    status.show({ is: "working", count: 2 });
    status.show({ is: "done" }, subject);
    t.mock.timers.tick(1000);
    assert.deepEqual(texts(), ["working", "done"]);
  });

  test("nothing is shown any more when the node has ended", (t) => {
    const { status, texts } = shown(t);
    status.show({ is: "working", count: 1 });
    status.show({ is: "working", count: 2 });
    status.end();
    t.mock.timers.tick(1000);
    assert.deepEqual(texts(), ["working"]);
  });
});

describe("fields", () => {
  function inputs(overrides: object) {
    const evaluated: string[] = [];
    let labels = 0;
    const evaluateNodeProperty = (...given: unknown[]): void => {
      const [value, type, , message, callback] = given as [string, string, never, Message, Callback];
      evaluated.push(type);
      callback(null, type === "msg" ? message[value] : type === "num" ? Number(value) : value);
    };
    const RED = { _: () => `label ${(labels += 1)}`, util: { evaluateNodeProperty } } as unknown as NodeAPI;
    const config = { ...defaultsOf(schema), ...overrides } as unknown as Stored;
    return { inputs: new Inputs(RED, { id: "n" } as FlowNode, config, schema), evaluated, labels: () => labels };
  }
  type Callback = (error: Error | null, result: unknown) => void;
  const message = (payload: string) => ({ _msgid: "m", payload }) as Message;

  test("what stands in the dialog is evaluated once; what comes with a message, each time; no label is looked for", async () => {
    const { inputs: some, evaluated, labels } = inputs({});
    for (const payload of ["on", "off", "on"]) {
      const { action, timeout } = await some.evaluate(message(payload));
      assert.deepEqual([action, timeout], [payload, 30]);
    }
    assert.equal(evaluated.filter((type) => type === "msg").length, 3);
    assert.equal(evaluated.filter((type) => type === "num").length, 4, "timeout, hardAfter, offTime, busyRetry");
    assert.equal(labels(), 0);
  });

  test("what is wrong in the dialog is an error of its own for each message", async () => {
    const { inputs: some } = inputs({ timeout: "soon" });
    for (const label of [1, 2]) {
      const values = await some.evaluate(message("on"));
      assert.equal(values.action, "on");
      const expected = { name: "ConfigurationError", message: new RegExp(`^label ${label}: "NaN" `) };
      assert.throws(() => values.timeout, expected);
    }
  });
});

describe("signals", () => {
  test("all that a node does has one, and gets another when that was cancelled", async () => {
    const orderly = new Orderly();
    const signals = new Set<AbortSignal>();
    const work = {
      prepare: (signal: AbortSignal) => Promise.resolve(signals.add(signal)),
      perform: () => Promise.resolve(1),
    };
    await Promise.all([orderly.run(work), orderly.run(work)]);
    await orderly.run(work);
    assert.equal(signals.size, 1);
    const waiting = orderly.run({ ...work, prepare: () => new Promise<never>(() => undefined) });
    await setImmediate();
    orderly.cancel("Enough.");
    await assert.rejects(waiting, { name: "CancelledError", message: "Enough." });
    assert.equal(await orderly.run(work), 1);
    assert.deepEqual(
      [...signals].map(({ aborted }) => aborted),
      [true, false],
    );
  });

  test("each piece that is cancelled has an error of its own", async () => {
    const orderly = new Orderly();
    const never = { prepare: () => new Promise<never>(() => undefined), perform: () => Promise.resolve(1) };
    const both = Promise.allSettled([orderly.run(never), orderly.run(never)]);
    orderly.cancel("Enough.");
    const [first, second] = (await both).map((ended) =>
      ended.status === "rejected" ? (ended.reason as Error) : ended,
    );
    assert.notEqual(first, second);
  });
});
