import assert from "node:assert/strict";
import { getEventListeners, once } from "node:events";
import { describe, test, type TestContext } from "node:test";
import { AuthError, type ConnectionChange, type DeviceEvent, type EventStream, type PiKVM } from "../../src/client";
import { EventStream as Stream } from "../../src/client/events/events";
import { EventLink, type LinkTiming } from "../../src/client/events/link";
import type { Retry } from "../../src/client/reconnect";
import { Transport } from "../../src/client/http/transport";
import { Sockets } from "../../src/client/sockets/sockets";
import { manualClock, type Simulator } from "../../src/simulator";
import { Cable } from "../faults/cable";
import { until } from "../harness/until";
import { bench, checkError, client, httpServer, SECRETS, SIDE_BY_SIDE, textFrame, webSocketServer } from "./kit";

const FAST: LinkTiming = {
  pingAfter: 0.5,
  deadAfter: 2,
  checkEvery: 0.05,
  closeTimeout: 0.2,
  backoffStart: 0.02,
  backoffCeilings: [{ from: 0, ceiling: 0.1 }],
};
const KINDS = ["atx", "clients", "gpio", "hid", "hid_keymaps", "info", "msd", "ocr", "streamer", "switch"];

/** A link with its own timing; ended with the test. */
function fastLink(t: TestContext, address: string, timing: Partial<LinkTiming> = {}, options: object = {}) {
  const transport = new Transport({ address, user: "admin", password: SECRETS.password, timeout: 2, ...options });
  const sockets = new Sockets(transport);
  const link = new EventLink(sockets, { ...FAST, ...timing });
  t.after(async () => {
    transport.end();
    await link.close();
    await transport.destroy();
  });
  return { link, lane: sockets.hidLane };
}

function changesOf(stream: EventStream | EventLink): ConnectionChange[] {
  const changes: ConnectionChange[] = [];
  stream.on("connection", (change) => changes.push(change));
  return changes;
}

const complete = (stream: EventStream) =>
  until(() => Object.keys(stream.states).sort().join() === KINDS.join() && "uptime" in (stream.states.info ?? {}), {
    what: "all full states",
  });

/** What is read from a pin. */
const LEVEL: Record<string, (state: never) => unknown> = {
  atx: (state: { leds: { power: boolean } }) => state.leds.power,
  gpio: ({ state }: { state: { inputs: { door: { state: boolean } } } }) => state.inputs.door.state,
};

describe("events", SIDE_BY_SIDE, () => {
  test("a connect brings the full state of everything", async (t) => {
    const { kvm } = await bench(t);
    const stream = kvm.events();
    await complete(stream);
    assert.deepEqual(stream.states.atx, await kvm.atx.getState());
    assert.deepEqual(stream.states.msd, await kvm.msd.getState());
    assert.deepEqual(stream.states.hid, await kvm.hid.getState());
    assert.deepEqual(Object.keys(stream.states.info ?? {}).sort(), Object.keys(await kvm.system.info()).sort());
    assert.deepEqual(stream.connection, { connected: true });
  });

  test("it does not count as a viewer, and is one WebSocket for all subscriptions", async (t) => {
    const { sim, kvm } = await bench(t);
    const first = kvm.events();
    const streams = [first, ...Array.from({ length: 29 }, () => kvm.events())];
    await Promise.all(streams.map((stream) => once(stream, "state")));
    assert.deepEqual(first.states.clients, { count: 0 });
    assert.equal(sim.sessionsOpened, 1);
    await Promise.all(streams.slice(1).map((stream) => stream.close()));
    assert.equal(sim.sessions, 1);
    await first.close();
    await first.close();
    await until(() => sim.sessions === 0);
    const again = kvm.events();
    await once(again, "state");
    assert.equal(sim.sessionsOpened, 2);
  });

  test("partial events arrive as sent, and as merged full states", async (t) => {
    const { sim, kvm } = await bench(t, { images: { "a.iso": 1000 } });
    const stream = kvm.events();
    await complete(stream);
    const events: DeviceEvent[] = [];
    stream.on("event", (event) => events.push(event));
    const merged = new Promise((resolve) =>
      stream.on("state", ({ kind, state }) => {
        if (kind === "msd" && (state as { drive: { connected: boolean } }).drive.connected) resolve(state);
      }),
    );
    await kvm.msd.setParams({ image: "a.iso" });
    await kvm.msd.setConnected(true);
    assert.deepEqual(await merged, await kvm.msd.getState());
    const partial = events.find(({ event_type, event }) => event_type === "msd" && !("online" in Object(event)));
    assert.ok(partial, "the device sent a part, and it was handed on as a part");
    sim.host.power = true;
    await until(() => stream.states.atx?.leds.power);
  });

  test("a late subscriber is told what is known already, once it listens", async (t) => {
    const { kvm } = await bench(t);
    await complete(kvm.events());
    const late = kvm.events();
    const changes = changesOf(late);
    const kinds = new Set<string>();
    late.on("state", ({ kind }) => kinds.add(kind));
    await until(() => kinds.size >= KINDS.length);
    assert.deepEqual(changes, [{ connected: true }]);
    assert.deepEqual([...kinds].sort(), KINDS);
  });

  test("a late subscriber is told of an outage", async (t) => {
    const { sim, kvm } = await bench(t);
    await sim.unplug();
    await once(kvm.events(), "connection");
    const [change] = (await once(kvm.events(), "connection")) as [ConnectionChange];
    assert.equal(change.connected, false);
    checkError(change.error, { name: "ConnectError", code: "ECONNREFUSED" });
  });

  test("a subscription that is closed at once hears nothing", async (t) => {
    const { kvm } = await bench(t);
    const stream = kvm.events();
    const changes = changesOf(stream);
    await stream.close();
    await once(kvm.events(), "state");
    assert.deepEqual(changes, []);
  });

  test("subscriptions that come and go leave nothing behind", async (t) => {
    const { sim } = await bench(t);
    const { link } = fastLink(t, sim.url);
    const left = () => getEventListeners(link.closed, "abort").length + link.listenerCount("state");
    link.hold();
    await until(() => "atx" in link.states);
    const before = left();
    const streams = Array.from({ length: 5 }, () => new Stream(link));
    await Promise.all(streams.map((stream) => once(stream, "state")));
    assert.ok(left() > before);
    await Promise.all(streams.map((stream) => stream.close()));
    assert.equal(left(), before);
  });

  test("no message is lost that comes together with the handshake", async (t) => {
    const frames = Buffer.concat(
      ["loop", "one", "two"].map((event_type) => textFrame(JSON.stringify({ event_type, event: {} }))),
    );
    const address = await webSocketServer(
      t,
      (socket, handshake) => void socket.write(Buffer.concat([Buffer.from(handshake), frames])),
      { handshake: false },
    );
    const kvm = await client(t, { address: `http://${address}` });
    const seen: string[] = [];
    kvm.events().on("event", ({ event_type }) => seen.push(event_type));
    await until(() => seen.length === 3);
    assert.deepEqual(seen, ["loop", "one", "two"]);
  });

  test("what is no event ends the session", async (t) => {
    for (const message of ["not JSON", "[]", "{}", '{"event_type":1}', "null"]) {
      const address = await webSocketServer(t, (socket) => void socket.write(textFrame(message)));
      const kvm = await client(t, { address: `http://${address}` });
      const changes = changesOf(kvm.events());
      await until(() => changes.length >= 2);
      assert.equal(changes[0]?.connected, true);
      checkError(changes[1]?.error, { name: "WebSocketError", code: "BAD_EVENT", retryable: true });
    }
  });

  test("binary messages are passed over", async (t) => {
    const address = await webSocketServer(t, (socket) => {
      socket.write(Buffer.of(0x82, 1, 0xff));
      socket.write(textFrame('{"event_type":"clients","event":{"count":0}}'));
    });
    const { link } = fastLink(t, `http://${address}`);
    const changes = changesOf(link);
    link.hold();
    await until(() => link.states.clients);
    assert.deepEqual(changes, [{ connected: true }]);
  });

  test("the device is not asked to compress each message, which takes both sides longer than to send it", async (t) => {
    let request = "";
    const address = await webSocketServer(t, (_, __, text) => void (request = text));
    const kvm = await client(t, { address: `http://${address}` });
    kvm.events();
    await until(() => request !== "");
    assert.doesNotMatch(request, /sec-websocket-extensions/i);
  });

  test("an event without content is an event", async (t) => {
    const address = await webSocketServer(t, (socket) => void socket.write(textFrame('{"event_type":"new"}')));
    const kvm = await client(t, { address: `http://${address}` });
    const [event] = (await once(kvm.events(), "event")) as [DeviceEvent];
    assert.deepEqual(event, { event_type: "new", event: {} });
  });

  test("broken WebSocket protocol is told", async (t) => {
    const address = await webSocketServer(t, (socket) => void socket.write(Buffer.of(0xff, 0xff, 0xff)));
    const kvm = await client(t, { address: `http://${address}` });
    const changes = changesOf(kvm.events());
    await until(() => changes.length >= 2);
    checkError(changes[1]?.error, { name: "WebSocketError", cause: true, message: /broke/ });
  });
});

describe("iterating", SIDE_BY_SIDE, () => {
  test("yields what the device sends, until the subscription is closed", async (t) => {
    const { kvm } = await bench(t);
    const stream = kvm.events();
    const seen: string[] = [];
    for await (const { event_type } of stream) {
      seen.push(event_type);
      if (event_type === "hid") void stream.close();
    }
    assert.equal(seen[0], "loop");
    assert.ok(seen.includes("hid"));
    assert.equal(stream.listenerCount("event"), 0);
  });

  test("ends when the device is closed", async (t) => {
    const { kvm } = await bench(t);
    const stream = kvm.events();
    const iteration = (async () => {
      for await (const event of stream) assert.ok(event);
    })();
    await complete(stream);
    await kvm.close();
    await iteration;
    await stream.close();
  });

  test("leaving the loop leaves nothing behind, and the subscription lives on", async (t) => {
    const { kvm, sim } = await bench(t);
    const stream = kvm.events();
    for await (const event of stream) {
      assert.ok(event);
      break;
    }
    assert.equal(stream.listenerCount("event"), 0);
    await complete(stream);
    assert.equal(sim.sessions, 1);
  });

  test("a busy loop body keeps the latest 1000 events", async (t) => {
    const frames = Array.from({ length: 3000 }, (_, index) =>
      textFrame(JSON.stringify({ event_type: "n", event: { index } })),
    );
    const address = await webSocketServer(t, (socket) => void socket.write(Buffer.concat(frames)));
    const kvm = await client(t, { address: `http://${address}` });
    const stream = kvm.events();
    const indexes: number[] = [];
    for await (const { event } of stream) {
      indexes.push((event as { index: number }).index);
      if (indexes.length === 1) await until(() => (stream.states["n"] as { index: number }).index === 2999);
      if (indexes.at(-1) === 2999) break;
    }
    assert.deepEqual(
      indexes.slice(1),
      Array.from({ length: 1000 }, (_, index) => 2000 + index),
    );
  });
});

describe("outages", SIDE_BY_SIDE, () => {
  const outages: [string, (sim: Simulator) => Promise<void> | void, RegExp][] = [
    ["the line is cut", (sim) => sim.dropSessions(), /broke \(1006\)/],
    ["kvmd restarts", (sim) => sim.restart({ downFor: 150 }), /closed the event connection/],
    ["the device loses its power", async (sim) => { await sim.unplug(); await sim.plugIn(); }, /broke/], // prettier-ignore
  ];
  for (const [title, strike, message] of outages) {
    test(`${title}: told once, back with fresh full states`, async (t) => {
      const { sim } = await bench(t);
      const { link } = fastLink(t, sim.url);
      const stream = new Stream(link);
      const changes = changesOf(stream);
      await complete(stream);
      const before = stream.states;
      await strike(sim);
      await until(() => changes.length === 3);
      await complete(stream);
      assert.deepEqual(
        changes.map(({ connected }) => connected),
        [true, false, true],
      );
      checkError(changes[1]?.error, { name: "WebSocketError", retryable: true, message });
      assert.notEqual(stream.states, before);
    });
  }

  test("what kvmd says of its pins before it has read them is not told", async (t) => {
    const clock = manualClock();
    const { sim, kvm } = await bench(t, { clock, power: true });
    sim.state.gpio.addInput("door", { state: true });
    const stream = kvm.events();
    const told: Record<string, unknown[]> = { atx: [], gpio: [] };
    stream.on("state", ({ kind, state }) => told[kind]?.push(LEVEL[kind]?.(state as never)));
    await complete(stream);
    await sim.restart();
    const raw: string[] = [];
    stream.on("event", ({ event_type: type }) => raw.push(type));
    await until(() => raw.includes("atx") && raw.includes("gpio") && "clients" in stream.states);
    // Who comes now hears nothing of them either.
    const late: string[] = [];
    assert.deepEqual([stream.states.atx, stream.states["gpio"]], [undefined, undefined]);
    kvm.events().on("state", ({ kind }) => late.push(kind));
    await until(() => late.includes("clients"));
    assert.ok(!late.includes("atx") && !late.includes("gpio"));
    await clock.advance(100);
    await complete(stream);
    assert.deepEqual(told, { atx: [true, true], gpio: [true, true] });
  });

  test("a new session knows nothing of the last one's states", async (t) => {
    let sessions = 0;
    const address = await webSocketServer(t, (socket) => {
      sessions += 1;
      socket.write(textFrame(JSON.stringify({ event_type: `kind${sessions}`, event: {} })));
      if (sessions === 1) socket.end();
    });
    const { link } = fastLink(t, `http://${address}`);
    link.hold();
    await until(() => "kind2" in link.states);
    assert.deepEqual(link.states, { kind2: {} });
  });

  test("a long outage is told once, however its attempts fail", async (t) => {
    const { sim } = await bench(t);
    const { link } = fastLink(t, sim.url);
    const changes = changesOf(link);
    const retries: Retry[] = [];
    link.on("retry", (retry) => retries.push(retry));
    link.hold();
    await until(() => "atx" in link.states);
    sim.kill();
    const attempts = sim.requests.length;
    await until(() => sim.requests.length > attempts + 3);
    await sim.unplug();
    await until(() => link.connection.error?.code === "ECONNREFUSED");
    await sim.plugIn();
    await until(() => link.connection.connected);
    assert.deepEqual(
      changes.map(({ connected }) => connected),
      [true, false, true],
    );
    // What shows how it goes hears of each attempt, and when the next one is.
    const codes = new Set(retries.map(({ error }) => error.code));
    for (const code of ["HTTP_502", "ECONNREFUSED"]) assert.ok(codes.has(code), [...codes].join());
    assert.ok(retries.length >= 5 && retries.every(({ at }) => at instanceof Date));
  });

  test("a device that goes silent is noticed; one that only answers pings is not given up", async (t) => {
    let pings = 0;
    const answersPings = await webSocketServer(t, (socket) => {
      socket.on("data", (frame: Buffer) => {
        if ((frame[0] ?? 0) !== 0x89) return;
        pings += 1;
        socket.write(Buffer.of(0x8a, 0));
      });
    });
    const alive = fastLink(t, `http://${answersPings}`);
    const changes = changesOf(alive.link);
    alive.link.hold();
    const { sim } = await bench(t);
    sim.faults.add({ kind: "half-open", times: 1 });
    const { link } = fastLink(t, sim.url);
    const silent = changesOf(link);
    link.hold();
    await until(() => silent.length === 3);
    assert.deepEqual(
      silent.map(({ connected }) => connected),
      [true, false, true],
    );
    checkError(silent[1]?.error, { name: "WebSocketError", code: "SILENT" });
    await until(() => pings > 4);
    assert.deepEqual(changes, [{ connected: true }]);
  });

  test("where nothing answers any more it is tried again soon, though a first connection has all its time", async (t) => {
    const { sim } = await bench(t, { tls: true });
    const cable = new Cable(sim.port);
    await cable.listen();
    t.after(() => cable.close());
    const backoffCeilings: LinkTiming["backoffCeilings"] = [{ from: 0, ceiling: 0.1, patience: 0.05 }];
    const options = { trust: sim, connectTimeout: 3600, timeout: 3600 };
    const { link } = fastLink(t, `https://127.0.0.1:${cable.port}`, { backoffCeilings }, options);
    link.hold();
    await until(() => "atx" in link.states);
    cable.unplug();
    cable.vanish();
    const before = cable.tried;
    await until(() => cable.tried >= before + 3);
    cable.appear();
    await until(() => link.connection.connected);
  });

  test("what is lost is tried again at once; then the pauses grow, up to a ceiling, until a session has proved itself", async (t) => {
    // The longest pause each time.
    t.mock.method(Math, "random", () => 1);
    const at: number[] = [];
    let proves = false;
    const address = await webSocketServer(t, (socket) => {
      at.push(performance.now());
      socket.write(textFrame(`{"event_type":"${proves ? "clients" : "loop"}","event":{"count":0}}`));
      // One that ends sooner than after the first pause has not proved anything.
      setTimeout(() => socket.end(), proves ? 60 : 0);
    });
    const backoffCeilings: LinkTiming["backoffCeilings"] = [{ from: 0, ceiling: 0.4 }];
    const { link } = fastLink(t, `http://${address}`, { backoffStart: 0.05, backoffCeilings });
    link.hold();
    await until(() => at.length === 7);
    proves = true;
    await until(() => at.length === 10);
    const pauses = at.slice(1).map((time, index) => time - (at[index] ?? 0));
    for (const [index, least] of [0, 50, 100, 200, 400, 400].entries())
      assert.ok((pauses[index] ?? 0) >= least - 5, `${index}: ${pauses.join()}`);
    assert.ok((pauses[5] ?? 0) < 2 * (pauses[4] ?? 0), `the ceiling: ${pauses.join()}`);
    // From the proven session on it starts again.
    assert.ok((pauses[8] ?? Infinity) < (pauses[5] ?? 0), pauses.join());
  });

  test("after a refused login nothing is sent before the time of the next trial, also for new subscriptions", async (t) => {
    const { sim } = await bench(t, { passwd: "other" });
    const { link } = fastLink(t, sim.url);
    const stream = new Stream(link);
    const [change] = (await once(stream, "connection")) as [ConnectionChange];
    checkError(change.error, { name: "AuthError", statusCode: 403 });
    assert.ok(change.error instanceof AuthError && change.error.nextTrial !== undefined);
    // Another link, which is refused for another reason, makes attempts meanwhile.
    let attempts = 0;
    const address = await httpServer(t, (_, response) => {
      attempts += 1;
      response.writeHead(502).end();
    });
    const other = fastLink(t, `http://${address}`);
    other.link.hold();
    await until(() => attempts > 5);
    assert.equal(sim.requests.length, 1);
    await stream.close();
    sim.state.auth.account = { user: "admin", passwd: SECRETS.password };
    const [again] = (await once(new Stream(link), "connection")) as [ConnectionChange];
    checkError(again.error, { name: "AuthError", code: "LOGIN_PAUSED", statusCode: 403 });
    assert.equal(sim.requests.length, 1);
  });

  test("a device that wants a login where we have none is not asked again at once either", async (t) => {
    const { sim } = await bench(t);
    const kvm = await client(t, { address: sim.url, user: "" });
    const [change] = (await once(kvm.events(), "connection")) as [ConnectionChange];
    checkError(change.error, { name: "AuthError", statusCode: 401 });
    assert.ok(change.error instanceof AuthError && change.error.nextTrial !== undefined);
  });

  test("credentials that are changed during an outage: the refusal is told too", async (t) => {
    const { sim } = await bench(t);
    const { link } = fastLink(t, sim.url);
    const changes = changesOf(link);
    const retries: Retry[] = [];
    link.on("retry", (retry) => retries.push(retry));
    link.hold();
    await until(() => "atx" in link.states);
    sim.kill();
    await until(() => changes.length === 2);
    sim.state.auth.account = { user: "admin", passwd: "changed" };
    await sim.restart();
    await until(() => changes.length === 3);
    assert.equal(changes[2]?.error?.name, "AuthError");
    assert.equal(changes[2].repeated, undefined);
  });

  test("closing during an outage ends the attempts", async (t) => {
    const { sim, kvm } = await bench(t);
    await sim.unplug();
    const stream = kvm.events();
    await once(stream, "connection");
    await stream.close();
    const refused = await httpServer(t, (_, response) => response.writeHead(502).end());
    const { link } = fastLink(t, `http://${refused}`);
    const lease = link.hold();
    await until(() => link.connection.error);
    await lease.release();
    assert.deepEqual(link.connection, { connected: false });
  });
});

describe("typing and the event connection", SIDE_BY_SIDE, () => {
  /** Text whose typing takes about a second. */
  const TEXT = "Sesame, open! ".repeat(24);

  const meanwhile: [string, (kvm: PiKVM, stream: EventStream) => unknown][] = [
    ["opened", (kvm) => kvm.events()],
    ["closed", (_, stream) => stream.close()],
  ];
  for (const [word, act] of meanwhile) {
    test(`no socket of ours is ${word} while text is typed, which would lose keys`, async (t) => {
      const { sim, kvm } = await bench(t);
      const stream = kvm.events();
      if (word === "closed") await once(stream, "state");
      else await stream.close();
      await until(() => sim.sessions === (word === "closed" ? 1 : 0));
      const opened = sim.sessionsOpened;
      const typing = kvm.hid.typeText(TEXT);
      await until(() => sim.host.typed.length > 0);
      const acted = act(kvm, stream);
      await typing;
      assert.equal(sim.host.typed, TEXT);
      await acted;
      await until(() => (word === "closed" ? sim.sessions === 0 : sim.sessionsOpened === opened + 1));
    });
  }

  test("a lane that is full does not keep the socket open", async (t) => {
    const { sim } = await bench(t, { clock: manualClock() });
    const { link, lane } = fastLink(t, sim.url);
    const lease = link.hold();
    await until(() => "atx" in link.states);
    let finish = (): void => undefined;
    const work = Array.from({ length: 101 }, () => lane.run(() => new Promise<void>((resolve) => (finish = resolve))));
    await lease.release();
    await until(() => sim.sessions === 0);
    for (const turn of work) {
      finish();
      await turn;
    }
  });
});
