import assert from "node:assert/strict";
import { once } from "node:events";
import { test, type TestContext } from "node:test";

import WebSocket from "ws";

import { manualClock, type Simulator } from "../../src/simulator";
import { H264Encoder } from "../../src/simulator/video/h264";
import { drawn, shrunk } from "../../src/simulator/video/picture";
import { ADMIN, device, listen, until } from "./device";
import { h264Decoder, type Picture } from "./pictures";

interface Media {
  readonly socket: WebSocket;
  readonly messages: (string | Buffer)[];
}

async function media(t: TestContext, { url }: Simulator, query = ""): Promise<Media> {
  const socket = new WebSocket(`${url.replace(/^http/, "ws")}/api/media/ws${query}`, { rejectUnauthorized: false, headers: ADMIN }); // prettier-ignore
  t.after(() => socket.terminate());
  const messages: (string | Buffer)[] = [];
  socket.on("message", (data: Buffer, isBinary) => messages.push(isBinary ? data : data.toString("utf8")));
  await once(socket, "open");
  return { socket, messages };
}

test("tells what it has, answers pings, and sends JPEG pictures once it is asked to", async (t) => {
  const clock = manualClock();
  const simulator = await device(t, { clock, power: true });
  await listen(t, simulator, "");
  await clock.advance(1000);
  const { socket, messages } = await media(t, simulator);
  await until(() => messages.length === 1);
  assert.equal(messages[0], '{"event_type": "media", "event": {"video": {"h264": {"profile_level_id": "42E01F"}, "jpeg": {}}}}'); // prettier-ignore
  socket.send(Buffer.of(0));
  await until(() => messages.length === 2);
  assert.deepEqual(messages[1], Buffer.of(0xff));
  socket.send(JSON.stringify({ event_type: "start", event: { type: "video", format: "jpeg" } }));
  await until(() => messages.length === 3);
  assert.equal((messages[2] as Buffer).toString("hex", 0, 4), "0100ffd8");
  await until(() => {
    void clock.advance(34);
    return messages.length > 5;
  });
});

test("with ?video=jpeg there are only bare pictures, and none while nobody watches", async (t) => {
  const clock = manualClock();
  const simulator = await device(t, { clock, power: true });
  const { messages } = await media(t, simulator, "?video=jpeg");
  await clock.advance(1000);
  assert.deepEqual(messages, []);
  await listen(t, simulator, "");
  await until(() => {
    void clock.advance(34);
    return messages.length > 0;
  });
  assert.deepEqual(messages.map((message) => Buffer.from(message).subarray(0, 2)).at(0), Buffer.of(0xff, 0xd8));
});

test("outlives kvmd", async (t) => {
  const simulator = await device(t);
  const { socket, messages } = await media(t, simulator);
  const events = await listen(t, simulator, "");
  simulator.kill();
  if (events.socket.readyState !== WebSocket.CLOSED) await once(events.socket, "close");
  for (const answers of [2, 3]) {
    socket.send(Buffer.of(0));
    await until(() => messages.length === answers);
    assert.deepEqual(messages.at(-1), Buffer.of(0xff));
    if (answers === 2) await simulator.restart();
  }
  assert.equal(socket.readyState, WebSocket.OPEN);
});

/** A media socket that gets H.264, and what it shows. */
async function watching(t: TestContext, gop = 0) {
  const clock = manualClock();
  const simulator = await device(t, { clock, power: true, bootTime: 0 });
  const { config } = simulator.state.streamer;
  config.params = { ...config.params, h264_gop: gop };
  config.forever = true;
  await simulator.restart();
  // Until the computer has started and its screen stands still.
  await clock.advance(120_000);
  const { socket, messages } = await media(t, simulator);
  await until(() => messages.length === 1);
  socket.send(JSON.stringify({ event_type: "start", event: { type: "video", format: "h264" } }));
  const decoder = await h264Decoder();
  let read = 1;
  /** The next frame, checked against its head. */
  const next = async (): Promise<Picture> => {
    await until(() => {
      void clock.advance(34);
      return messages.length > read;
    });
    const message = messages[read] as Buffer; // everything but the first message is binary
    read += 1;
    const picture = decoder.decode(message.subarray(2));
    assert.deepEqual([...message.subarray(0, 2)], [1, Number(picture.key)]);
    return picture;
  };
  return { simulator, clock, socket, next };
}

test("H.264: a key frame first, then frames in which nothing changes", async (t) => {
  const { next } = await watching(t);
  const [first, ...others] = [await next(), await next(), await next(), await next()];
  assert.deepEqual([first.key, first.number, first.width, first.height], [true, 0, 256, 144]);
  assert.ok(new Set(first.pixels).size > 2 && Math.min(...first.pixels) === 16, "it shows something on black");
  assert.deepEqual(others.map(({ key, number }) => [key, number]), [[false, 1], [false, 2], [false, 3]]); // prettier-ignore
});

test("H.264: the frames show what the computer shows", async (t) => {
  const { simulator, next } = await watching(t);
  const { lines } = simulator.host.screen;
  assert.match(lines.join("\n"), /login:/);
  const { pixels } = shrunk(drawn(lines, simulator.state.streamer.source.resolution), { width: 256, height: 144 });
  // Video has black at 16 and white at 235.
  const shown = pixels.map((pixel) => 16 + Math.round((pixel * 219) / 255));
  for (const kind of ["a key frame", "a frame in which nothing changes"])
    assert.deepEqual((await next()).pixels, shown, kind);
});

test("H.264: a key frame on request, and one for a changed picture", async (t) => {
  const { simulator, socket, next } = await watching(t);
  const before = await next();
  const untilKey = async (): Promise<Picture> => {
    for (;;) {
      const picture = await next();
      if (picture.key) return picture;
    }
  };
  socket.send(Buffer.of(1));
  const asked = await untilKey();
  assert.deepEqual(asked.pixels, before.pixels);
  assert.equal((await next()).key, false);
  simulator.host.power = false;
  simulator.state.streamer.source.signal = true;
  assert.notDeepEqual((await untilKey()).pixels, before.pixels);
});

test("H.264: key frames as often as the settings say", async (t) => {
  const { next } = await watching(t, 3);
  const keys: boolean[] = [];
  for (let count = 0; count < 7; count += 1) keys.push((await next()).key);
  assert.deepEqual(keys, [true, false, false, true, false, false, true]);
});

test("H.264: the numbers of frames begin again after 255", async () => {
  const [encoder, decoder] = [new H264Encoder(), await h264Decoder()];
  const raster = { width: 16, height: 16, pixels: new Uint8Array(256) };
  decoder.decode(encoder.key(raster));
  const numbers = Array.from({ length: 257 }, () => decoder.decode(encoder.same(raster)).number);
  assert.deepEqual([numbers[0], numbers[254], numbers[255], numbers[256]], [1, 255, 0, 1]);
});

test("with ?video=h264 there are only bare frames, of which the first is a key frame", async (t) => {
  const clock = manualClock();
  const simulator = await device(t, { clock, power: true });
  await listen(t, simulator, "");
  const { messages } = await media(t, simulator, "?video=h264");
  await until(() => {
    void clock.advance(34);
    return messages.length > 1;
  });
  const decoder = await h264Decoder();
  assert.deepEqual(messages.slice(0, 2).map((message) => decoder.decode(message as Buffer).key), [true, false]); // prettier-ignore
});

test("what asks for no format that there is starts nothing", async (t) => {
  const clock = manualClock();
  const simulator = await device(t, { clock, power: true });
  await listen(t, simulator, "");
  await clock.advance(1000);
  const { socket, messages } = await media(t, simulator);
  for (const message of ["{", "[]", '{"event_type": "start", "event": {"type": "video", "format": "vp8"}}', '{"event_type": "start", "event": {"type": "video", "format": "constructor"}}']) socket.send(message); // prettier-ignore
  socket.send(Buffer.of(7));
  socket.send(Buffer.of(0));
  await until(() => messages.length === 2);
  await clock.advance(1000);
  socket.send(Buffer.of(0));
  await until(() => messages.length === 3);
  assert.deepEqual(messages.slice(1), [Buffer.of(0xff), Buffer.of(0xff)]);
});
