import assert from "node:assert/strict";
import { EventEmitter, getEventListeners, once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, test, type TestContext } from "node:test";
import { setImmediate } from "node:timers/promises";
import { schema } from "../../nodes/atx-power/schema";
import { PiKVM } from "../../src/client";
import { listen, SOCKET_TIMING } from "../../src/client/sockets/listen";
import type { DeviceSocket } from "../../src/client/sockets/socket";
import { Inputs } from "../../src/runtime/inputs";
import { Orderly } from "../../src/runtime/orderly";
import { Reach } from "../../src/runtime/reach";
import type { FlowNode, Message, NodeAPI, NodeStatus } from "../../src/runtime/red";
import { Status } from "../../src/runtime/status";
import type { Stored } from "../../src/runtime/stored";
import { defaultsOf } from "../../src/schema/stored";
import { client, httpServer, textFrame, webSocketServer } from "../client/kit";

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
    return {
      inputs: new Inputs(RED, { id: "n" } as unknown as FlowNode, config, schema),
      evaluated,
      labels: () => labels,
    };
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

describe("events", () => {
  test("do not look at the clock, by which a heartbeat finds a device that is silent", async (t) => {
    t.mock.timers.enable({ apis: ["setInterval"] });
    let now = 0;
    const clock = t.mock.method(performance, "now", () => now);
    let pings = 0;
    const socket = Object.assign(new EventEmitter(), {
      resume: () => undefined,
      ping: () => (pings += 1),
      terminate: () => socket.emit("close", 1006),
    });
    const use = { close: new AbortController().signal, timing: SOCKET_TIMING, receive: () => undefined, name: "link" };
    const ended = listen(socket as unknown as DeviceSocket, use);
    const pass = (seconds: number): void => {
      for (const end = now + seconds * 1000; now < end;) {
        now += 500;
        t.mock.timers.tick(500);
      }
    };
    for (let count = 0; count < 10; count += 1) {
      pass(5);
      socket.emit("message", Buffer.from("{}"), false);
    }
    const before = clock.mock.callCount();
    for (let count = 0; count < 1000; count += 1) socket.emit("message", Buffer.from("{}"), false);
    assert.equal(clock.mock.callCount(), before);
    assert.equal(pings, 0);
    pass(20);
    assert.equal(pings, 3);
    await assert.rejects(ended, { code: "SILENT" });
  });
});

describe("promises", () => {
  /** Node calls back for each, which takes longer than to read an event or a piece. @returns how often it did. */
  function resolvedAgain(t: TestContext): () => number {
    let count = 0;
    const again = (): void => void (count += 1);
    process.on("multipleResolves", again);
    t.after(() => process.off("multipleResolves", again));
    return () => count;
  }

  test("none is resolved again by the next event", async (t) => {
    const count = resolvedAgain(t);
    const event = textFrame(JSON.stringify({ event_type: "n", event: {} }));
    const address = await webSocketServer(t, (socket) => void socket.write(Buffer.concat(Array(100).fill(event))));
    const kvm = await client(t, { address: `http://${address}` });
    let received = 0;
    for await (const _ of kvm.events()) if ((received += 1) === 100) break;
    assert.equal(count(), 0);
  });

  test("nor by the next piece of an answer", async (t) => {
    const count = resolvedAgain(t);
    const address = await httpServer(t, (_, response) => response.end(Buffer.alloc(4 * 1024 * 1024)));
    const kvm = await client(t, { address: `http://${address}` });
    const { stream } = await kvm.msd.download("image.img");
    for await (const _ of stream) await setImmediate();
    assert.equal(count(), 0);
  });
});

describe("requests", () => {
  test("make no signal and one timer each, and listen once to a signal that they share", async (t) => {
    const body = JSON.stringify({ ok: true, result: { leds: { power: true } } });
    const { signal } = new AbortController();
    let listeners = 0;
    const server = createServer((_, response) => {
      listeners = Math.max(listeners, getEventListeners(signal, "abort").length);
      response.end(body);
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const kvm = await new PiKVM({ address, timeout: 77 }).open();
    const read = () => kvm.atx.getState({ signal });
    await Promise.all(Array.from({ length: 16 }, read));
    let made = 0;
    const { AbortController: Ordinary } = globalThis;
    t.after(() => (globalThis.AbortController = Ordinary));
    globalThis.AbortController = class extends Ordinary {
      constructor() {
        super();
        made += 1;
      }
    };
    const timers = t.mock.method(globalThis, "setTimeout");
    await Promise.all(Array.from({ length: 16 }, read));
    assert.equal(made, 0);
    const limits = timers.mock.calls.filter(({ arguments: [, ms] }) => ms === 77_000);
    assert.equal(limits.length, 16);
    assert.equal(listeners, 1);
    await kvm.close();
    server.close();
  });
});
