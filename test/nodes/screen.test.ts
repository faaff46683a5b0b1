import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, test, type TestContext } from "node:test";
import { scaledClock, startSimulator, type Simulator } from "../../src/simulator";
import { device, fields, flow, node, type Inputs } from "../harness/flows";
import { NodeRed } from "../harness/node-red";
import { until } from "../harness/until";

const red = NodeRed.duringTests();
let simulator: Simulator;
beforeEach(async () => {
  simulator = await startSimulator({ clock: scaledClock(10), power: true });
});
afterEach(async () => {
  await red.deploy(flow());
  await simulator.close();
  red.forget();
});

async function perform(inputs: Inputs, msg: object = {}): Promise<Record<string, unknown>> {
  await red.deploy(flow(device(simulator), node("pikvm-screen", fields(inputs))));
  red.forget();
  red.send("node", msg);
  return red.outcome();
}

const payloadOf = (msg: Record<string, unknown>) => msg["payload"] as Record<string, unknown>;
const errorOf = (msg: Record<string, unknown>) => msg["error"] as Record<string, unknown>;

async function folder(t: TestContext): Promise<string> {
  const made = await mkdtemp(path.join(tmpdir(), "pikvm-"));
  t.after(() => rm(made, { recursive: true }));
  return made;
}

test("a picture as Buffer, though nobody watches", async () => {
  const { action, picture, online, width, height } = payloadOf(await perform({}));
  assert.deepEqual([action, online, width, height], ["snapshot", true, 1280, 720]);
  assert.ok(Buffer.isBuffer(picture));
  assert.deepEqual([...picture.subarray(0, 2)], [0xff, 0xd8]);
  assert.equal(simulator.sessionsOpened, 1);
});

test("a small picture as data URL", async () => {
  const whole = payloadOf(await perform({}))["picture"] as Buffer;
  const { picture } = payloadOf(await perform({ format: ["choice", "data_url"], maxWidth: ["num", "320"] }));
  const [head = "", body = ""] = String(picture).split(",");
  assert.equal(head, "data:image/jpeg;base64");
  assert.ok(Buffer.from(body, "base64").length < whole.length);
});

test("a picture as a file, which is there only when it is complete", async (t) => {
  const place = await folder(t);
  const filename = path.join(place, "screen.jpg");
  const { picture } = payloadOf(await perform({ format: ["choice", "file"] }, { filename }));
  assert.equal(picture, filename);
  assert.deepEqual([...(await readFile(filename)).subarray(0, 2)], [0xff, 0xd8]);
  assert.deepEqual(await readdir(place), ["screen.jpg"]);
});

test("pictures that are written to one file at the same time", async (t) => {
  const place = await folder(t);
  const filename = path.join(place, "screen.jpg");
  await red.deploy(flow(device(simulator), node("pikvm-screen", fields({ format: ["choice", "file"] }))));
  red.forget();
  for (let sent = 0; sent < 6; sent += 1) red.send("node", { filename });
  await until(() => red.at("result").length + red.at("error").length === 6);
  assert.deepEqual(red.at("error"), []);
  assert.deepEqual(await readdir(place), ["screen.jpg"]);
});

test("without a path of the file there is no picture at all", async () => {
  for (const filename of ["", "  ", undefined])
    assert.equal(errorOf(await perform({ format: ["choice", "file"] }, { filename }))["name"], "ConfigurationError");
  assert.ok(!simulator.requests.some(({ path }) => path === "/api/streamer/snapshot"));
});

test("only a smaller picture has a quality of its own", async () => {
  const sizeOf = async (inputs: Inputs): Promise<number> =>
    (payloadOf(await perform(inputs))["picture"] as Buffer).length;
  const whole = await sizeOf({});
  assert.equal(await sizeOf({ maxWidth: ["num", "1280"], jpegQuality: ["num", "1"] }), whole, "the device's own rule");
  const small = (quality: string) => sizeOf({ maxWidth: ["num", "640"], jpegQuality: ["num", quality] });
  assert.ok((await small("5")) < (await small("95")));
  assert.ok((await sizeOf({ jpegQuality: ["msg", "nothing"] })) === whole, "and is not looked at elsewhere");
});

test("a file that cannot be written is an error that names it", async (t) => {
  const filename = path.join(await folder(t), "nowhere", "screen.jpg");
  const { name, code, message } = errorOf(await perform({ format: ["choice", "file"] }, { filename }));
  assert.deepEqual([name, code], ["PiKVMError", "FILE"]);
  assert.ok(String(message).includes(filename));
});

test("no signal is told apart: an error, or the device's own picture", async () => {
  simulator.host.power = false;
  const { name, code } = errorOf(await perform({ timeout: ["num", "1"] }));
  assert.deepEqual([name, code], ["WaitTimeoutError", "NO_SIGNAL"]);
  assert.equal(payloadOf(await perform({ offline: ["bool", "true"] }))["online"], false);
});

test("a device that never starts its video is told apart from one without a signal", async () => {
  simulator.state.streamer.ustreamer.starts = false;
  const { name, code } = errorOf(await perform({ timeout: ["num", "0.5"] }));
  assert.deepEqual([name, code], ["WaitTimeoutError", "NOT_STARTED"]);
});

test("while something is typed the video is not started: the error says so, and nothing of the text is lost", async () => {
  const typed = "Sesame, open! ".repeat(50);
  const keys = node("pikvm-hid-keys", { id: "keys", ...fields({ text: ["msg", "text"] }), wires: [["typed"], []] });
  const screen = node("pikvm-screen", fields({ timeout: ["num", "0.2"] }));
  await red.deploy(flow(device(simulator), keys, screen));
  red.forget();
  red.send("keys", { text: typed });
  await until(() => simulator.host.typed.length > 0);
  red.send("node", {});
  const { name, code, message } = errorOf(await red.message("error"));
  assert.deepEqual([name, code], ["WaitTimeoutError", "NOT_CONNECTED"]);
  assert.match(String(message), /typed/);
  await until(() => simulator.host.typed === typed);
});

test("the text on the screen, or on a part of it", async () => {
  await until(() => simulator.host.screen.lines.some((line) => line.includes("login:")));
  const all = String(payloadOf(await perform({ action: ["choice", "text"] }))["text"]);
  assert.match(all, /login:/);
  const part = await perform({ action: ["choice", "text"], region: ["str", "0,600,1280,720"] });
  assert.ok(String(payloadOf(part)["text"]).length < all.length);
  const refused = errorOf(await perform({ action: ["choice", "text"], langs: ["str", "xx"] }));
  assert.equal(refused["name"], "ConfigurationError");
  assert.match(String(refused["message"]), /it has eng, osd/);
  const outside = errorOf(await perform({ action: ["choice", "text"], region: ["str", "5000,5000,6000,6000"] }));
  assert.deepEqual([outside["name"], outside["code"]], ["ConfigurationError", "REGION_OUTSIDE"]);
});

test("a region that comes with a message has the names of its edges, or is refused", async () => {
  const named = (part: unknown) => perform({ action: ["choice", "text"], region: ["msg", "part"] }, { part });
  for (const part of [{ top: 600 }, [0, 600, 1280, 720], " 0, 600, 1280, 720 ", Buffer.from("0,600,1280,720"), "  "])
    assert.equal(payloadOf(await named(part))["action"], "text");
  for (const part of [{ x: 0, y: 600, width: 1280, height: 120 }, {}, { left: "a" }, "1,2,3", true]) {
    const { name, message } = errorOf(await named(part));
    assert.equal(name, "ConfigurationError");
    assert.match(
      String(message),
      /^Region: .* cannot be used, expected four edges in pixels: left, top, right, bottom/,
    );
  }
});

async function params(): Promise<Record<string, unknown>> {
  const { state } = payloadOf(await perform({ action: ["choice", "state"] }));
  return (state as { params: Record<string, unknown> }).params;
}

test("settings are changed within the device's limits, others stay", async () => {
  const before = await params();
  const { state } = payloadOf(await perform({ action: ["choice", "set"], quality: ["num", "55"] }));
  assert.equal((state as { params: Record<string, unknown> }).params["quality"], 55);
  assert.deepEqual(await params(), { ...before, quality: 55 });
  const { name, message } = errorOf(await perform({ action: ["choice", "set"], fps: ["num", "999"] }));
  assert.equal(name, "ConfigurationError");
  assert.match(String(message), /frame rate 999/);
  const none = errorOf(await perform({ action: ["choice", "set"] }));
  assert.equal(none["name"], "ConfigurationError");
});

test("restart and state answer with the device's state", async () => {
  for (const action of ["restart", "state"]) {
    const { state } = payloadOf(await perform({ action: ["choice", action] }));
    assert.ok(typeof state === "object" && state !== null && "params" in state);
  }
  assert.equal(simulator.requests.filter(({ path }) => path === "/api/streamer/reset").length, 1);
});
