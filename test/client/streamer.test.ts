import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import { tinyJpeg } from "../harness/tiny";
import { until } from "../harness/until";
import { bytesOf, exchange } from "../recordings/exchanges";
import { bench, client, failure, httpServer, SIDE_BY_SIDE, type Bench } from "./kit";

/** A device whose video runs although nobody watches. */
async function running(t: TestContext): Promise<Bench> {
  const both = await bench(t, { power: true, bootTime: 0 });
  both.sim.state.streamer.config.forever = true;
  both.sim.state.ocr.duration = 10;
  await both.sim.restart();
  await until(async () => (await both.kvm.streamer.getState()).streamer?.source.online);
  return both;
}

function pictures({ sim }: Bench): Readonly<Record<string, string>>[] {
  return sim.requests.filter(({ path }) => path === "/api/streamer/snapshot").map(({ query }) => query);
}

describe("streamer", SIDE_BY_SIDE, () => {
  test("state, of a video that does not run and of one that does", async (t) => {
    const { kvm } = await bench(t);
    const { streamer, features, limits } = await kvm.streamer.getState();
    assert.deepEqual([streamer, features.h264, limits.desired_fps], [null, true, { min: 0, max: 90 }]);
    const state = await (await running(t)).kvm.streamer.getState();
    assert.deepEqual(state.streamer?.source.resolution, { width: 1280, height: 720 });
  });

  test("settings: only what is given, and in the device's own limits", async (t) => {
    const { sim, kvm } = await bench(t);
    await kvm.streamer.setParams({ quality: 60, desiredFps: 10 });
    await kvm.streamer.setParams({ h264Bitrate: 25, h264Gop: 60 });
    const sent = sim.requests.filter(({ method }) => method === "POST").map(({ query }) => query);
    assert.deepEqual(sent, [
      { quality: "60", desired_fps: "10" },
      { h264_bitrate: "25", h264_gop: "60" },
    ]);
    await until(async () => (await kvm.streamer.getState()).params.quality === 60);
    for (const params of [{ quality: 0 }, { desiredFps: 91 }, { h264Bitrate: 24 }, { h264Gop: 0.5 }])
      await failure(kvm.streamer.setParams(params), { name: "ConfigurationError" });
    assert.equal(sim.requests.filter(({ method }) => method === "POST").length, 2);
    await failure(kvm.streamer.setParams({ resolution: "1x1" }), { name: "APIError", error: "StreamerResolutionNotSupported" }); // prettier-ignore
  });

  test("a resolution that the device does not have", async (t) => {
    const result = { features: {}, limits: { available_resolutions: ["640x480"] }, params: {}, streamer: null };
    const address = await httpServer(t, (_, response) => response.end(JSON.stringify({ ok: true, result })));
    const kvm = await client(t, { address: `http://${address}` });
    await kvm.streamer.setParams({ resolution: "640x480" });
    await failure(kvm.streamer.setParams({ resolution: "1x1" }), { name: "ConfigurationError", message: /640x480/ });
  });

  test("the streamer's own state: fresh, and only while it runs", async (t) => {
    const { kvm } = await running(t);
    assert.equal((await kvm.streamer.getUstreamerState()).source.online, true);
    const stopped = await bench(t);
    await failure(stopped.kvm.streamer.getUstreamerState(), { name: "APIError", statusCode: 502 });
  });

  test("reset restarts the video", async (t) => {
    const { kvm } = await running(t);
    await kvm.streamer.reset();
    await until(async () => (await kvm.streamer.getState()).streamer === null);
  });

  test("a picture, and what the device tells of it", async (t) => {
    const both = await running(t);
    const { image, online, width, height, timestamp, times } = await both.kvm.streamer.snapshot();
    assert.equal(image.toString("hex", 0, 3), "ffd8ff");
    assert.deepEqual([online, width, height], [true, 1280, 720]);
    assert.ok(timestamp !== undefined && Math.abs(timestamp - Date.now() / 1000) < 60);
    assert.ok(Object.values(times).every((time) => time !== undefined && time >= 0));
    assert.deepEqual(pictures(both), [{}]);
  });

  test("a preview is smaller", async (t) => {
    const both = await running(t);
    const { streamer } = both.kvm;
    const { image } = await streamer.snapshot();
    const preview = await streamer.snapshot({ preview: true });
    assert.ok(preview.image.length < image.length / 4);
    assert.equal(preview.width, 1280);
    await streamer.snapshot({ preview: { maxWidth: 320, quality: 40 } });
    assert.deepEqual(pictures(both).slice(1), [
      { preview: "1" },
      { preview: "1", preview_max_width: "320", preview_quality: "40" },
    ]);
    for (const wrong of [{ maxWidth: -1 }, { maxHeight: 1.5 }, { quality: 101 }, { quality: 0 }])
      await failure(streamer.snapshot({ preview: wrong }), { name: "ConfigurationError" });
    assert.equal(pictures(both).length, 3);
  });

  test("saved, loaded, forgotten", async (t) => {
    const { kvm } = await running(t);
    const saved = await kvm.streamer.snapshot({ save: true });
    assert.deepEqual((await kvm.streamer.getState()).snapshot.saved, { online: true, width: 1280, height: 720 });
    const loaded = await kvm.streamer.snapshot({ load: true });
    assert.ok(loaded.image.equals(saved.image));
    assert.equal(loaded.timestamp, saved.timestamp);
    await kvm.streamer.deleteSnapshot();
    await failure(kvm.streamer.snapshot({ load: true }), { name: "UnavailableError", error: "UnavailableError" });
  });

  test("no picture: nobody watches, no signal, unless that is allowed", async (t) => {
    const stopped = await bench(t);
    await failure(stopped.kvm.streamer.snapshot(), { name: "UnavailableError", statusCode: 503, retryable: true });
    const { kvm, sim } = await running(t);
    sim.state.streamer.source.signal = false;
    await until(async () => (await kvm.streamer.getState()).streamer?.source.online === false);
    await failure(kvm.streamer.snapshot(), { name: "UnavailableError" });
    assert.equal((await kvm.streamer.snapshot({ allowOffline: true })).online, false);
  });

  test("the text on the screen, or on a part of it", async (t) => {
    const both = await running(t);
    const { streamer } = both.kvm;
    assert.deepEqual((await streamer.getOcrInfo()).langs.default, ["eng"]);
    const text = await streamer.ocr();
    assert.match(text, /\w/);
    const top = await streamer.ocr({ langs: ["eng", "osd"], region: { left: 0, top: 0, right: 640.4, bottom: 10 } });
    assert.ok(top.length < text.length);
    assert.deepEqual(pictures(both), [
      { ocr: "1" },
      { ocr: "1", ocr_langs: "eng,osd", ocr_left: "0", ocr_top: "0", ocr_right: "640", ocr_bottom: "10" },
    ]);
    await failure(streamer.ocr({ langs: ["eng", "deu"] }), {
      name: "ConfigurationError",
      message: /cannot read the language "deu"; it has eng, osd/,
    });
    for (const region of [
      { left: 10, right: 10 },
      { top: 5, bottom: 1 },
      { left: -1 },
      { left: 0.6, right: 1 },
      { bottom: 0.4 },
    ])
      await failure(streamer.ocr({ region }), { name: "ConfigurationError" });
    both.sim.state.ocr.enabled = false;
    await failure(streamer.ocr(), { name: "APIError", error: "OcrError" });
    assert.equal((await streamer.getOcrInfo()).enabled, false);
  });

  test("a region outside of the picture is an error, where the device reads all of it", async (t) => {
    const { streamer } = (await running(t)).kvm;
    for (const region of [
      { left: 1279.6 },
      { left: 5000, top: 5000, right: 6000, bottom: 6000 },
      { left: 1280 },
      { top: 720, bottom: 800 },
    ])
      await failure(streamer.ocr({ region }), {
        name: "ConfigurationError",
        code: "REGION_OUTSIDE",
        message: /1280 x 720/,
      });
    assert.match(await streamer.ocr({ region: { left: 0, top: 0, right: 6000, bottom: 6000 } }), /\w/);
  });

  test("one text is read at a time, and who wants the same meanwhile shares the next", async (t) => {
    const { sim, kvm } = await running(t);
    const reads = () => sim.requests.filter(({ query }) => query["ocr"] === "1").length;
    sim.faults.add({ kind: "hang", path: /ocr=1/, times: 1 });
    const [first, second] = [new AbortController(), new AbortController()];
    const slow = failure(kvm.streamer.ocr({ signal: first.signal }), { name: "CancelledError" });
    await until(() => reads() === 1);
    const same = Array.from({ length: 20 }, () => kvm.streamer.ocr());
    const left = failure(kvm.streamer.ocr({ signal: second.signal }), { name: "CancelledError" });
    const alone = failure(kvm.streamer.ocr({ langs: ["osd"], signal: second.signal }), { name: "CancelledError" });
    const other = kvm.streamer.ocr({ region: { bottom: 10 } });
    second.abort();
    await Promise.all([left, alone]);
    await kvm.atx.getState();
    assert.equal(reads(), 1);
    first.abort();
    await slow;
    const texts = await Promise.all(same);
    assert.ok(texts.every((text) => text !== "" && text === texts[0]));
    assert.equal(await other, "");
    assert.equal(reads(), 3);
  });

  test("reading may take longer than an ordinary answer", async (t) => {
    const { sim } = await running(t);
    const kvm = await client(t, { address: sim.url, timeout: 1 });
    sim.state.ocr.duration = 1500;
    assert.match(await kvm.streamer.ocr(), /\w/);
  });

  test("what is neither picture nor text", async (t) => {
    const address = await httpServer(t, (_, response) => response.setHeader("Content-Type", "text/html").end("<p>"));
    const kvm = await client(t, { address: `http://${address}` });
    await failure(kvm.streamer.snapshot(), { name: "ResponseError", code: "BAD_RESPONSE", message: /JPEG/ });
    await failure(kvm.streamer.ocr(), { name: "ResponseError", code: "BAD_RESPONSE" });
  });

  test("a picture of a device that tells nothing of it", async (t) => {
    const address = await httpServer(t, (_, response) =>
      response.setHeader("Content-Type", "image/jpeg").end(tinyJpeg()),
    );
    const { online, width, timestamp, times } = await (await client(t, { address: `http://${address}` })).streamer.snapshot(); // prettier-ignore
    assert.deepEqual([online, width, timestamp, times.send], [undefined, undefined, undefined, undefined]);
  });

  test("recorded from a device", async (t) => {
    const recorded = exchange("streamer-snapshot-save");
    const bytes = bytesOf(recorded);
    const address = await httpServer(t, (_, response) => {
      for (const [name, value] of recorded.headers)
        if (/^(x-|content-type)/i.test(name)) response.setHeader(name, value);
      response.end(bytes);
    });
    const snapshot = await (await client(t, { address: `http://${address}` })).streamer.snapshot();
    assert.deepEqual(snapshot, {
      image: bytes,
      online: true,
      width: 1280,
      height: 720,
      timestamp: 1795374967.835,
      times: { grabBegin: 5212.651, grabEnd: 5212.651, encodeBegin: 5212.651, encodeEnd: 5212.655, send: 5212.818 },
    });
  });
});
