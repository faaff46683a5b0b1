import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { describe, test, type TestContext } from "node:test";
import { setTimeout } from "node:timers/promises";
import type { LiveHid, LiveOptions, MouseButton, PiKVM } from "../../src/client";
import { scaledClock, type Simulator } from "../../src/simulator";
import { until } from "../harness/until";
import { bench, client, failure, SIDE_BY_SIDE, tcpServer, textFrame, webSocketServer, type Expected } from "./kit";

/** What the computer got, in order. */
function inputs({ host }: Simulator): string[] {
  return host.inputs.map((input) => {
    if (input.kind === "key") return `${input.state ? "+" : "-"}${input.key}`;
    if (input.kind === "button") return `${input.state ? "+" : "-"}${input.button}`;
    return `${input.kind} ${input.x} ${input.y}`;
  });
}

async function liveBench(t: TestContext, options: LiveOptions = {}) {
  const { sim, kvm } = await bench(t);
  const live = await kvm.live(options);
  return { sim, kvm, live };
}

async function relative(sim: Simulator, kvm: PiKVM): Promise<void> {
  await kvm.hid.setParams({ mouseOutput: "usb_rel" });
  assert.equal(sim.state.hid.gadget.absolute, false);
}

interface Row {
  what: string;
  send: (live: LiveHid) => Promise<void>;
  binary: string;
  json: object;
  arrives: string[];
  relative?: true;
}

const ROWS: Row[] = [
  {
    what: "a key goes down",
    send: (live) => live.sendKey("KeyA", true),
    binary: "01014b657941",
    json: { event_type: "key", event: { key: "KeyA", state: true } },
    arrives: ["+KeyA"],
  },
  {
    what: "a key goes down and up",
    send: (live) => live.sendKey("AudioVolumeDown", true, { finish: true }),
    binary: "0103417564696f566f6c756d65446f776e",
    json: { event_type: "key", event: { key: "AudioVolumeDown", state: true, finish: true } },
    arrives: ["+AudioVolumeDown", "-AudioVolumeDown"],
  },
  {
    what: "a button goes down",
    send: (live) => live.sendMouseButton("left", true),
    binary: "02016c656674",
    json: { event_type: "mouse_button", event: { button: "left", state: true } },
    arrives: ["+left"],
  },
  {
    what: "the pointer is put into a corner",
    send: (live) => live.sendMouseMove(-32_768, 32_767),
    binary: "0380007fff",
    json: { event_type: "mouse_move", event: { to: { x: -32_768, y: 32_767 } } },
    arrives: ["move -32768 32767"],
  },
  {
    what: "the pointer is pushed",
    send: (live) => live.sendMouseRelative(127, -127),
    binary: "04007f81",
    json: { event_type: "mouse_relative", event: { delta: { x: 127, y: -127 } } },
    arrives: ["relative 127 -127"],
    relative: true,
  },
  {
    what: "the pointer is pushed more than once",
    send: (live) => live.sendMouseRelativeBatch([{ x: 1, y: 2 }, { x: -3, y: 0 }]), // prettier-ignore
    binary: "04000102fd00",
    json: { event_type: "mouse_relative", event: { delta: [{ x: 1, y: 2 }, { x: -3, y: 0 }] } }, // prettier-ignore
    arrives: ["relative 1 2", "relative -3 0"],
    relative: true,
  },
  {
    what: "pushes are added up",
    send: (live) => live.sendMouseRelativeBatch([{ x: 100, y: 2 }, { x: 20, y: 2 }, { x: 20, y: 0 }], { squash: true }), // prettier-ignore
    binary: "0401640214021400",
    json: { event_type: "mouse_relative", event: { delta: [{ x: 100, y: 2 }, { x: 20, y: 2 }, { x: 20, y: 0 }], squash: true } }, // prettier-ignore
    arrives: ["relative 120 4", "relative 20 0"],
    relative: true,
  },
  {
    what: "the wheel turns down",
    send: (live) => live.sendMouseWheel(0, -5),
    binary: "050000fb",
    json: { event_type: "mouse_wheel", event: { delta: { x: 0, y: -5 } } },
    arrives: ["wheel 0 -5"],
  },
  {
    what: "the wheel turns more than once",
    send: (live) => live.sendMouseWheelBatch([{ x: 0, y: 1 }, { x: 0, y: 1 }]), // prettier-ignore
    binary: "050000010001",
    json: { event_type: "mouse_wheel", event: { delta: [{ x: 0, y: 1 }, { x: 0, y: 1 }] } }, // prettier-ignore
    arrives: ["wheel 0 1", "wheel 0 1"],
  },
  {
    what: "turns of the wheel are added up",
    send: (live) => live.sendMouseWheelBatch([{ x: 0, y: 1 }, { x: 0, y: 1 }], { squash: true }), // prettier-ignore
    binary: "050100010001",
    json: { event_type: "mouse_wheel", event: { delta: [{ x: 0, y: 1 }, { x: 0, y: 1 }], squash: true } }, // prettier-ignore
    arrives: ["wheel 0 2"],
  },
];

for (const binary of [true, false]) {
  describe(`live events as ${binary ? "binary" : "JSON"}`, SIDE_BY_SIDE, () => {
    for (const row of ROWS) {
      test(row.what, async (t) => {
        const { sim, kvm } = await bench(t);
        if (row.relative) await relative(sim, kvm);
        const live = await kvm.live({ binary });
        await row.send(live);
        await until(() => sim.host.inputs.length >= row.arrives.length);
        assert.deepEqual(inputs(sim), row.arrives);
      });
    }

    test("2000 events arrive in order, none is lost, also when nobody waits for them one by one", async (t) => {
      const { sim, kvm, live } = await liveBench(t, { binary });
      // It keeps the session: a busy computer's keyboard is slower than its pace, and the end of a session drops what
      // it has not typed.
      kvm.events();
      const expected: string[] = [];
      const sent: Promise<void>[] = [];
      for (let index = 0; index < 500; index += 1) {
        const key = index % 2 === 0 ? "KeyA" : "KeyB";
        sent.push(live.sendKey(key, true), live.sendMouseMove(index, -index), live.sendMouseWheel(0, 1));
        sent.push(live.sendKey(key, false));
        expected.push(`+${key}`, `move ${index} ${-index}`, "wheel 0 1", `-${key}`);
      }
      await Promise.all(sent);
      await live.close();
      await until(() => sim.host.inputs.length >= expected.length);
      assert.deepEqual(inputs(sim), expected);
      assert.equal(sim.host.typed, "ab".repeat(250));
    });

    test("a ping is answered, and what was sent before has been read", async (t) => {
      const { sim, live } = await liveBench(t, { binary });
      const read = (): number => sim.state.hid.gadget.pending + sim.host.inputs.length;
      const keys = 200;
      const sent = Array.from({ length: keys }, (_, index) => live.sendKey("KeyA", index % 2 === 0));
      const start = performance.now();
      const took = await live.ping();
      assert.equal(read(), keys);
      assert.ok(took > 0 && took <= performance.now() - start, `${took} ms`);
      await Promise.all(sent);
      const more = [live.ping(), live.sendKey("KeyB", true), live.ping(), live.ping()];
      const several = await Promise.all(more);
      assert.equal(read(), keys + 1);
      for (const time of several.filter((answer) => answer !== undefined)) assert.ok(time > 0 && time < 5000);
      assert.equal(several.filter((answer) => typeof answer === "number").length, 3);
    });

    test("closing releases what is down, the latest first, and nothing else", async (t) => {
      const { sim, live } = await liveBench(t, { binary });
      await live.sendKey("ShiftLeft", true);
      await live.sendKey("KeyA", true);
      await live.sendKey("KeyB", true);
      await live.sendKey("KeyB", false);
      await live.sendKey("KeyC", true, { finish: true });
      await live.sendKey("PrintScreen", true, { finish: true });
      await live.sendMouseButton("left", true);
      await live.sendMouseButton("right", true);
      await live.sendMouseButton("right", false);
      assert.deepEqual(live.held, { keys: ["ShiftLeft", "KeyA", "PrintScreen"], buttons: ["left"] });
      await until(() => sim.host.inputs.length === 10);
      sim.host.forget();
      await live.close();
      // When it resolves, everything has been typed: nothing is left in the device's queue.
      assert.deepEqual(inputs(sim), ["-left", "-PrintScreen", "-KeyA", "-ShiftLeft"]);
      assert.deepEqual(live.held, { keys: [], buttons: [] });
    });
  });
}

describe("the frames of live events are as documented", SIDE_BY_SIDE, () => {
  for (const row of ROWS) {
    test(row.what, async (t) => {
      const { kvm, heard } = await listener(t, { absolute: !row.relative });
      for (const binary of [true, false]) {
        const live = await kvm.live({ binary });
        await row.send(live);
        await live.ping();
        await live.close();
      }
      const [first] = heard();
      assert.equal(first?.toString("hex"), row.binary);
      const texts = heard().map(String).filter((message) => message.startsWith("{")); // prettier-ignore
      assert.deepEqual(JSON.parse(texts[0] ?? ""), row.json);
    });
  }
});

describe("what the device would drop or change in silence is refused, and nothing is sent", SIDE_BY_SIDE, () => {
  const REFUSED: Record<string, [(live: LiveHid) => Promise<void>, RegExp]> = {
    "a key that is none": [(live) => live.sendKey("KeyAA", true), /"KeyAA" is not a key/],
    "a button that is none": [(live) => live.sendMouseButton("wheel" as MouseButton, true), /Expected one of: left/], // as a caller without types may
    "a place beyond the picture": [(live) => live.sendMouseMove(0, 32_768), /-32768 to 32767/],
    "a place between": [(live) => live.sendMouseMove(0.5, 0), /not a whole number/],
    "a wheel turned too far": [(live) => live.sendMouseWheel(0, -128), /-127 to 127/],
    "one of many turned too far": [(live) => live.sendMouseWheelBatch([{ x: 0, y: 1 }, { x: 128, y: 0 }]), /-127 to 127/], // prettier-ignore
    "a push of an absolute mouse": [(live) => live.sendMouseRelative(1, 1), /absolute now/],
    "many pushes of an absolute mouse": [(live) => live.sendMouseRelativeBatch([{ x: 1, y: 1 }]), /absolute now/],
    "more than the device takes at once": [
      (live) => live.sendMouseWheelBatch(Array.from({ length: 2_100_000 }, () => ({ x: 0, y: 1 }))),
      /2100000 movements are too many/,
    ],
  };
  for (const [what, [send, message]] of Object.entries(REFUSED)) {
    test(what, async (t) => {
      const { sim, live } = await liveBench(t);
      await failure(send(live), { name: "ConfigurationError", message });
      await live.ping();
      await live.close();
      assert.deepEqual(inputs(sim), []);
    });
  }

  test("a place for a relative mouse", async (t) => {
    const { sim, kvm } = await bench(t);
    await relative(sim, kvm);
    const live = await kvm.live();
    await failure(live.sendMouseMove(1, 1), { name: "ConfigurationError", message: /relative now/ });
    await live.close();
    assert.deepEqual(inputs(sim), []);
  });

  test("nothing at all is nothing to send", async (t) => {
    const { sim, live } = await liveBench(t);
    await live.sendMouseWheelBatch([]);
    await live.close();
    // The device lets go of everything at its end.
    await until(() => sim.state.hid.gadget.pending === 0);
    assert.deepEqual(inputs(sim), []);
  });

  test("a device that is set to read-only", async (t) => {
    const { sim, kvm } = await bench(t, {}, { readOnly: true });
    await failure(kvm.live(), { name: "ConfigurationError", code: "READ_ONLY" });
    assert.equal(sim.sessionsOpened, 0);
  });
});

describe("what is down is released", SIDE_BY_SIDE, () => {
  async function holding(t: TestContext, options: LiveOptions = {}) {
    const everything = await liveBench(t, options);
    const { sim, live } = everything;
    await live.sendKey("ControlLeft", true);
    await live.sendKey("KeyA", true);
    await live.sendMouseButton("left", true);
    await until(() => sim.host.heldKeys.length === 2 && sim.host.mouse.buttons.size === 1);
    return everything;
  }
  const released = ({ host }: Simulator) => until(() => host.heldKeys.length === 0 && host.mouse.buttons.size === 0);

  test("when the signal aborts; then nothing more can be sent", async (t) => {
    const abort = new AbortController();
    const { sim, kvm, live } = await holding(t, { signal: abort.signal });
    const stream = kvm.events();
    abort.abort();
    assert.ok(live.ended.aborted);
    await failure(live.sendKey("KeyB", true), { name: "CancelledError", outcome: "unknown" });
    await live.finished;
    assert.deepEqual(inputs(sim).slice(-3), ["-left", "-KeyA", "-ControlLeft"]);
    assert.equal(sim.sessions, 1, "it is by events, not by the end of the session");
    await stream.close();
  });

  test("when the device is closed", async (t) => {
    const { sim, kvm, live } = await holding(t);
    await kvm.close();
    await failure(live.sendKey("KeyB", true), { name: "CancelledError", code: "CLOSED" });
    await released(sim);
    assert.equal(sim.sessions, 0);
  });

  test("by `await using`", async (t) => {
    const { sim, kvm } = await bench(t);
    {
      await using live = await kvm.live();
      await live.sendKey("MetaLeft", true);
    }
    assert.deepEqual(inputs(sim), ["+MetaLeft", "-MetaLeft"]);
  });

  test("on demand, and the use goes on", async (t) => {
    const { sim, live } = await holding(t);
    await live.releaseAll();
    assert.deepEqual(live.held, { keys: [], buttons: [] });
    await live.sendKey("KeyB", true);
    await until(() => sim.host.heldKeys.join() === "KeyB" && sim.host.mouse.buttons.size === 0);
  });

  const BREAKS: Record<string, (sim: Simulator) => Promise<void> | void> = {
    "when the connection breaks": (sim) => sim.dropSessions(),
    "when the device's service restarts": (sim) => sim.restart(),
    "when the device loses its power": (sim) => sim.unplug(),
  };
  for (const [what, happens] of Object.entries(BREAKS)) {
    test(`${what}, by the device itself; every later call says so`, async (t) => {
      const { sim, live } = await holding(t);
      await happens(sim);
      await once(live.ended, "abort").catch(() => undefined);
      await released(sim);
      const expected: Expected = { name: "WebSocketError", outcome: "unknown", retryable: false, cause: true };
      const first = await failure(live.sendKey("KeyB", true), { ...expected, message: /releases all keys/ });
      const second = await failure(live.ping(), expected);
      assert.notEqual(first, second);
      await failure(live.releaseAll(), expected);
      await live.close();
      await failure(live.sendKey("KeyB", true), expected);
    });
  }
});

describe("a live session", SIDE_BY_SIDE, () => {
  test("is the one WebSocket of all subscriptions, and leaves it open for them", async (t) => {
    const { sim, kvm } = await bench(t);
    const stream = kvm.events();
    await once(stream, "state");
    const live = await kvm.live();
    await live.sendKey("KeyA", true, { finish: true });
    await live.close();
    await live.close();
    const again = await kvm.live();
    await again.close();
    assert.deepEqual([sim.sessionsOpened, sim.sessions], [1, 1]);
    assert.equal(sim.host.typed, "a");
    await stream.close();
    await until(() => sim.sessions === 0);
  });

  test("alone, opens the WebSocket and closes it again", async (t) => {
    const { sim, live } = await liveBench(t);
    assert.deepEqual(live.version, { major: 4, minor: 197 });
    await live.close();
    await until(() => sim.sessions === 0);
    assert.equal(sim.sessionsOpened, 1);
    await failure(live.sendKey("KeyA", true), { name: "PiKVMError", code: "CLOSED" });
    await failure(live.ping(), { name: "PiKVMError", code: "CLOSED" });
  });

  test("keeps others from typing until it is closed", async (t) => {
    const { sim, kvm, live } = await liveBench(t);
    const typing = kvm.hid.typeText("text");
    const second = kvm.live();
    await live.sendKey("KeyA", true, { finish: true });
    await live.ping();
    await live.sendKey("KeyB", true, { finish: true });
    await until(() => sim.host.typed === "ab");
    assert.equal(sim.requests.filter(({ method }) => method === "POST").length, 0);
    await live.close();
    await typing;
    await (await second).sendKey("KeyC", true, { finish: true });
    await until(() => sim.host.typed === "abtextc");
  });

  test("waits for those who type, also when the WebSocket is still to be opened", async (t) => {
    const { sim, kvm } = await bench(t, { clock: scaledClock(4) }, { timeout: 1 });
    const text = "x".repeat(600);
    const typing = kvm.hid.typeText(text);
    await until(() => sim.host.typed.length > 0);
    const live = await kvm.live();
    await live.sendKey("KeyY", true, { finish: true });
    await live.close();
    await typing;
    assert.equal(sim.host.typed, `${text}y`);
  });

  test("waiting for a turn can be cancelled, and leaves nothing behind", async (t) => {
    const { sim, kvm, live } = await liveBench(t);
    const abort = new AbortController();
    const waiting = failure(kvm.live({ signal: abort.signal }), { name: "CancelledError" });
    abort.abort();
    await waiting;
    assert.deepEqual([sim.sessions, sim.sessionsOpened], [1, 1]);
    await live.sendKey("KeyB", true, { finish: true });
    await live.close();
    await until(() => sim.sessions === 0);
    await kvm.hid.typeText("a");
    await until(() => sim.host.typed === "ba");
    assert.equal(sim.sessionsOpened, 1);
  });

  test("that waits for its turn while the connection breaks takes the next session", async (t) => {
    const { sim, kvm, live } = await liveBench(t);
    const waiting = kvm.live();
    sim.dropSessions();
    const next = await waiting;
    assert.equal(sim.sessionsOpened, 2);
    await next.sendKey("KeyA", true, { finish: true });
    await next.close();
    assert.equal(sim.host.typed, "a");
    await failure(live.sendKey("KeyA", true), { name: "WebSocketError", outcome: undefined, retryable: true });
  });

  test("is not overtaken by the next text when the device reads late what was sent", async (t) => {
    const { sim } = await bench(t);
    const held: (() => unknown)[] = [];
    let isSlow = false;
    const address = await tcpServer(t, (socket) => {
      const device = connect(sim.port, "127.0.0.1");
      let isEvents: boolean | undefined;
      device.on("error", () => socket.destroy()).pipe(socket);
      socket.on("error", () => device.destroy()).on("close", () => device.end());
      socket.on("data", (data) => {
        isEvents ??= data.includes("/api/ws");
        if (isEvents && isSlow) held.push(() => device.write(data));
        else device.write(data);
      });
    });
    const kvm = await client(t, { address: `http://${address}` });
    const live = await kvm.live();
    isSlow = true;
    for (const key of ["KeyA", "KeyB"]) {
      await live.sendKey(key, true);
      await live.sendKey(key, false);
    }
    await live.close();
    const next = kvm.hid.typeText("cd");
    await setTimeout(300);
    assert.equal(sim.host.typed, "");
    isSlow = false;
    for (const write of held) write();
    await next;
    assert.equal(sim.host.typed, "abcd");
  });

  test("is never resumed on the next session, and the link comes back although it was not closed", async (t) => {
    const { sim, kvm, live } = await liveBench(t);
    await live.sendKey("KeyA", true);
    await until(() => sim.host.heldKeys.length === 1);
    const stream = kvm.events();
    sim.dropSessions();
    await until(() => sim.sessionsOpened === 2 && stream.states.hid);
    await failure(live.sendKey("KeyB", true), { name: "WebSocketError", outcome: "unknown" });
    const next = await kvm.live();
    await next.close();
    await until(() => sim.host.heldKeys.length === 0);
    assert.deepEqual(inputs(sim), ["+KeyA", "-KeyA"]);
  });

  test("says at once why it cannot be opened", async (t) => {
    const { sim, kvm } = await bench(t);
    await sim.unplug();
    await failure(kvm.live(), { name: "ConnectError", code: "ECONNREFUSED" });
    const refused = await client(t, { address: (await bench(t)).sim.url, password: "wrong" });
    await failure(refused.live(), { name: "AuthError", statusCode: 403 });
    await kvm.close();
    await assert.rejects(kvm.live(), { name: "PiKVMError", code: "CLOSED" });
  });

  test("is not waited for longer than for any answer when the device tells nothing of its mouse", async (t) => {
    const address = await webSocketServer(t, (socket) => socket.write(textFrame('{"event_type":"loop","event":{}}')));
    const kvm = await client(t, { address: `http://${address}`, timeout: 1 });
    await failure(kvm.live(), { name: "ConnectionTimeoutError", retryable: true });
  });
});

describe("a device that does not keep up", () => {
  test("does not answer a ping: that is told, and closing does not wait for it forever", async (t) => {
    const { kvm, heard } = await listener(t, { answers: false });
    const live = await kvm.live();
    await failure(live.ping(), { name: "ConnectionTimeoutError", retryable: true });
    const abort = new AbortController();
    const pinging = failure(live.ping({ signal: abort.signal }), { name: "CancelledError" });
    abort.abort();
    await pinging;
    await live.sendKey("KeyA", true);
    await live.close();
    await until(() => heard().length === 5);
    assert.deepEqual(heard().map(String), ["\0", "\0", "\x01\x01KeyA", "\x01\0KeyA", "\0"]);
  });

  for (const closesAfter of [1, 2]) {
    test(`stops when it has read everything: what it may have dropped is not called done (${closesAfter})`, async (t) => {
      const { kvm } = await listener(t, { closesAfter });
      const live = await kvm.live();
      await live.sendKey("KeyA", true);
      await failure(live.complete(), { name: "WebSocketError", outcome: "unknown" });
    });
  }

  for (const version of ["{}", '{"version":{"major":4,"minor":52}}', '{"version":{"major":3,"minor":300}}']) {
    test(`does not know binary pings: they are JSON (${version})`, async (t) => {
      const { kvm, heard } = await listener(t, { answers: false, version });
      const live = await kvm.live();
      await failure(live.ping(), { name: "ConnectionTimeoutError" });
      await until(() => heard().length > 0);
      assert.deepEqual(heard().map(String), ['{"event_type":"ping","event":{}}']);
    });
  }

  test("slows its callers down, and a socket that breaks meanwhile ends them all", async (t) => {
    const { kvm, sockets } = await listener(t, { answers: false });
    const live = await kvm.live();
    for (const socket of sockets) socket.pause();
    const deltas = Array.from({ length: 1_000_000 }, () => ({ x: 1, y: 1 }));
    let done = 0;
    const sending = Array.from({ length: 20 }, () => live.sendMouseWheelBatch(deltas).then(() => (done += 1)));
    const results = Promise.allSettled(sending);
    await until(() => done > 0);
    assert.ok(done < 20, "the rest waits until the device reads");
    for (const socket of sockets) socket.resetAndDestroy();
    const failed = (await results).flatMap((result) => (result.status === "rejected" ? [result.reason as Error] : [])); // what was thrown
    assert.ok(failed.length > 0);
    for (const error of failed) await failure(Promise.reject(error), { name: "WebSocketError", outcome: "unknown" });
  });
});

interface Listener {
  absolute?: boolean;
  /** What its `loop` says. */
  version?: string;
  /** Whether it answers binary pings. */
  answers?: boolean;
  /** After so many answers it closes the session, as kvmd does that stops; the TCP connection stays. */
  closesAfter?: number;
}

/** A device that does nothing but listen; and its client. `heard` are the messages, unmasked. */
async function listener(
  t: TestContext,
  { absolute = true, version, answers = true, closesAfter = Infinity }: Listener,
) {
  const data: Buffer[] = [];
  const sockets: Socket[] = [];
  const heard = () => messagesOf(Buffer.concat(data));
  const loop = textFrame(`{"event_type":"loop","event":${version ?? '{"version":{"major":4,"minor":197}}'}}`);
  const hid = textFrame(`{"event_type":"hid","event":{"enabled":true,"mouse":{"absolute":${absolute}}}}`);
  const pings = () => heard().filter((message) => message.equals(Buffer.of(0)) || message.includes("ping")).length;
  const address = await webSocketServer(t, (socket) => {
    let answered = 0;
    // What it closes is at its end only when the device has gone, too.
    socket.allowHalfOpen = closesAfter < Infinity;
    sockets.push(socket);
    socket.on("data", (piece) => {
      data.push(piece);
      if (!answers) return;
      for (; answered < Math.min(pings(), closesAfter); answered += 1) {
        const last = answered + 1 === closesAfter ? Buffer.of(0x88, 2, 1000 >> 8, 1000 & 0xff) : Buffer.of();
        socket.write(Buffer.concat([Buffer.of(0x82, 1, 0xff), last]));
      }
    });
    socket.write(Buffer.concat([loop, hid]));
  });
  const kvm = await client(t, { address: `http://${address}`, timeout: answers ? 5 : 1 });
  // Keeps the session open, so that all messages are of one session.
  kvm.events();
  return { kvm, sockets, heard };
}

/** The payloads of frames of a client of up to 64 KiB. */
function messagesOf(data: Buffer): Buffer[] {
  const messages: Buffer[] = [];
  for (let at = 0; at + 6 <= data.length;) {
    const short = data.readUInt8(at + 1) & 0x7f;
    const start = at + (short === 126 ? 8 : 6);
    const mask = data.subarray(start - 4, start);
    const end = start + (short === 126 ? data.readUInt16BE(at + 2) : short);
    messages.push(Buffer.from(data.subarray(start, end).map((byte, index) => byte ^ (mask[index % 4] ?? 0))));
    at = end;
  }
  return messages;
}
