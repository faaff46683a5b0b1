import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import { scaledClock, type FaultKind, type SimulatorOptions } from "../../src/simulator";
import { until } from "../harness/until";
import { bench, failure, SIDE_BY_SIDE, type Bench } from "./kit";

const booting = (t: TestContext, options: SimulatorOptions = {}): Promise<Bench> =>
  bench(t, { clock: scaledClock(10), power: true, ...options });

describe("the screen", SIDE_BY_SIDE, () => {
  test("a picture and its text while nobody watches; several share one connection", async (t) => {
    const { sim, kvm } = await booting(t);
    const [{ image, online }, text] = await Promise.all([kvm.screen.snapshot(), kvm.screen.readText()]);
    assert.deepEqual([...image.subarray(0, 2), online], [0xff, 0xd8, true]);
    assert.ok(text.length > 0);
    assert.equal(sim.sessionsOpened, 1);
  });

  test("what is typed by others does not hold back a picture, also where the video ends at once", async (t) => {
    const { sim, kvm } = await bench(t, { clock: scaledClock(10), power: true }, { videoIdle: 0 });
    const lease = await kvm.video.acquire();
    const hanging = sim.faults.add({ kind: "hang", path: /^\/api\/hid/ });
    const typing = new AbortController();
    const typed = failure(kvm.hid.typeText("a", { signal: typing.signal }), { name: "CancelledError" });
    await until(() => hanging.hits === 1);
    const picture = kvm.screen.snapshot();
    void lease.release();
    assert.equal((await picture).online, true);
    typing.abort();
    await typed;
  });

  test("a computer without a signal is told apart", async (t) => {
    const { sim, kvm } = await booting(t);
    sim.state.streamer.source.signal = false;
    await failure(kvm.screen.snapshot({ videoTimeout: 2 }), { name: "WaitTimeoutError", code: "NO_SIGNAL" });
    assert.equal((await kvm.screen.snapshot({ allowOffline: true })).online, false);
  });

  test("a video that has just stopped, or just lost its signal, is told apart as well", async (t) => {
    const { sim, kvm } = await booting(t);
    await kvm.screen.snapshot();
    await kvm.streamer.reset();
    assert.equal((await kvm.screen.snapshot()).online, true, "it is running again soon");
    await kvm.streamer.reset();
    assert.equal(typeof (await kvm.screen.readText()), "string");
    const refused = sim.faults.add({ kind: "status", code: 503, path: /^\/api\/streamer\/snapshot/, times: 1 });
    sim.state.streamer.source.signal = false;
    await failure(kvm.screen.snapshot({ videoTimeout: 2 }), { name: "WaitTimeoutError", code: "NO_SIGNAL" });
    assert.equal(refused.hits, 1);
  });

  test("a device that has a video but never a picture says so when the time is over", async (t) => {
    const { sim, kvm } = await booting(t);
    await kvm.screen.snapshot();
    const refused = sim.faults.add({ kind: "status", code: 503, path: /^\/api\/streamer\/snapshot/ });
    await failure(kvm.screen.snapshot({ videoTimeout: 1.5 }), { name: "UnavailableError" });
    assert.ok(refused.hits > 1 && refused.hits < 5, `asked ${refused.hits} times`);
  });
});

test("settings of the video that the device takes over, in time or too late, and none at all", async (t) => {
  const { sim, kvm } = await booting(t);
  assert.equal((await kvm.screen.changeSettings({ quality: 55, desiredFps: 10 })).params.quality, 55);
  await failure(kvm.screen.changeSettings({ quality: 60 }, { timeout: 0 }), { name: "WaitTimeoutError" });
  const before = sim.requests.length;
  await failure(kvm.screen.changeSettings({ quality: undefined }), { name: "ConfigurationError", message: /nothing was sent/ }); // prettier-ignore
  assert.equal(sim.requests.length, before);
});

describe("waiting for a text on the screen", SIDE_BY_SIDE, () => {
  test("it appears while the computer boots, and is gone again", async (t) => {
    const { sim, kvm } = await booting(t);
    const { found, text } = await kvm.screen.waitForText({ text: "LOGIN:" }, { timeout: 20, interval: 0.1 });
    assert.equal(found, "login:");
    assert.match(text, /login:/);
    const dark = { gone: true, darkIsGone: true };
    const gone = kvm.screen.waitForText({ text: "login:" }, { timeout: 20, interval: 0.1, ...dark });
    sim.host.power = false;
    assert.equal((await gone).found, null);
    assert.equal(sim.sessionsOpened, 1, "the video was held all the time");
  });

  test("what is there already does not count when the next time is waited for, nor what is gone already", async (t) => {
    const { sim, kvm } = await booting(t);
    const soon = { timeout: 20, interval: 0.1 };
    await kvm.screen.waitForText({ text: "login:" }, soon);
    const late = await failure(kvm.screen.waitForText({ text: "login:" }, { ...soon, timeout: 1, next: true }), {
      name: "WaitTimeoutError",
    });
    assert.match(late.message, /"login:" was not on the screen anew within 1 s/);
    const next = kvm.screen.waitForText({ text: "login:" }, { ...soon, next: true });
    const nextEnd = kvm.screen.waitForText({ text: "nowhere" }, { ...soon, timeout: 2, next: true, gone: true });
    const gone = failure(nextEnd, { name: "WaitTimeoutError" });
    let isDone = false;
    void next.then(() => (isDone = true));
    await gone;
    assert.equal(isDone, false);
    sim.host.power = false;
    // Long enough for the other one to have looked too.
    await kvm.screen.waitForText({ text: "login:" }, { ...soon, gone: true, darkIsGone: true, holdFor: 1 });
    sim.host.power = true;
    assert.equal((await next).found, "login:");
  });

  test("it is waited for while there is no signal, and when the video's connection breaks", async (t) => {
    const { sim, kvm } = await booting(t, { power: false });
    const waiting = kvm.screen.waitForText({ text: "login:" }, { timeout: 30, interval: 0.1 });
    await until(() => sim.sessions === 1);
    await sim.restart();
    sim.host.power = true;
    assert.equal((await waiting).found, "login:");
  });

  test("a screen without a signal is not one from which it is gone, unless that is chosen", async (t) => {
    const { sim, kvm } = await booting(t);
    const often = { timeout: 20, interval: 0.05, gone: true };
    await kvm.screen.waitForText({ text: "login:" }, { timeout: 20, interval: 0.1 });
    const gone = kvm.screen.waitForText({ text: "login:" }, often);
    let isGone = false;
    void gone.then(() => (isGone = true));
    sim.state.streamer.source.signal = false;
    const chosen = await kvm.screen.waitForText({ text: "login:" }, { ...often, darkIsGone: true });
    assert.deepEqual(chosen, { found: null, text: "" });
    await failure(kvm.screen.waitForText({ text: "login:" }, { ...often, timeout: 1 }), {
      name: "WaitTimeoutError",
      message: /sends no signal.* counts as gone only where it is set so\./,
    });
    assert.equal(isGone, false);
    sim.state.streamer.source.signal = true;
    await kvm.hid.typeText("root\nsecret\nclear\n");
    assert.equal((await gone).found, null);
    assert.notEqual((await gone).text, "");
  });

  test("what is so for a moment only is not so for long enough", async (t) => {
    const { sim, kvm } = await booting(t);
    const [pattern, often] = [{ text: "login:" }, { timeout: 20, interval: 0.05 }];
    const looks = () => sim.requests.filter(({ query }) => query["ocr"] === "1").length;
    await kvm.screen.waitForText(pattern, often);
    const gone = kvm.screen.waitForText(pattern, { ...often, gone: true, darkIsGone: true, holdFor: 3 });
    let isGone = false;
    void gone.then(() => (isGone = true));
    sim.state.streamer.source.signal = false;
    await kvm.screen.waitForText(pattern, { ...often, gone: true, darkIsGone: true });
    sim.state.streamer.source.signal = true;
    await kvm.screen.waitForText(pattern, often);
    const before = looks();
    await until(() => looks() >= before + 3);
    assert.equal(isGone, false);
    const start = performance.now();
    sim.state.streamer.source.signal = false;
    assert.equal((await gone).found, null);
    assert.ok(performance.now() - start >= 3000);
  });

  describe("a screen that cannot be read for a moment is not one without the text", SIDE_BY_SIDE, () => {
    const faults: FaultKind[] = [{ kind: "proxy-error" }, { kind: "reset" }, { kind: "status", code: 503 }];
    for (const fault of faults) {
      test(JSON.stringify(fault), async (t) => {
        const { sim, kvm } = await booting(t);
        await kvm.screen.waitForText({ text: "login:" }, { timeout: 20, interval: 0.1 });
        const broken = sim.faults.add({ ...fault, path: /^\/api\/streamer\/snapshot/, times: 4 });
        const dark = { gone: true, darkIsGone: true };
        const gone = kvm.screen.waitForText({ text: "login:" }, { timeout: 20, interval: 0.1, ...dark });
        let isGone = false;
        void gone.then(() => (isGone = true));
        await until(() => broken.hits === 4);
        const reads = sim.requests.length;
        await until(() => sim.requests.length >= reads + 2);
        assert.equal(isGone, false);
        sim.host.power = false;
        assert.deepEqual(await gone, { found: null, text: "" });
      });
    }

    test("the video is restarted", async (t) => {
      const { kvm } = await booting(t);
      await kvm.screen.waitForText({ text: "login:" }, { timeout: 20, interval: 0.1 });
      const abort = new AbortController();
      const gone = kvm.screen.waitForText({ text: "login:" }, { timeout: 20, gone: true, interval: 0, signal: abort.signal }); // prettier-ignore
      const waiting = failure(gone, { name: "CancelledError" });
      await kvm.streamer.reset();
      await until(async () => (await kvm.streamer.getState()).streamer === null);
      await until(async () => (await kvm.streamer.getState()).streamer?.source.online === true);
      assert.match(await kvm.screen.readText(), /login:/);
      abort.abort();
      await waiting;
    });
  });

  test("a device without a picture is not asked without a pause", async (t) => {
    const { sim, kvm } = await booting(t);
    await kvm.screen.readText();
    const refused = sim.faults.add({ kind: "status", code: 503, path: /^\/api\/streamer\/snapshot/ });
    await failure(kvm.screen.waitForText({ text: "login:" }, { timeout: 2, interval: 0 }), { name: "WaitTimeoutError" }); // prettier-ignore
    assert.ok(refused.hits <= 3, `asked ${refused.hits} times`);
  });

  test("the error says when the computer sends no signal, and why the last look failed", async (t) => {
    const { sim, kvm } = await booting(t, { power: false });
    const late = { name: "WaitTimeoutError", code: "WAIT_TIMEOUT" };
    const options = { timeout: 3, interval: 0.1 };
    const dark = await failure(kvm.screen.waitForText({ text: "login:" }, options), late);
    assert.match(dark.message, /sends no signal/);
    sim.host.power = true;
    await kvm.screen.readText();
    sim.faults.add({ kind: "proxy-error", path: /^\/api\/streamer\/snapshot/ });
    const broken = await failure(kvm.screen.waitForText({ text: "login:" }, options), late);
    assert.match(broken.message, /could not be read at last: HTTP 502/);
  });

  test("a picture without the region is waited out, as while a computer boots; the error tells of it", async (t) => {
    const { sim, kvm } = await booting(t);
    await kvm.screen.waitForText({ text: "login:" }, { timeout: 20, interval: 0.1 });
    const region = { left: 0, top: 720 };
    const gone = { gone: true, interval: 0.1, region };
    await failure(kvm.screen.waitForText({ text: "login:" }, { ...gone, timeout: 1 }), {
      name: "WaitTimeoutError",
      message: /outside of the picture of 1280 x 720/,
    });
    const waiting = kvm.screen.waitForText({ text: "login:" }, { ...gone, timeout: 20 });
    sim.state.streamer.source.resolution = { width: 1920, height: 1080 };
    await waiting;
  });

  test("what was read last is told when the time is over", async (t) => {
    const { sim, kvm } = await booting(t);
    await kvm.screen.waitForText({ text: "login:" }, { timeout: 20 });
    const error = await failure(kvm.screen.waitForText({ text: "nowhere" }, { timeout: 1, interval: 0.1 }), {
      name: "WaitTimeoutError",
    });
    assert.match(String((error as { lastValue?: unknown }).lastValue), /login:/);
    assert.match(error.message, /^"nowhere" was not on the screen within 1 s\. /);
    const short = { timeout: 1, interval: 0.1, gone: true, holdFor: 60 };
    await failure(kvm.screen.waitForText({ text: "nowhere" }, short), {
      name: "WaitTimeoutError",
      message: /^"nowhere" was not seen to be gone from the screen for 60 s within 1 s\. /,
    });
    assert.ok(sim.requests.some(({ query }) => query["ocr"] === "1"));
  });

  test("a device that cannot read, a text that is none, and a cancel end it", async (t) => {
    const { sim, kvm } = await booting(t);
    await failure(kvm.screen.waitForText({ text: "(", mode: "regex" }, { timeout: 5 }), { name: "ConfigurationError" });
    await failure(kvm.screen.waitForText({ text: "a" }, { timeout: 5, langs: ["xx"] }), {
      name: "ConfigurationError",
    });
    await failure(kvm.screen.waitForText({ text: "a" }, { timeout: 5, holdFor: -1 }), { name: "ConfigurationError" });
    const abort = new AbortController();
    const waiting = failure(kvm.screen.waitForText({ text: "nowhere" }, { timeout: 60, signal: abort.signal }), {
      name: "CancelledError",
    });
    await until(() => sim.requests.some(({ query }) => query["ocr"] === "1"));
    abort.abort();
    await waiting;
  });
});
