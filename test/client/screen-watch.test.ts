import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type {
  ConnectionChange,
  PiKVM,
  PiKVMError,
  PiKVMOptions,
  ScreenChange,
  ScreenCondition,
} from "../../src/client";
import { LivePictures } from "../../src/client/video/live-pictures";
import { scaledClock, type Simulator } from "../../src/simulator";
import { tinyJpeg } from "../harness/tiny";
import { until } from "../harness/until";
import { bench, client, failure, httpServer, SIDE_BY_SIDE, type Bench } from "./kit";

/** A computer that has been running for long, ten times as fast. */
async function running(t: TestContext, more: Partial<PiKVMOptions> = {}): Promise<Bench> {
  const both = await bench(t, { clock: scaledClock(10), power: true }, more);
  both.sim.state.streamer.source.resolution = { width: 640, height: 480 };
  return both;
}

interface Watched {
  seen: ScreenChange[];
  connection: ConnectionChange[];
  /** Rejects when the watch ends. */
  end: Promise<never>;
  abort: AbortController;
}

function watch(t: TestContext, kvm: PiKVM, condition: ScreenCondition): Watched {
  const abort = new AbortController();
  const [seen, connection]: [ScreenChange[], ConnectionChange[]] = [[], []];
  const onConnection = (change: ConnectionChange) => void connection.push(change);
  const all = async (): Promise<never> => {
    for await (const change of kvm.screen.watch(condition, { signal: abort.signal, onConnection })) seen.push(change);
    return assert.fail("it ended without an error");
  };
  const end = all();
  end.catch(() => undefined);
  t.after(() => abort.abort());
  return { seen, connection, end, abort };
}

const events = ({ seen }: Watched): string[] => seen.map(({ event }) => event);
const looks = (sim: Simulator): number => sim.requests.filter(({ path }) => path === "/api/streamer/snapshot").length;

/** Resolves when the screen was looked at so many times more. */
async function looked(sim: Simulator, times = 3): Promise<void> {
  const before = looks(sim);
  await until(() => looks(sim) >= before + times);
}

const press = (sim: Simulator, character: string): void => sim.host.screen.key(character, character, new Set());

describe("watching the screen", SIDE_BY_SIDE, () => {
  test("frames: one picture after the other, with what is known of it", async (t) => {
    const { sim, kvm } = await running(t);
    const watched = watch(t, kvm, { mode: "frames", rate: 1 });
    await until(() => watched.seen.length === 2);
    const [{ image, online, width, height, timestamp, event } = assert.fail()] = watched.seen;
    assert.deepEqual([event, online, width, height, typeof timestamp], ["frame", true, 640, 480, "number"]);
    assert.deepEqual([...image.subarray(0, 2)], [0xff, 0xd8]);
    assert.equal(looks(sim), 2, "a slow rate asks for each picture");
    assert.deepEqual(watched.connection, [{ connected: true }]);
  });

  test("frames: a fast rate reads the stream, which all share, as they share the connection", async (t) => {
    const { sim, kvm } = await running(t);
    const both = [watch(t, kvm, { mode: "frames", rate: 30 }), watch(t, kvm, { mode: "frames", rate: 20 })];
    for (const { seen } of both) await until(() => seen.length >= 5);
    assert.equal(sim.requests.filter(({ path }) => path === "/streamer/stream").length, 1);
    assert.deepEqual([looks(sim), sim.sessionsOpened], [0, 1]);
    for (const { abort } of both) abort.abort();
    await until(async () => (await kvm.streamer.getUstreamerState()).stream.clients === 0);
  });

  test("frames: no faster than the rate", async (t) => {
    const { sim, kvm } = await running(t);
    const typing = setInterval(() => press(sim, "x"), 10);
    t.after(() => clearInterval(typing));
    const RATE = 5;
    const times: number[] = [];
    for await (const { event } of kvm.screen.watch({ mode: "frames", rate: RATE })) {
      times.push(performance.now() / 1000);
      if (event !== "frame" || times.length === 8) break;
    }
    const [first = 0, last = 0] = [times[0], times.at(-1)];
    // The first may have been taken late, and one more is due then.
    assert.ok(times.length <= RATE * (last - first) + 3, `${times.length} pictures in ${last - first} s`);
  });

  test("changes: the first picture, and each that differs by more than the threshold from the last one told", async (t) => {
    const { sim, kvm } = await running(t);
    const [small, large] = [
      watch(t, kvm, { mode: "changes", rate: 20, threshold: 0 }),
      watch(t, kvm, { mode: "changes", rate: 20, threshold: 1 }),
    ];
    await until(() => small.seen.length === 1 && large.seen.length === 1);
    assert.equal(large.seen[0]?.change, undefined);
    press(sim, "x");
    await until(() => small.seen.length === 2);
    const little = small.seen[1]?.change ?? NaN;
    assert.ok(little > 0 && little < 1, `${little} %`);
    assert.equal(large.seen.length, 1);
    sim.host.screen.start();
    await until(() => large.seen.length >= 2);
    const much = large.seen[1]?.change ?? NaN;
    assert.ok(much > 1 && much < 100, `${much} %`);
    assert.ok(!large.seen[1]?.image.equals(large.seen[0]?.image ?? Buffer.alloc(0)));
  });

  test("changes: only those in the region count", async (t) => {
    const { sim, kvm } = await running(t);
    const condition = { mode: "changes", rate: 20, threshold: 0 } as const;
    const inside = watch(t, kvm, { ...condition, region: { bottom: 80 } });
    const outside = watch(t, kvm, { ...condition, region: { top: 400 } });
    await until(() => inside.seen.length === 1 && outside.seen.length === 1);
    press(sim, "x");
    await until(() => inside.seen.length === 2);
    press(sim, "y");
    await until(() => inside.seen.length === 3);
    assert.equal(outside.seen.length, 1);
  });

  test("freeze: told once when nothing has moved for the time, and when something moves again", async (t) => {
    const { sim, kvm } = await running(t);
    const watched = watch(t, kvm, { mode: "freeze", time: 0.5, threshold: 0, rate: 20 });
    await until(() => watched.seen.length === 1);
    assert.ok((watched.seen[0]?.seconds ?? 0) >= 0.5);
    press(sim, "x");
    await until(() => watched.seen.length === 3);
    assert.deepEqual(events(watched), ["frozen", "moving", "frozen"]);
    assert.ok((watched.seen[1]?.change ?? 0) > 0 && (watched.seen[1]?.seconds ?? 0) >= 0.5);
  });

  test("freeze: what keeps moving, and what has no signal, is not frozen", async (t) => {
    const { sim, kvm } = await running(t);
    const watched = watch(t, kvm, { mode: "freeze", time: 1, threshold: 0, rate: 20 });
    const frames = watch(t, kvm, { mode: "frames", rate: 20 });
    const typing = setInterval(() => press(sim, "x"), 50);
    t.after(() => clearInterval(typing));
    await until(() => frames.seen.length >= 30);
    clearInterval(typing);
    sim.state.streamer.source.signal = false;
    const count = frames.seen.length;
    await until(() => frames.seen.length >= count + 30);
    assert.equal(frames.seen.at(-1)?.online, false);
    assert.ok(watched.seen.length <= 1, "at most between the last key and the loss of the signal");
  });

  test("signal: told when it is lost and when it comes back, not what it is at first", async (t) => {
    const { sim, kvm } = await running(t);
    const watched = watch(t, kvm, { mode: "signal", rate: 20 });
    await until(() => watched.connection.length === 1);
    // A video that just starts has no signal yet: what it is at first has to be seen before it changes.
    const frames = watch(t, kvm, { mode: "frames", rate: 20 });
    await until(() => frames.seen.filter(({ online }) => online).length > 3);
    sim.state.streamer.source.signal = false;
    await until(() => watched.seen.length === 1);
    sim.state.streamer.source.signal = true;
    await until(() => watched.seen.length === 2);
    assert.deepEqual(watched.seen.map(({ event, online }) => [event, online]), [["signal_lost", false], ["signal_back", true]]); // prettier-ignore
  });

  test("text: told when it is shown, also at first, and when it is gone", async (t) => {
    const { sim, kvm } = await running(t);
    const watched = watch(t, kvm, { mode: "text", pattern: { text: "LOGIN:" }, interval: 0.05 });
    await until(() => watched.seen.length === 1);
    await looked(sim);
    sim.state.streamer.source.signal = false;
    await until(() => watched.seen.length === 2);
    sim.state.streamer.source.signal = true;
    await until(() => watched.seen.length === 3);
    assert.deepEqual(watched.seen.map(({ event, found }) => [event, found]), [["text_shown", "login:"], ["text_gone", null], ["text_shown", "login:"]]); // prettier-ignore
    assert.match(watched.seen[0]?.text ?? "", /login:/);
    assert.deepEqual([...(watched.seen[0]?.image.subarray(0, 2) ?? [])], [0xff, 0xd8]);
  });

  test("text: without a signal there is none, whatever the device writes there", async (t) => {
    const { sim, kvm } = await running(t);
    const [login, live] = [
      watch(t, kvm, { mode: "text", pattern: { text: "login:" }, interval: 0.05 }),
      watch(t, kvm, { mode: "text", pattern: { text: "NO LIVE VIDEO" }, interval: 0.05 }),
    ];
    await until(() => login.seen.length === 1);
    sim.state.streamer.source.signal = false;
    await until(() => login.seen.length === 2);
    assert.deepEqual([login.seen[1]?.event, login.seen[1]?.text], ["text_gone", ""]);
    await looked(sim, 5);
    assert.deepEqual(live.seen, []);
  });

  test("an outage is told once; then it goes on where it was", async (t) => {
    const { sim, kvm } = await running(t);
    const watched = watch(t, kvm, { mode: "changes", rate: 20 });
    await until(() => watched.seen.length === 1);
    await sim.unplug();
    await until(() => watched.connection.length === 2);
    await sim.plugIn();
    await until(() => watched.connection.length === 3);
    assert.deepEqual(watched.connection.map(({ connected, error }) => [connected, error !== undefined]), [[true, false], [false, true], [true, false]]); // prettier-ignore
    assert.deepEqual(events(watched), ["changed"], "the picture is the same as before");
    sim.host.screen.start();
    await until(() => watched.seen.length >= 2);
  });

  test("a video that starts anew is no outage, and no lost signal", async (t) => {
    const { sim, kvm } = await running(t);
    const conditions: ScreenCondition[] = [{ mode: "signal", rate: 20 }, { mode: "signal", rate: 1 }, { mode: "text", pattern: { text: "login:" }, interval: 0.05 }]; // prettier-ignore
    const all = conditions.map((condition) => watch(t, kvm, condition));
    await until(() => all.every(({ connection }) => connection.length === 1));
    const streams = () =>
      sim.requests.filter(({ path, status }) => path === "/streamer/stream" && status === 200).length;
    const before = streams();
    await kvm.streamer.reset();
    await until(() => streams() > before);
    await looked(sim, 5);
    assert.deepEqual(all.map(events), [[], [], ["text_shown"]]);
    for (const { connection } of all) assert.deepEqual(connection, [{ connected: true }]);
  });

  test("a device that is not there is told, and found when it comes", async (t) => {
    const { sim, kvm } = await running(t);
    await sim.unplug();
    const watched = watch(t, kvm, { mode: "frames" });
    await until(() => watched.connection.length === 1);
    const { connected, error } = watched.connection[0] ?? assert.fail();
    assert.deepEqual([connected, error?.name], [false, "ConnectError"]);
    await sim.plugIn();
    await until(() => watched.seen.length > 0);
  });

  test("a refused login is told, and sat out as an outage is", async (t) => {
    const { sim, kvm } = await running(t, { password: "wrong" });
    const watched = watch(t, kvm, { mode: "frames" });
    await until(() => watched.connection.length === 1);
    assert.equal(watched.connection[0]?.error?.name, "AuthError");
    sim.state.auth.account = { user: "admin", passwd: "wrong" };
    await kvm.retryLogin();
    await until(() => watched.seen.length > 0);
    assert.deepEqual(watched.connection.at(-1), { connected: true });
  });

  test("pictures that cannot be compared are told once", async (t) => {
    const { sim, kvm } = await running(t);
    const fault = { kind: "status", code: 200, body: "no JPEG", contentType: "image/jpeg" } as const;
    const handle = sim.faults.add({ ...fault, path: "/api/streamer/snapshot" });
    const watched = watch(t, kvm, { mode: "changes", rate: 1 });
    await until(() => handle.hits >= 2);
    assert.deepEqual(watched.connection.map(({ error }) => (error as PiKVMError).code), ["JPEG"]); // prettier-ignore
  });

  test("what cannot be looked for is refused before anything is sent", async (t) => {
    const { sim, kvm } = await running(t);
    const wrong: ScreenCondition[] = [
      { mode: "frames", rate: 0 },
      { mode: "frames", rate: 31 },
      { mode: "changes", threshold: 101 },
      { mode: "changes", region: { left: 10, right: 10 } },
      { mode: "freeze", time: 0 },
      { mode: "text", pattern: { text: "" } },
      { mode: "text", pattern: { text: "a" }, interval: -1 },
    ];
    for (const condition of wrong)
      await failure(
        Promise.resolve().then(() => kvm.screen.watch(condition)),
        { name: "ConfigurationError" },
      );
    assert.deepEqual(sim.requests, []);
  });

  test("who leaves, cancels or closes the device lets go of the video", async (t) => {
    const { sim, kvm } = await running(t, { videoIdle: 0 });
    for await (const { event } of kvm.screen.watch({ mode: "frames", rate: 30 })) {
      assert.equal(event, "frame");
      break;
    }
    await until(() => sim.sessions === 0);
    const watched = watch(t, kvm, { mode: "frames", rate: 30 });
    await until(() => watched.seen.length > 0);
    watched.abort.abort();
    await failure(watched.end, { name: "CancelledError" });
    await until(() => sim.sessions === 0);
    const last = watch(t, kvm, { mode: "signal" });
    await until(() => last.connection.length === 1);
    await kvm.close();
    await failure(last.end, { name: "CancelledError" });
    assert.equal(last.connection.length, 1, "that is no outage");
  });

  test("closing the device ends it in the middle of an outage, too", async (t) => {
    const { sim, kvm } = await running(t);
    const watched = watch(t, kvm, { mode: "frames" });
    await until(() => watched.seen.length > 0);
    await sim.unplug();
    await until(() => watched.connection.length === 2);
    await kvm.close();
    await failure(watched.end, { name: "CancelledError" });
  });
});

describe("pictures for a slow reader", () => {
  setFlagsFromString("--expose-gc");
  const collectGarbage = runInNewContext("gc") as () => void;
  const MIB = 1024 * 1024;

  /** Pictures of 1 MiB; the n-th has n in its seventh byte. */
  function numbered(index: number): Buffer {
    const image = Buffer.concat([tinyJpeg(index), Buffer.alloc(MIB)]).subarray(0, MIB);
    const head = `Content-Type: image/jpeg\r\nContent-Length: ${MIB}\r\n\r\n`;
    return Buffer.concat([Buffer.from(head), image, Buffer.from("\r\n--b\r\n")]);
  }

  test("the newest is next also when no other comes after it", async (t) => {
    let send: (index: number) => void = () => undefined;
    const address = await httpServer(t, (_request, response) => {
      response.writeHead(200, { "Content-Type": "multipart/x-mixed-replace;boundary=b" });
      response.write("--b\r\n");
      send = (index) => response.write(numbered(index));
      send(1);
    });
    const kvm = await client(t, { address: `http://${address}` });
    const abort = new AbortController();
    t.after(() => abort.abort());
    const live = new LivePictures(kvm.streamer);
    const [slow, quick] = [live.read(abort.signal), live.read(abort.signal)];
    const numberOf = ({ value }: IteratorResult<{ image: Buffer }, void>) => value?.image[6];
    assert.deepEqual((await Promise.all([slow.next(), quick.next()])).map(numberOf), [1, 1]);
    for (const index of [2, 3]) {
      send(index);
      assert.equal(numberOf(await quick.next()), index);
    }
    assert.equal(numberOf(await slow.next()), 3);
  });

  test("the newest is next, and no other is kept", async (t) => {
    // More than fits into the buffers of a connection, by far.
    const COUNT = 48;
    let sent = 0;
    const address = await httpServer(t, (_request, response) => {
      response.writeHead(200, { "Content-Type": "multipart/x-mixed-replace;boundary=b" });
      response.write("--b\r\n");
      const send = async () => {
        for (; sent < COUNT; sent += 1)
          if (!response.write(numbered(sent + 1))) await new Promise((drained) => response.once("drain", drained));
      };
      void send();
    });
    const kvm = await client(t, { address: `http://${address}` });
    const abort = new AbortController();
    t.after(() => abort.abort());
    const pictures = new LivePictures(kvm.streamer).read(abort.signal);
    const numberOf = ({ value }: IteratorResult<{ image: Buffer }, void>) => value?.image[6];
    const first = numberOf(await pictures.next()) ?? NaN;
    assert.ok(first < COUNT / 2);
    await until(() => sent === COUNT);
    let missed = true;
    for (let left = COUNT / 2; missed && left > 0; left -= 1) missed = numberOf(await pictures.next()) !== COUNT;
    assert.ok(!missed, "only the last pictures were still on their way");
    const isFree = () => {
      collectGarbage();
      return process.memoryUsage().arrayBuffers < (COUNT / 2) * MIB;
    };
    await until(isFree, { what: "no more than half of the pictures in memory" });
  });
});
