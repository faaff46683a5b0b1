import assert from "node:assert/strict";
import { createServer } from "node:http";
import { describe, test, type TestContext } from "node:test";
import { WebSocketServer, type WebSocket } from "ws";
import type { MediaFrame, MediaSocket, PiKVM } from "../../src/client";
import { tinyH264, tinyJpeg } from "../harness/tiny";
import { until } from "../harness/until";
import { bench, client, failure, httpServer, listening, SECRETS, SIDE_BY_SIDE, type Bench } from "./kit";

/** A device whose video runs although nobody watches. */
async function running(t: TestContext): Promise<Bench> {
  const both = await bench(t, { power: true, bootTime: 0 });
  both.sim.state.streamer.config.forever = true;
  await both.sim.restart();
  await until(async () => (await both.kvm.streamer.getState()).streamer?.source.online);
  return both;
}

const GREETING = JSON.stringify({ event_type: "media", event: { video: { h264: { profile_level_id: "42E01F" }, jpeg: {} } } }); // prettier-ignore

/** A client of a media daemon that does as told, answers pings, and notes what else it is sent. */
async function daemon(t: TestContext, { greeting = GREETING, timeout = 10 } = {}) {
  const server = createServer();
  const sockets: WebSocket[] = [];
  const heard: string[] = [];
  new WebSocketServer({ server }).on("connection", (socket) => {
    sockets.push(socket);
    socket.send(greeting);
    socket.on("message", (data: Buffer, isBinary) => {
      if (isBinary && data[0] === 0) socket.send(Buffer.of(0xff));
      else heard.push(isBinary ? data.toString("hex") : data.toString());
    });
  });
  const address = await listening(t, server);
  const kvm = await client(t, { address: `http://${address}`, timeout });
  const send = (key: boolean, frame: Buffer) => sockets[0]?.send(Buffer.concat([Buffer.of(1, Number(key)), frame]));
  return { kvm, sockets, heard, send };
}

async function take(frames: AsyncIterable<MediaFrame>, count: number): Promise<MediaFrame[]> {
  const taken: MediaFrame[] = [];
  for await (const frame of frames) if (taken.push(frame) === count) break;
  return taken;
}

async function all(socket: MediaSocket): Promise<MediaFrame[]> {
  return take(socket.frames(), Infinity);
}

const START = (format: string) => JSON.stringify({ event_type: "start", event: { type: "video", format } });

describe("media", SIDE_BY_SIDE, () => {
  test("what the device offers, without and on a socket", async (t) => {
    const { kvm } = await bench(t);
    const video = { h264: { profile_level_id: "42E01F" }, jpeg: {} };
    assert.deepEqual(await kvm.media.getState(), { video });
    assert.deepEqual((await kvm.media.open()).video, video);
  });

  test("JPEG pictures, each of which stands alone", async (t) => {
    const { kvm } = await running(t);
    const socket = await kvm.media.open();
    socket.start("jpeg");
    for (const { format, data, key, dropped } of await take(socket.frames(), 3)) {
      assert.deepEqual([format, key, dropped], ["jpeg", true, 0]);
      assert.equal(data.toString("hex", 0, 3), "ffd8ff");
    }
  });

  test("H.264: a key frame, others upon it, and a key frame on request", async (t) => {
    const { kvm } = await running(t);
    const socket = await kvm.media.open();
    socket.start("h264");
    const [first, second] = await take(socket.frames(), 2);
    assert.deepEqual([first?.key, first?.data.toString("hex", 0, 5)], [true, "0000000127"]);
    assert.deepEqual([second?.key, second?.data.toString("hex", 0, 5)], [false, "0000000121"]);
    socket.requestKeyframe();
    for await (const { key } of socket.frames()) if (key) break;
  });

  test("nothing comes before there is video, then all does", async (t) => {
    const { sim, kvm } = await bench(t, { power: true, bootTime: 0 });
    const socket = await kvm.media.open();
    socket.start("h264");
    const pending = take(socket.frames(), 1);
    await socket.ping();
    assert.equal(sim.sessionsOpened, 0, "it is no session of kvmd");
    const lease = await kvm.video.acquire();
    assert.equal((await pending)[0]?.key, true);
    await lease.release();
  });

  test("only formats that there are, and only one", async (t) => {
    const { kvm, heard } = await daemon(t, { greeting: '{"event_type": "media", "event": {"video": {"h264": {}}}}' });
    const socket = await kvm.media.open();
    assert.throws(() => socket.start("jpeg"), { name: "ConfigurationError", message: /jpeg.*h264/ });
    socket.start("h264");
    assert.throws(() => socket.start("h264"), { name: "ConfigurationError", message: /already/ });
    await socket.ping();
    assert.deepEqual(heard, [START("h264")]);
  });

  test("leaving an iteration leaves the socket open", async (t) => {
    const { kvm, send } = await daemon(t);
    const socket = await kvm.media.open();
    socket.start("jpeg");
    for (const mark of [7, 8, 9]) send(false, tinyJpeg(mark));
    assert.deepEqual((await take(socket.frames(), 1))[0]?.data, tinyJpeg(7));
    const abort = new AbortController();
    const frames = socket.frames({ signal: abort.signal });
    assert.deepEqual((await frames.next()).value?.data, tinyJpeg(8));
    abort.abort();
    await failure(frames.next(), { name: "CancelledError" });
    assert.deepEqual((await take(socket.frames(), 1))[0]?.data, tinyJpeg(9));
  });

  test("a slow reader of JPEG gets the latest pictures, and learns how many it lost", async (t) => {
    const { kvm, send } = await daemon(t);
    const socket = await kvm.media.open();
    socket.start("jpeg");
    for (let mark = 0; mark < 100; mark += 1) send(false, tinyJpeg(mark));
    await socket.ping();
    const frames = await take(socket.frames(), 32);
    assert.deepEqual(frames.map(({ data }) => data[6]), Array.from({ length: 32 }, (_, index) => index + 68)); // prettier-ignore
    assert.deepEqual([frames[0]?.dropped, frames[1]?.dropped], [68, 0]);
  });

  test("pictures that wait have an end in bytes, too", async (t) => {
    const { kvm, sockets } = await daemon(t);
    const socket = await kvm.media.open();
    socket.start("jpeg");
    const large = Buffer.concat([Buffer.of(1, 0), tinyJpeg(), Buffer.alloc(12 * 1024 * 1024)]);
    for (let count = 0; count < 3; count += 1) sockets[0]?.send(large);
    await socket.ping();
    assert.deepEqual((await take(socket.frames(), 2)).map(({ dropped }) => dropped), [1, 0]); // prettier-ignore
  });

  test("a slow reader of H.264 goes on with a key frame, for which it asks once", async (t) => {
    const { kvm, send, heard } = await daemon(t);
    const socket = await kvm.media.open();
    socket.start("h264");
    send(true, tinyH264(true, 0));
    for (let mark = 1; mark <= 40; mark += 1) send(false, tinyH264(false, mark));
    await socket.ping();
    assert.deepEqual(heard, [START("h264")], "nobody reads");
    const frames = socket.frames();
    const next = frames.next();
    for (let mark = 41; mark < 50; mark += 1) {
      send(false, tinyH264(false, mark));
      await socket.ping();
    }
    assert.deepEqual(heard.slice(1), ["01"]);
    const [key, other] = [tinyH264(true, 50), tinyH264(false, 51)];
    send(true, key);
    send(false, other);
    assert.deepEqual((await next).value, { format: "h264", data: key, key: true, dropped: 50 });
    assert.deepEqual((await frames.next()).value, { format: "h264", data: other, key: false, dropped: 0 });
  });

  test("messages of kinds that are not known are passed over", async (t) => {
    const { kvm, sockets, send } = await daemon(t);
    const socket = await kvm.media.open();
    sockets[0]?.send('{"event_type": "news", "event": {}}');
    for (const bytes of [[], [9, 9], [1]]) sockets[0]?.send(Buffer.from(bytes));
    send(true, tinyJpeg(1));
    await socket.ping();
    socket.start("jpeg");
    send(true, tinyJpeg(2));
    assert.deepEqual((await take(socket.frames(), 1))[0]?.data, tinyJpeg(2));
  });

  test("a frame that is not of its format is an error, and the next ones are read on", async (t) => {
    const isNot = { jpeg: [tinyH264(true), Buffer.from("<html>"), tinyJpeg().subarray(0, -2)], h264: [tinyJpeg(), Buffer.of(0, 0, 2)] }; // prettier-ignore
    for (const format of ["jpeg", "h264"] as const) {
      const { kvm, send } = await daemon(t);
      const socket = await kvm.media.open();
      socket.start(format);
      const good = format === "jpeg" ? tinyJpeg(1) : tinyH264(true, 1);
      for (const bad of isNot[format]) {
        const pending = failure(all(socket), { name: "ResponseError", code: format.toUpperCase() });
        send(true, bad);
        await pending;
        send(true, good);
        const [frame] = await take(socket.frames(), 1);
        assert.deepEqual([frame?.data, frame?.dropped], [good, 1]);
      }
    }
  });

  test("a key frame is one with which a decoder can begin, not what is flagged as one", async (t) => {
    const { kvm, send } = await daemon(t);
    const socket = await kvm.media.open();
    socket.start("h264");
    const [other, key] = [tinyH264(false, 1), Buffer.concat([Buffer.of(0, 0, 1, 0x09, 0x10), tinyH264(true, 2)])];
    for (const frame of [other, key]) send(true, frame);
    send(true, other);
    const frames = await take(socket.frames(), 2);
    assert.deepEqual(frames.map((frame) => [frame.data, frame.key, frame.dropped]), [[key, true, 1], [other, false, 0]]); // prettier-ignore
  });

  test("closing ends the frames; a closed socket says so", async (t) => {
    const { kvm } = await running(t);
    const socket = await kvm.media.open();
    socket.start("h264");
    let count = 0;
    for await (const { format } of socket.frames()) {
      assert.equal(format, "h264");
      if ((count += 1) === 3) await socket.close();
    }
    assert.ok(count >= 3);
    await socket.close();
    for (const use of [() => socket.requestKeyframe(), () => socket.start("jpeg")])
      assert.throws(use, { name: "PiKVMError", code: "CLOSED" });
    await failure(socket.ping(), { name: "PiKVMError", code: "CLOSED" });
    assert.deepEqual(await all(socket), []);
  });

  test("a device that is closed takes its sockets along", async (t) => {
    const { kvm, sim } = await running(t);
    const socket = await kvm.media.open();
    socket.start("jpeg");
    const pending = failure(all(socket), { name: "CancelledError", code: "CLOSED" });
    await take(socket.frames(), 1);
    await kvm.close();
    await pending;
    await until(() => sim.connections === 0);
  });

  test("a connection that breaks is told to who reads and to who waits", async (t) => {
    const { kvm, sockets } = await daemon(t);
    const socket = await kvm.media.open();
    sockets[0]?.removeAllListeners("message");
    const told = [all(socket), socket.ping()].map((work) => failure(work, { name: "WebSocketError", code: "WS_1006", retryable: true })); // prettier-ignore
    sockets[0]?.terminate();
    await Promise.all(told);
    assert.throws(() => socket.requestKeyframe(), { name: "WebSocketError" });
    await failure(all(socket), { name: "WebSocketError" });
    await socket.close();
  });

  test("a daemon that does not answer", async (t) => {
    const { kvm, sockets } = await daemon(t, { timeout: 1 });
    const socket = await kvm.media.open();
    sockets[0]?.removeAllListeners("message");
    await failure(socket.ping(), { name: "ConnectionTimeoutError", retryable: true });
    const abort = new AbortController();
    const pending = failure(socket.ping({ signal: abort.signal }), { name: "CancelledError" });
    abort.abort();
    await pending;
  });

  test("pings are answered in their order, among frames", async (t) => {
    const { kvm } = await running(t);
    await using socket = await kvm.media.open();
    socket.start("jpeg");
    await Promise.all(Array.from({ length: 5 }, () => socket.ping()));
  });

  test("a socket that cannot be opened", async (t) => {
    const { sim } = await bench(t);
    const open = (kvm: PiKVM) => kvm.media.open();
    const wrong = await client(t, { address: sim.url, password: `${SECRETS.password}x` });
    await failure(open(wrong), { name: "AuthError", statusCode: 403 });
    const kvm = await client(t, { address: sim.url });
    sim.kill();
    await failure(open(kvm), { name: "APIError", statusCode: 500 });
    await sim.unplug();
    await failure(open(kvm), { name: "ConnectError", code: "ECONNREFUSED" });
    const old = await httpServer(t, (_, response) => response.writeHead(404).end());
    await failure(open(await client(t, { address: `http://${old}` })), { name: "APIError", statusCode: 404 });
  });

  test("a socket that does not begin as it should is not left open", async (t) => {
    const silent = await daemon(t, { greeting: "" });
    await failure(silent.kvm.media.open(), { name: "WebSocketError", code: "BAD_EVENT" });
    await until(() => silent.sockets[0]?.readyState === 3);
    const mute = await daemon(t, { greeting: '{"event_type": "news"}', timeout: 1 });
    await failure(mute.kvm.media.open(), { name: "ConnectionTimeoutError", retryable: true });
    await until(() => mute.sockets[0]?.readyState === 3);
    const abort = new AbortController();
    const pending = failure(mute.kvm.media.open({ signal: abort.signal }), { name: "CancelledError" });
    await until(() => mute.sockets.length === 2);
    abort.abort();
    await pending;
  });
});
