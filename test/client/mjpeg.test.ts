import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import { describe, test, type TestContext } from "node:test";
import type { MjpegFrame, PiKVM } from "../../src/client";
import { tinyH264, tinyJpeg } from "../harness/tiny";
import { until } from "../harness/until";
import { bytesOf, exchange } from "../recordings/exchanges";
import { jsonOf } from "../recordings/files";
import { bench, client, failure, httpServer, SIDE_BY_SIDE, type Bench, type Expected } from "./kit";

/** A device whose video runs although nobody watches. */
async function running(t: TestContext, options: { timeout?: number } = {}): Promise<Bench> {
  const both = await bench(t, { power: true, bootTime: 0 }, options);
  both.sim.state.streamer.config.forever = true;
  await both.sim.restart();
  await until(async () => (await both.kvm.streamer.getState()).streamer?.source.online);
  return both;
}

const DELIMITER = "--boundarydonotcross\r\n";
/** With a delimiter within it. */
const JPEG = Buffer.concat([
  Buffer.from("ffd8fffe001a", "hex"),
  Buffer.from("\r\n--boundarydonotcross\r\n"),
  tinyJpeg().subarray(2),
]);

function part(image: Buffer, fields: Record<string, string> = {}): Buffer {
  const head = Object.entries({ "Content-Type": "image/jpeg", "Content-Length": String(image.length), ...fields });
  const lines = head.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  return Buffer.concat([Buffer.from(`${lines}\r\n`), image, Buffer.from(`\r\n${DELIMITER}`)]);
}

/** A client of a server that sends a stream of its own. */
async function streaming(
  t: TestContext,
  send: (response: ServerResponse) => unknown,
  { type = "multipart/x-mixed-replace;boundary=boundarydonotcross", timeout = 10 } = {},
): Promise<PiKVM> {
  const address = await httpServer(t, ({ url }, response) => {
    if (!url?.startsWith("/streamer/stream")) {
      response.end('{"ok": true, "result": {}}');
      return;
    }
    response.writeHead(200, { "Content-Type": type });
    response.flushHeaders();
    send(response);
  });
  return client(t, { address: `http://${address}`, timeout });
}

async function all(frames: AsyncIterable<MjpegFrame>, seen: MjpegFrame[] = []): Promise<MjpegFrame[]> {
  for await (const frame of frames) seen.push(frame);
  return seen;
}

async function first(frames: AsyncIterable<MjpegFrame>): Promise<MjpegFrame> {
  for await (const frame of frames) return frame;
  return assert.fail("no picture");
}

describe("mjpeg", SIDE_BY_SIDE, () => {
  test("pictures, and all that the device tells of them", async (t) => {
    const { sim, kvm } = await running(t);
    const { image, online, width, height, timestamp, dropped, clientFps, latency, times } = await first(kvm.streamer.mjpeg()); // prettier-ignore
    assert.equal(image.toString("hex", 0, 3) + image.toString("hex", image.length - 2), "ffd8ffffd9");
    assert.deepEqual([online, width, height, dropped], [true, 1280, 720, 0]);
    assert.ok(timestamp !== undefined && Math.abs(timestamp - Date.now() / 1000) < 60);
    assert.ok([clientFps, latency, ...Object.values(times)].every((value) => typeof value === "number" && value >= 0));
    const asked = sim.requests.find(({ path }) => path === "/streamer/stream");
    assert.deepEqual(asked?.query, { extra_headers: "1" });
  });

  test("without the pictures, under a name", async (t) => {
    const { kvm } = await running(t);
    const frames = kvm.streamer.mjpeg({ zeroData: true, key: "a name & more" });
    const { value } = await frames.next();
    assert.equal(value?.image.length, 0);
    assert.equal(value.width, 1280);
    const { clients_stat: clients } = (await kvm.streamer.getUstreamerState()).stream;
    assert.deepEqual(Object.values(clients).map(({ key, zero_data }) => [key, zero_data]), [["a name & more", true]]); // prettier-ignore
    await frames.return();
  });

  test("new pictures as the screen changes, and placeholders without a signal", async (t) => {
    const { sim, kvm } = await running(t);
    const seen: MjpegFrame[] = [];
    for await (const frame of kvm.streamer.mjpeg()) {
      seen.push(frame);
      if (seen.length === 2) sim.state.streamer.source.signal = false;
      if (frame.online === false) break;
    }
    assert.deepEqual(seen.slice(0, 2).map(({ online }) => online), [true, true]); // prettier-ignore
    assert.ok(!seen[0]?.image.equals(seen.at(-1)?.image ?? Buffer.alloc(0)));
  });

  test("who leaves is no viewer any more", async (t) => {
    const { kvm } = await running(t);
    const viewers = async () => (await kvm.streamer.getUstreamerState()).stream.clients;
    const left = kvm.streamer.mjpeg();
    await left.next();
    assert.equal(await viewers(), 1);
    await left.return();
    await until(async () => (await viewers()) === 0);
    await first(kvm.streamer.mjpeg());
    await until(async () => (await viewers()) === 0);
  });

  test("cancelled by its signal, also while the reader is busy; ended with the device", async (t) => {
    const { kvm } = await running(t);
    const abort = new AbortController();
    const frames = kvm.streamer.mjpeg({ signal: abort.signal });
    await frames.next();
    abort.abort();
    await until(async () => (await kvm.streamer.getUstreamerState()).stream.clients === 0);
    await failure(frames.next(), { name: "CancelledError" });
    const others = kvm.streamer.mjpeg();
    await others.next();
    const pending = failure(all(others), { name: "CancelledError", code: "CLOSED" });
    await kvm.close();
    await pending;
  });

  test("while nobody watches there is none", async (t) => {
    const { kvm } = await bench(t);
    await failure(all(kvm.streamer.mjpeg()), { name: "APIError", statusCode: 502, retryable: true });
  });

  test("ends with the video", async (t) => {
    const { sim, kvm } = await running(t);
    const frames = kvm.streamer.mjpeg();
    await frames.next();
    sim.kill();
    await failure(all(frames), { name: "ResponseError", code: "CUT_SHORT", retryable: true });
  });

  test("however the network cuts it into pieces", async (t) => {
    const body = Buffer.concat([Buffer.from(DELIMITER), part(JPEG, { "X-UStreamer-Online": "false" }), part(JPEG)]);
    for (const size of [1, 2, 3, 7, 61, 1000]) {
      const kvm = await streaming(t, (response) => {
        for (let at = 0; at < body.length; at += size) response.write(body.subarray(at, at + size));
      });
      const frames = kvm.streamer.mjpeg();
      const seen = [(await frames.next()).value, (await frames.next()).value];
      for (const frame of seen) assert.deepEqual(frame?.image, JPEG);
      assert.deepEqual(seen.map((frame) => frame?.online), [false, undefined]); // prettier-ignore
      await frames.return();
    }
  });

  test("a picture is handed on before the next one begins", async (t) => {
    const kvm = await streaming(t, (response) => {
      response.write(DELIMITER);
      response.write(part(JPEG).subarray(0, -DELIMITER.length - 2));
    });
    assert.deepEqual((await first(kvm.streamer.mjpeg())).image, JPEG);
  });

  test("a slow reader makes the device wait, and loses nothing", async (t) => {
    const COUNT = 64;
    const image = Buffer.concat([JPEG, Buffer.alloc(1024 * 1024)]);
    let sent = 0;
    const kvm = await streaming(t, async (response) => {
      response.write(DELIMITER);
      for (; sent < COUNT; sent += 1)
        if (!response.write(part(image))) await new Promise((drained) => response.once("drain", drained));
      response.end();
    });
    const frames = kvm.streamer.mjpeg();
    const { value } = await frames.next();
    let [before, same] = [0, 0];
    await until(async () => {
      await kvm.auth.check();
      same = sent === before ? same + 1 : 0;
      before = sent;
      return same > 20;
    });
    assert.ok(sent < COUNT / 2, `${sent} of ${COUNT} pictures were sent to a reader of one`);
    const rest: MjpegFrame[] = [];
    await failure(all(frames, rest), { name: "ResponseError", code: "CUT_SHORT" });
    assert.equal(rest.length, COUNT - 1);
    assert.ok([value, ...rest].every((frame) => frame?.image.equals(image)));
  });

  test("a reader that takes longer than the time limit is no stall; a silent device is", async (t) => {
    const kvm = await streaming(
      t,
      (response) => {
        response.write(Buffer.concat([Buffer.from(DELIMITER), part(JPEG), part(JPEG)]));
      },
      { timeout: 1 },
    );
    const frames = kvm.streamer.mjpeg();
    await frames.next();
    const other = kvm.streamer.mjpeg();
    await other.next();
    await failure(all(other), { name: "ConnectionTimeoutError", retryable: true });
    assert.deepEqual((await frames.next()).value?.image, JPEG);
    await frames.return();
  });

  test("a stream that ends, is cut, or breaks", async (t) => {
    const cut = Buffer.concat([Buffer.from(DELIMITER), part(JPEG), part(JPEG).subarray(0, 70)]);
    const endings: [(response: ServerResponse) => unknown, Expected][] = [
      [(response) => response.end(), { name: "ResponseError", code: "CUT_SHORT" }],
      [(response) => response.socket?.end(), { name: "ResponseError", code: "CUT_SHORT", cause: true }],
      [(response) => response.socket?.resetAndDestroy(), { name: "ConnectError", code: "ECONNRESET", cause: true }],
    ];
    for (const [end, expected] of endings) {
      const answers: ServerResponse[] = [];
      const kvm = await streaming(t, (response) => {
        response.write(cut);
        answers.push(response);
      });
      const frames = kvm.streamer.mjpeg();
      await frames.next();
      answers.forEach(end);
      await failure(all(frames), { ...expected, retryable: true });
    }
  });

  test("what is no MJPEG stream", async (t) => {
    const opening = Buffer.from(DELIMITER);
    const bodies: Record<string, (Buffer | string)[]> = {
      "another delimiter": ["--something\r\n", part(JPEG)],
      "noise for ever": [Buffer.alloc(70_000, "x")],
      "a head for ever": [opening, "A: b\r\n".repeat(100)],
      "a head that is none": [opening, "what is this\r\n\r\n"],
      "no length": [opening, "Content-Type: image/jpeg\r\n\r\n", JPEG],
      "a length that is none": [opening, part(JPEG, { "Content-Length": "-1" })],
    };
    const pictures: Record<string, (Buffer | string)[]> = {
      "no JPEG": [opening, part(Buffer.from("<html>"))],
      "H.264": [opening, part(tinyH264(true))],
      "half of a JPEG": [opening, part(JPEG.subarray(0, JPEG.length - 10))],
      "nothing where a picture should be": [opening, part(Buffer.alloc(0))],
      "a wrong length": [opening, part(JPEG, { "Content-Length": "10" })],
    };
    for (const [name, pieces] of [...Object.entries(bodies), ...Object.entries(pictures)]) {
      const kvm = await streaming(t, (response) => {
        for (const piece of pieces) response.write(piece);
      });
      await t.test(name, async () => {
        const code = name in pictures ? "JPEG" : "BAD_RESPONSE";
        await failure(all(kvm.streamer.mjpeg()), { name: "ResponseError", code });
      });
    }
    const large = await streaming(t, (response) => {
      response.write(Buffer.concat([opening, part(JPEG, { "Content-Length": String(17 * 1024 * 1024) })]));
    });
    await failure(all(large.streamer.mjpeg()), { name: "ResponseError", code: "TOO_LONG" });
    const page = await streaming(t, (response) => response.end("<p>"), { type: "text/html" });
    await failure(all(page.streamer.mjpeg()), { name: "ResponseError", code: "BAD_RESPONSE", message: /MJPEG/ });
  });

  test("recorded from kvmd 4.197", async (t) => {
    const kvm = await streaming(t, (response) => response.end(bytesOf(exchange("streamer-mjpeg"))));
    const seen: MjpegFrame[] = [];
    await failure(all(kvm.streamer.mjpeg(), seen), { name: "ResponseError", code: "CUT_SHORT" });
    assert.ok(seen.length >= 2);
    assert.equal(seen[0]?.timestamp, 1795374969.135);
    assert.deepEqual([seen[0].image.length, seen[0].online], [22779, undefined]);
  });

  test("recorded from a device: every part that has a length", async (t) => {
    interface Step {
      name: string;
      parts?: { headers: Record<string, string>; data_len: number; data_head: string }[];
    }
    const { steps } = jsonOf("device-4.206/media_stream.json") as { steps: Step[] };
    for (const { name, parts = [] } of steps.filter((step) => step.parts)) {
      const bodies = parts.map(({ headers, data_len: length }) =>
        part(Buffer.concat([JPEG, Buffer.alloc(length)]).subarray(0, length), headers),
      );
      const kvm = await streaming(t, (response) => response.end(Buffer.concat([Buffer.from(DELIMITER), ...bodies])));
      const seen: MjpegFrame[] = [];
      await failure(all(kvm.streamer.mjpeg({ zeroData: name === "stream_zero_data" }), seen), { name: "ResponseError", code: "CUT_SHORT" }); // prettier-ignore
      assert.deepEqual(seen.map(({ image }) => image.length), parts.map((each) => each.data_len)); // prettier-ignore
      if (name !== "stream_extra_headers") continue;
      const [{ image, ...facts } = assert.fail()] = seen;
      assert.equal(image.length, 61750);
      assert.deepEqual(facts, {
        online: true,
        width: 1920,
        height: 1080,
        timestamp: 1787389615.972,
        dropped: 2,
        clientFps: 0,
        latency: 0.184,
        times: { grabBegin: 9619.979, grabEnd: 9619.996, encodeBegin: 9619.996, encodeEnd: 9620.017, exposeBegin: 9620.163, exposeCmp: 9620.163, exposeEnd: 9620.163, send: 9620.163 }, // prettier-ignore
      });
    }
  });
});
