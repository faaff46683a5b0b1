import assert from "node:assert/strict";
import { once } from "node:events";
import { test, type TestContext } from "node:test";

import { type ManualClock, manualClock, type Simulator } from "../../src/simulator";
import type { Json, JsonObject } from "../../src/simulator/api/python";
import { call, device, type Event, listen, type Listening, until } from "./device";
import { decodeJpeg } from "./pictures";
import { session } from "../recordings/sessions";

interface Watched {
  readonly clock: ManualClock;
  readonly simulator: Simulator;
  readonly viewer: Listening;
}

/** Somebody watches a computer that runs; the streamer has just been started. */
async function watched(t: TestContext): Promise<Watched> {
  const clock = manualClock();
  const simulator = await device(t, { clock, power: true });
  return { clock, simulator, viewer: await listen(t, simulator, "") };
}

/** Otherwise the heartbeat takes it for dead: for a clock that leaps no pong is fast enough. */
async function heard({ socket }: Listening): Promise<void> {
  const answered = once(socket, "pong");
  socket.ping();
  await answered;
}

/** Partial events, without what jitters, and without those that then say the same again. */
function steps(events: readonly Event[]): string[] {
  const partial = events.filter(({ event_type: type, event }) => type === "streamer" && !("features" in event));
  const steady = partial.map(({ event }) => JSON.stringify(sorted(event)).replace(/"captured_fps":\d+/g, '"captured_fps":0')); // prettier-ignore
  return steady.filter((step, index) => step !== steady[index - 1]);
}

function sorted(value: Json): Json {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value as JsonObject).map(([key, inner]) => [key, sorted(inner)] as const).sort(([a], [b]) => (a < b ? -1 : 1))); // prettier-ignore
}

test("goes through the states of the recorded session", async (t) => {
  const recorded = session("streamer-events").flatMap(({ dir, text }) =>
    dir === "<" && text !== undefined ? [text] : [],
  );
  const clock = manualClock();
  const simulator = await device(t, { clock, power: true });
  const { url, state } = simulator;
  Object.assign(state.streamer.params, { desired_fps: 20, quality: 70, h264_bitrate: 3000, h264_gop: 30 });
  const viewer = await listen(t, simulator, "");
  const { source } = state.streamer;
  await clock.advance(4000);
  await call(url, "GET", "/api/streamer/snapshot?save=1");
  await call(url, "DELETE", "/api/streamer/snapshot");
  await call(url, "POST", "/api/streamer/set_params?quality=55&desired_fps=25");
  await clock.advance(5000);
  const told = viewer.events.length;
  await call(url, "POST", "/api/streamer/reset");
  await until(() => viewer.events.slice(told).some(({ event_type: type }) => type === "clients"));
  await clock.advance(5000);
  await heard(viewer);
  source.signal = false;
  await clock.advance(4000);
  source.signal = true;
  await clock.advance(3000);
  await heard(viewer);
  for (const resolution of [
    { width: 1024, height: 768 },
    { width: 1280, height: 720 },
  ]) {
    source.resolution = resolution;
    await clock.advance(2000);
  }
  await call(url, "POST", "/api/streamer/set_params?quality=80&desired_fps=30");
  await clock.advance(5000);
  await until(() => steps(viewer.events).length >= steps(recorded).length);
  assert.deepEqual(steps(viewer.events), steps(recorded));
});

test("runs for those who watch, and ten seconds longer; who comes back meanwhile finds it running", async (t) => {
  const { clock, simulator, viewer } = await watched(t);
  const { ustreamer } = simulator.state.streamer;
  await clock.advance(1000);
  assert.equal(ustreamer.reachable, true);
  viewer.socket.close();
  await until(() => simulator.sessions === 0);
  await clock.advance(9999);
  const again = await listen(t, simulator, "");
  await clock.advance(5000);
  assert.equal(ustreamer.running, true);
  again.socket.close();
  await until(() => simulator.sessions === 0);
  await clock.advance(9999);
  assert.equal(ustreamer.running, true);
  await clock.advance(1);
  assert.equal(ustreamer.running, false);
  await listen(t, simulator, "?stream=0");
  await clock.advance(1000);
  assert.equal(ustreamer.running, false);
});

test("settings count one second after the last one; those out of the device's limits are forgotten", async (t) => {
  const { clock, simulator } = await watched(t);
  const { streamer } = simulator.state;
  const set = (query: string) => call(simulator.url, "POST", `/api/streamer/set_params?${query}`);
  await clock.advance(2000);
  await set("quality=50");
  await clock.advance(900);
  await set("desired_fps=100&h264_gop=5");
  await clock.advance(999);
  assert.equal(streamer.params.quality, 80);
  await clock.advance(1);
  assert.deepEqual([streamer.params.quality, streamer.params.desired_fps, streamer.params.h264_gop], [50, 30, 5]);
  assert.equal(streamer.ustreamer.running, false);
  await clock.advance(1000);
  assert.equal(streamer.ustreamer.params?.quality, 50);
});

test("what stands before a wrong parameter is kept for the next time", async (t) => {
  const { clock, simulator } = await watched(t);
  const { streamer } = simulator.state;
  assert.equal((await call(simulator.url, "POST", "/api/streamer/set_params?quality=33&desired_fps=121")).status, 400);
  await clock.advance(3000);
  assert.equal(streamer.params.quality, 80);
  await listen(t, simulator, "?stream=0");
  await clock.advance(1000);
  assert.equal(streamer.params.quality, 33);
});

test("a device of USB capture has resolutions instead", async (t) => {
  const clock = manualClock();
  const simulator = await device(t, { clock, power: true });
  const { config } = simulator.state.streamer;
  Object.assign(config.features, { quality: false, resolution: true, h264: false });
  const set = (query: string) => call(simulator.url, "POST", `/api/streamer/set_params?${query}`);
  assert.equal((await set("quality=50")).result.error, "StreamerQualityNotSupported");
  assert.equal((await set("h264_gop=5")).result.error, "StreamerH264NotSupported");
  assert.equal((await set("resolution=0x480")).result.error_msg, "The argument '0' must be stream resolution (width) and greater or equial than 1"); // prettier-ignore
  assert.equal((await set("resolution=640x480")).status, 200);
  await clock.advance(1000);
  await listen(t, simulator, "");
  await clock.advance(2000);
  const answer = await call(simulator.url, "GET", "/api/streamer/snapshot");
  assert.deepEqual([answer.header("X-UStreamer-Width"), decodeJpeg(answer.body).height], ["640", 480]);
  const { params, limits } = (await call(simulator.url, "GET", "/api/streamer")).result;
  assert.deepEqual(params, { desired_fps: 30, resolution: "640x480" });
  assert.deepEqual(Object.keys(limits as object), ["available_resolutions", "desired_fps"]);
});

test("a snapshot shows the computer's screen, and waits three seconds for a signal that is not there", async (t) => {
  const { clock, simulator } = await watched(t);
  const snapshot = (query = "") => call(simulator.url, "GET", `/api/streamer/snapshot${query}`);
  await clock.advance(1000);
  const { body } = await snapshot();
  assert.ok(decodeJpeg(body).pixels.some((pixel) => pixel > 150));
  simulator.host.power = false;
  await clock.advance(3000);
  for (const [query, status, online] of [
    ["", 503, undefined],
    ["?allow_offline=1", 200, "false"],
  ] as const) {
    let answered = false;
    const answer = snapshot(query).finally(() => (answered = true));
    await until(() => simulator.requests.at(-1)?.query.allow_offline === (query === "" ? undefined : "1"));
    await clock.advance(2900);
    assert.equal(answered, false);
    await until(() => {
      void clock.advance(100);
      return answered;
    });
    const got = await answer;
    assert.deepEqual([got.status, got.header("X-UStreamer-Online")], [status, online]);
  }
});

test("a saved snapshot stays as it was, with the streamer stopped, too", async (t) => {
  const { clock, simulator, viewer } = await watched(t);
  const snapshot = async (query: string) => call(simulator.url, "GET", `/api/streamer/snapshot?${query}`);
  await clock.advance(1000);
  const saved = await snapshot("save=1");
  await call(simulator.url, "POST", "/api/hid/print", { body: "changed" });
  await clock.advance(1000);
  assert.notDeepEqual((await snapshot("")).body, saved.body);
  viewer.socket.close();
  await until(() => simulator.sessions === 0);
  await clock.advance(10_000);
  assert.equal((await snapshot("")).status, 503);
  const loaded = await snapshot("load=1");
  assert.deepEqual([loaded.body, loaded.header("X-Timestamp")], [saved.body, saved.header("X-Timestamp")]);
  const preview = await snapshot("load=1&preview=1&preview_max_height=100");
  const { width, height } = decodeJpeg(preview.body);
  assert.deepEqual([width, height, preview.header("X-UStreamer-Height")], [178, 100, "720"]);
  const fifth = decodeJpeg((await snapshot("load=1&preview=1")).body);
  assert.deepEqual([fifth.width, fifth.height], [256, 144]);
});

test("OCR reads the screen, or a part of it, in languages that it has", async (t) => {
  const { clock, simulator } = await watched(t);
  simulator.state.ocr.duration = 0;
  await clock.advance(1000);
  const read = async (query = "") => {
    const answer = call(simulator.url, "GET", `/api/streamer/snapshot?ocr=1${query}`);
    let over = false;
    void answer.finally(() => (over = true));
    await until(() => {
      void clock.advance(1);
      return over;
    });
    return answer;
  };
  const whole = await read();
  assert.deepEqual([whole.header("Content-Type"), whole.text], ["text/plain; charset=utf-8", "Debian GNU/Linux 13 debian tty1\n\ndebian login:\n"]); // prettier-ignore
  assert.equal((await read("&ocr_top=60&ocr_right=112&ocr_langs=eng")).text, "debian\n");
  assert.equal((await read("&ocr_langs=eng,xx")).result.error_msg, "Failed sub-validator on one of the item of ['eng', 'xx']"); // prettier-ignore
  simulator.state.ocr.enabled = false;
  assert.deepEqual((await read()).result, { error: "OcrError", error_msg: "Tesseract is not available" });
});

test("the stream sends a new picture at once and the same one every second, and forgets who leaves", async (t) => {
  const { clock, simulator } = await watched(t);
  await clock.advance(1000);
  const { viewers } = simulator.state.streamer.ustreamer;
  const stream = call(simulator.url, "GET", "/streamer/stream?key=me&extra_headers=1&zero_data=1", { upTo: 1000 });
  await until(() => viewers.size === 1);
  const asked = await call(simulator.url, "GET", "/streamer/state");
  // Unlike its pictures.
  for (const name of ["Cache-Control", "Pragma", "Expires"]) assert.equal(asked.header(name), undefined);
  const state = asked.result as {
    stream?: { clients_stat: JsonObject };
  };
  const [[id, client] = ["", null]] = Object.entries(state.stream?.clients_stat ?? {});
  assert.deepEqual(client, { fps: 1, extra_headers: true, advance_headers: false, dual_final_frames: false, zero_data: true, key: "me" }); // prettier-ignore
  await clock.advance(1000);
  const answer = await stream;
  const [, head = ""] = answer.text.split("--boundarydonotcross\r\n");
  assert.match(head, /^Content-Type: image\/jpeg\r\nContent-Length: 0\r\nX-Timestamp: \d+\.\d{6}\r\nX-UStreamer-Online: true\r\n[^]*X-UStreamer-Latency: [\d.]+\r\n\r\n\r\n$/); // prettier-ignore
  assert.ok(answer.header("Set-Cookie")?.startsWith(`stream_client=me/${id};`));
  await until(() => viewers.size === 0);
});

test("the stream ends with the streamer", async (t) => {
  const { clock, simulator } = await watched(t);
  await clock.advance(1000);
  const stream = call(simulator.url, "GET", "/streamer/stream", { upTo: Infinity });
  await until(() => simulator.state.streamer.ustreamer.viewers.size === 1);
  await call(simulator.url, "POST", "/api/streamer/reset");
  await clock.advance(200);
  assert.match((await stream).text, /^--boundarydonotcross\r\n/);
  assert.equal((await call(simulator.url, "GET", "/streamer/state")).status, 502);
});

test("text of a whole screen takes a second, of a part of it a third of that", async (t) => {
  const clock = manualClock();
  const simulator = await device(t, { clock, power: true, bootTime: 0 });
  simulator.state.streamer.config.forever = true;
  await simulator.restart();
  await clock.advance(5000);
  for (const [query, ms] of [
    ["", 1000],
    ["&ocr_left=0&ocr_top=0", 1000],
    ["&ocr_right=100", 300],
    ["&ocr_top=60&ocr_bottom=200", 300],
  ] as const) {
    // prettier-ignore
    let answered = false;
    const answer = call(simulator.url, "GET", `/api/streamer/snapshot?ocr=1${query}`).then(({ status }) => {
      answered = true;
      return status;
    });
    const asked = simulator.requests.length;
    await until(() => simulator.requests.length > asked);
    await new Promise(setImmediate);
    await clock.advance(ms - 1);
    await call(simulator.url, "GET", "/api/auth/check");
    assert.equal(answered, false, query);
    await clock.advance(1);
    assert.equal(await answer, 200);
  }
});
