import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import { CancelledError, type PiKVM, type PiKVMOptions, type VideoLease } from "../../src/client";
import { Transport } from "../../src/client/http/transport";
import { Sockets } from "../../src/client/sockets/sockets";
import { Video } from "../../src/client/video/video";
import { scaledClock } from "../../src/simulator";
import { until } from "../harness/until";
import {
  bench,
  checkError,
  client,
  failure,
  SECRETS,
  SIDE_BY_SIDE,
  textFrame,
  webSocketServer,
  type Bench,
} from "./kit";

/** A device whose computer is on, and nobody watches. */
function watched(t: TestContext, options: Partial<PiKVMOptions> = {}): Promise<Bench> {
  return bench(t, { power: true, bootTime: 0 }, options);
}

/**
 * The same, for those that type. The client waits for as long as it takes a device to type what it was given; ours is
 * not to be slower, however busy the computer.
 */
function watchedTyping(t: TestContext, options: Partial<PiKVMOptions> = {}): Promise<Bench> {
  return bench(t, { power: true, bootTime: 0, clock: scaledClock(4) }, options);
}

/** A client of a device whose event sockets say one thing of the streamer, or nothing. */
async function saying(t: TestContext, streamer?: unknown): Promise<PiKVM> {
  const event = { event_type: "streamer", event: { features: {}, streamer } };
  const address = await webSocketServer(t, (socket) => {
    if (streamer !== undefined) socket.write(textFrame(JSON.stringify(event)));
  });
  return client(t, { address: `http://${address}` });
}

/** How a lease was lost. */
async function lossOf({ signal }: VideoLease): Promise<unknown> {
  await until(() => signal.aborted);
  return signal.reason;
}

/** The computer's screen goes dark, and the device has told so. */
async function dark({ sim, kvm }: Bench): Promise<void> {
  sim.state.streamer.source.signal = false;
  await until(async () => {
    const lease = await kvm.video.acquire({ timeout: 0 }).catch(() => undefined);
    await lease?.release();
    return lease === undefined;
  });
}

/** Waits until acquiring fails so; before the connection is open it fails otherwise. */
async function failsAs(kvm: PiKVM, code: string, allowOffline = false): Promise<void> {
  await until(
    async () => {
      const error: unknown = await kvm.video.acquire({ timeout: 0.1, allowOffline }).catch((cause: unknown) => cause);
      checkError(error, { name: "WaitTimeoutError" });
      return error.code === code;
    },
    { what: code },
  );
}

const sockets = ({ sim }: Bench) => sim.requests.filter(({ path }) => path === "/api/ws").map(({ query }) => query);

describe("video", SIDE_BY_SIDE, () => {
  test("a snapshot is a 503 without, and works within a lease", async (t) => {
    const both = await watched(t, { videoIdle: 0 });
    const { kvm, sim } = both;
    await failure(kvm.streamer.snapshot(), { name: "UnavailableError", statusCode: 503 });
    const lease = await kvm.video.acquire();
    assert.equal((await kvm.streamer.snapshot()).online, true);
    assert.equal(lease.signal.aborted, false);
    assert.deepEqual(sockets(both), [{ stream: "1" }]);
    await lease.release();
    await until(() => sim.sessions === 0);
  });

  test("however many acquire at once, it is one socket", async (t) => {
    const { kvm, sim } = await watched(t, { videoIdle: 0 });
    const leases = await Promise.all(Array.from({ length: 20 }, () => kvm.video.acquire()));
    assert.equal(sim.sessionsOpened, 1);
    const last = leases.pop();
    await Promise.all(leases.map((lease) => lease.release()));
    assert.equal(sim.sessions, 1);
    await kvm.streamer.snapshot();
    await last?.release();
    assert.deepEqual([sim.sessions, sim.sessionsOpened], [0, 1]);
  });

  test("it is kept for a while, and taken up again", async (t) => {
    const { kvm, sim } = await watched(t);
    await (await kvm.video.acquire()).release();
    assert.equal((await kvm.streamer.snapshot()).online, true);
    await (await kvm.video.acquire()).release();
    assert.deepEqual([sim.sessions, sim.sessionsOpened], [1, 1]);
  });

  test("after the idle time it is closed, unless somebody holds it again", async (t) => {
    const { kvm, sim } = await watched(t, { videoIdle: 0.05 });
    await (await kvm.video.acquire()).release();
    await until(() => sim.sessions === 0);
    const lease = await kvm.video.acquire();
    await lease.release();
    await using again = await kvm.video.acquire();
    // Takes more than a second.
    await kvm.atx.clickPower({ wait: true });
    assert.deepEqual([sim.sessions, sim.sessionsOpened, again.signal.aborted], [1, 2, false]);
  });

  test("it does not take the place of the event connection, nor the other way round", async (t) => {
    const { kvm, sim } = await watched(t, { videoIdle: 0 });
    const stream = kvm.events();
    await using lease = await kvm.video.acquire();
    await until(() => stream.states.clients?.count === 1);
    await lease.release();
    await until(() => stream.states.clients?.count === 0);
    assert.equal(sim.sessions, 1);
  });

  test("releasing twice releases once", async (t) => {
    const { kvm, sim } = await watched(t, { videoIdle: 0 });
    const [one, other] = [await kvm.video.acquire(), await kvm.video.acquire()];
    await one.release();
    await one.release();
    checkError(one.signal.reason, { name: "CancelledError", code: "RELEASED" });
    assert.deepEqual([sim.sessions, other.signal.aborted], [1, false]);
  });

  test("no socket of it is opened or closed while text is typed, which would lose keys", async (t) => {
    const text = "Sesame, open! ".repeat(12);
    const { kvm, sim } = await watchedTyping(t, { videoIdle: 0 });
    const type = async (act: () => Promise<unknown>) => {
      const before = sim.host.typed.length;
      const typing = kvm.hid.typeText(text);
      await until(() => sim.host.typed.length > before);
      const acted = act();
      await typing;
      assert.equal(sim.host.typed.slice(before), text);
      await acted;
    };
    let lease: VideoLease | undefined;
    await type(async () => (lease = await kvm.video.acquire()));
    // That of the text ends after it.
    await until(() => sim.sessions === 1);
    await type(async () => lease?.release());
    await until(() => sim.sessions === 0);
  });

  test("it is not closed when somebody takes it up while its closing waits for typing", async (t) => {
    const both = await watchedTyping(t, { videoIdle: 0 });
    const { kvm, sim } = both;
    const first = await kvm.video.acquire();
    const typing = kvm.hid.typeText("Sesame, open! ".repeat(24));
    const released = first.release();
    const second = await kvm.video.acquire();
    await typing;
    await released;
    const viewers = sockets(both).filter(({ stream }) => stream === "1");
    assert.deepEqual([viewers.length, second.signal.aborted], [1, false]);
    await second.release();
    await until(() => sim.sessions === 0);
  });

  test("what is typed for longer than the wait is told as the reason", async (t) => {
    const { kvm, sim } = await watchedTyping(t);
    const typing = kvm.hid.typeText("Sesame, open! ".repeat(24));
    await until(() => sim.host.typed.length > 0);
    await failure(kvm.video.acquire({ timeout: 0.1 }), { name: "WaitTimeoutError", code: "NOT_CONNECTED", message: /typed/ }); // prettier-ignore
    await typing;
    assert.equal(sim.host.typed, "Sesame, open! ".repeat(24));
  });

  test("no signal is another thing than a video that does not start", async (t) => {
    const { kvm, sim } = await watched(t);
    sim.state.streamer.source.signal = false;
    await failsAs(kvm, "NO_SIGNAL");
    await using offline = await kvm.video.acquire({ allowOffline: true });
    assert.equal((await kvm.streamer.snapshot({ allowOffline: true })).online, false);
    const waiting = kvm.video.acquire();
    sim.state.streamer.source.signal = true;
    await using lease = await waiting;
    assert.equal((await kvm.streamer.snapshot()).online, true);
    assert.deepEqual([lease.signal.aborted, offline.signal.aborted, sim.sessionsOpened], [false, false, 1]);
    const stopped = await saying(t, null);
    await failsAs(stopped, "NOT_STARTED");
    await failsAs(stopped, "NOT_STARTED", true);
  });

  const SILENT: [what: string, make: (t: TestContext) => Promise<PiKVM>, message: RegExp][] = [
    [
      "answers no handshake",
      async (t) => {
        const { sim, kvm } = await bench(t);
        sim.faults.add({ kind: "hang", path: "/api/ws" });
        return kvm;
      },
      /^The device does not answer the request for its video \(waited 1 s\)\.$/,
    ],
    [
      "answers no handshake, of somebody else's connection either, which comes first",
      async (t) => {
        const { sim, kvm } = await bench(t);
        sim.faults.add({ kind: "hang", path: "/api/ws" });
        const events = kvm.events();
        t.after(() => events.close());
        await until(() => sim.requests.some(({ path }) => path.startsWith("/api/ws")));
        return kvm;
      },
      /^The device does not answer/,
    ],
    ["opens the connection and says nothing", (t) => saying(t), /^The device is connected, but tells nothing of its video/],
  ]; // prettier-ignore
  for (const [what, make, message] of SILENT) {
    test(`a device that ${what} is not told to be typing`, async (t) => {
      const silent = await make(t);
      const expected = { name: "WaitTimeoutError", code: "NOT_CONNECTED", message };
      await failure(silent.video.acquire({ timeout: 1 }), expected);
      await failure(silent.screen.snapshot({ videoTimeout: 1 }), expected);
    });
  }

  test("a state of another shape is no picture, and breaks nothing", async (t) => {
    for (const streamer of [{}, { source: null }, { source: { online: 1 } }, "yes"])
      await failsAs(await saying(t, streamer), "NO_SIGNAL");
  });

  const ends: [string, (both: Bench) => unknown, string][] = [
    ["breaks", ({ sim }) => sim.dropSessions(), "WS_1006"],
    ["is closed by a kvmd that restarts", ({ sim }) => sim.restart(), "WS_1000"],
  ];
  for (const [word, strike, code] of ends) {
    test(`a connection that ${word} is told to its holders; the next one opens another`, async (t) => {
      const both = await watched(t, { videoIdle: 0 });
      const { kvm, sim } = both;
      const leases = [await kvm.video.acquire(), await kvm.video.acquire()];
      await dark(both);
      const waiting = failure(kvm.video.acquire(), { name: "WebSocketError", code });
      const frames = kvm.streamer.mjpeg({ signal: leases[0]?.signal });
      await frames.next();
      sim.state.streamer.source.signal = true;
      await strike(both);
      await waiting;
      for (const lease of leases) checkError(await lossOf(lease), { name: "WebSocketError", code, retryable: true });
      const pictures = async () => { for await (const frame of frames) assert.ok(frame.image); }; // prettier-ignore
      await failure(pictures(), { name: "WebSocketError", code });
      const again = await kvm.video.acquire();
      await Promise.all(leases.map((lease) => lease.release()));
      assert.deepEqual([sim.sessions, sim.sessionsOpened, again.signal.aborted], [1, 2, false]);
    });
  }

  test("a half-open connection is noticed", async (t) => {
    const { sim } = await watched(t);
    sim.faults.add({ kind: "half-open", times: 1 });
    const transport = new Transport({ address: sim.url, user: "admin", password: SECRETS.password });
    const timing = { pingAfter: 0.1, deadAfter: 2, checkEvery: 0.05, closeTimeout: 0.2 };
    const video = new Video(new Sockets(transport), 0, timing);
    t.after(async () => {
      transport.end();
      await video.close();
      await transport.destroy();
    });
    await failure(video.acquire(), { name: "WebSocketError", code: "SILENT" });
    await (await video.acquire()).release();
  });

  test("a connection that cannot be opened is told to all, and tried anew by the next", async (t) => {
    const { kvm, sim } = await watched(t);
    sim.kill();
    const all = Array.from({ length: 3 }, () => failure(kvm.video.acquire(), { name: "APIError", statusCode: 502 }));
    await Promise.all(all);
    assert.equal(sim.requests.length, 1);
    await sim.unplug();
    await failure(kvm.video.acquire(), { name: "ConnectError", code: "ECONNREFUSED" });
    await sim.plugIn();
    await using lease = await kvm.video.acquire();
    assert.equal(lease.signal.aborted, false);
    const stranger = await client(t, { address: sim.url, password: "wrong" });
    await failure(stranger.video.acquire(), { name: "AuthError", statusCode: 403 });
  });

  test("who waits can leave; with the last one it is given up", async (t) => {
    const { kvm, sim } = await watched(t, { videoIdle: 0 });
    sim.state.streamer.source.signal = false;
    const abort = new AbortController();
    const [leaving, staying] = [kvm.video.acquire({ signal: abort.signal }), kvm.video.acquire({ allowOffline: true })];
    const left = failure(leaving, { name: "CancelledError", code: "CANCELLED" });
    const lease = await staying;
    abort.abort();
    await left;
    assert.equal(sim.sessions, 1);
    await lease.release();
    await failure(kvm.video.acquire({ signal: abort.signal }), { name: "CancelledError" });
    await failure(kvm.video.acquire({ timeout: 0.1 }), { name: "WaitTimeoutError" });
    await until(() => sim.sessions === 0);
    assert.equal(sim.sessionsOpened, 2);
  });

  test("it ends with the device", async (t) => {
    const both = await watched(t);
    const { kvm, sim } = both;
    const lease = await kvm.video.acquire();
    const { video } = kvm;
    await dark(both);
    const waiting = failure(video.acquire(), { name: "CancelledError", code: "CLOSED" });
    await kvm.close();
    await waiting;
    assert.ok((await lossOf(lease)) instanceof CancelledError);
    await until(() => sim.sessions === 0);
    await lease.release();
    await failure(video.acquire(), { name: "CancelledError", code: "CLOSED" });
    assert.equal(sim.sessionsOpened, 1);
  });

  test("an idle one ends with the device, too", async (t) => {
    const { kvm, sim } = await watched(t);
    await (await kvm.video.acquire()).release();
    await kvm.close();
    await until(() => sim.sessions === 0);
  });

  test("times out of range", async (t) => {
    const { kvm, sim } = await watched(t);
    for (const timeout of [-1, NaN, Infinity])
      await failure(kvm.video.acquire({ timeout }), { name: "ConfigurationError" });
    assert.equal(sim.requests.length, 0);
    await failure(client(t, { address: sim.url, videoIdle: -1 }), { name: "ConfigurationError", message: /idle/ });
  });
});
