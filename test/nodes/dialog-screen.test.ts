import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { scaledClock, startSimulator, type Simulator } from "../../src/simulator";
import { device, flow } from "../harness/flows";
import { NodeRed } from "../harness/node-red";
import { until } from "../harness/until";

const red = NodeRed.duringTests();
let simulator: Simulator;
let dark: Simulator;
before(async () => {
  simulator = await startSimulator({ clock: scaledClock(10), power: true });
  dark = await startSimulator({ clock: scaledClock(10) });
  await red.deploy(
    flow(
      device(simulator),
      device(dark, { id: "dark" }),
      device(simulator, { id: "refused", credentials: { password: "wrong-Zebra" } }),
      device(simulator, { id: "away", address: "https://127.0.0.1:1" }),
    ),
  );
  await until(() => simulator.host.screen.lines.some((line) => line.includes("login:")), { what: "the host to start" });
});
after(async () => {
  await simulator.close();
  await dark.close();
});

const ask = (id: string, node: string, body: string, type = "application/json"): Promise<Response> =>
  fetch(`${red.url}/pikvm/devices/${id}/try/${node}`, { method: "POST", headers: { "content-type": type }, body });

async function tried(node: string, values: object, id = "device"): Promise<Record<string, unknown>> {
  const answer = await ask(id, node, JSON.stringify(values));
  const found = (await answer.json()) as Record<string, unknown>;
  assert.equal(answer.status, 200, JSON.stringify(found));
  return found;
}

async function problemOf(id: string, node = "screen", values: object = {}): Promise<string> {
  const answer = await ask(id, node, JSON.stringify(values));
  assert.equal(answer.status, 400);
  assert.match(String(answer.headers.get("content-type")), /^application\/json/);
  return ((await answer.json()) as { problem: string }).problem;
}

async function picture(values: object, id = "device"): Promise<Buffer> {
  const answer = await ask(id, "screen", JSON.stringify(values));
  assert.deepEqual([answer.status, answer.headers.get("content-type")], [200, "image/jpeg"]);
  assert.equal(answer.headers.get("cache-control"), "no-store");
  const image = Buffer.from(await answer.arrayBuffer());
  assert.deepEqual([...image.subarray(0, 2)], [0xff, 0xd8]);
  return image;
}

test("a dialog can ask a device for a picture of the screen, though nobody watches; it is kept nowhere", async () => {
  const whole = await picture({});
  const small = await picture({ action: "snapshot", maxWidth: 320, jpegQuality: "10" });
  assert.ok(small.length < whole.length / 2, "as the node would take it");
  await until(() => simulator.connections === 0, { what: "nothing to stay open" });
});

test("why there is no picture is told: no such device, a refused login, nobody at the address, no signal", async () => {
  assert.match(await problemOf("nothing"), /No device is chosen, or the chosen one is not deployed/);
  assert.match(await problemOf("catch"), /No device is chosen/);
  const refused = await problemOf("refused");
  assert.match(refused, /refused/);
  assert.doesNotMatch(refused, /Zebra/);
  assert.match(await problemOf("away"), /127\.0\.0\.1/);
  assert.match(await problemOf("dark"), /sends no signal/);
  await picture({ offline: true }, "dark");
});

test("the text on the screen is read once, with the region and languages that are given", async () => {
  const { text } = await tried("screen", { action: "text", langs: "eng", region: "" });
  assert.match(String(text), /login:/);
  const { text: part } = await tried("screen", { action: "text", region: "0, 600, 1280, 720" });
  assert.doesNotMatch(String(part), /login:/);
  assert.match(await problemOf("device", "screen", { action: "text", langs: "xx" }), /it has eng, osd/);
  assert.match(await problemOf("device", "screen", { action: "text", region: "1, 2" }), /region/);
});

test("it is told what of a text matches, and whether a message would travel on", async () => {
  const wait = (values: object, id?: string) => tried("wait-until", { condition: "text", ...values }, id);
  const { text, ...seen } = await wait({ text: "LOGIN:" });
  assert.match(String(text), /debian login:/);
  assert.deepEqual(seen, { found: "login:", matches: true });
  for (const [values, found, matches] of [
    [{ text: "login:", event: "disappears" }, "login:", false],
    [{ text: "panic" }, null, false],
    [{ text: "panic", event: "disappears" }, null, true],
    [{ text: "debian log[a-z]+:", mode: "regex" }, "debian login:", true],
    [{ text: "debian l0gln:", mode: "tolerant", mistakes: 2 }, "debian login:", true],
  ] as const)
    assert.deepEqual(await wait(values).then(({ found, matches }) => [found, matches]), [found, matches]);
  const gone = await wait({ text: "a", event: "disappears", noSignal: true }, "dark");
  assert.deepEqual(gone, { text: "", found: null, matches: true }, "without a signal");
  const shown = await tried("screen-watch", { mode: "text", text: "login:" });
  assert.deepEqual([shown["found"], shown["matches"]], ["login:", true]);
  assert.match(await problemOf("device", "wait-until", { condition: "text", text: "(", mode: "regex" }), /expression/);
  assert.match(
    await problemOf("device", "wait-until", { condition: "text", text: "(\\s|.+)+\\d\\dx$", mode: "regex" }),
    /takes too long/,
  );
});

test("of a state its present value is told, and whether it is as wanted", async () => {
  const wait = (values: object) => tried("wait-until", { condition: "state", path: "atx.leds.power", ...values });
  assert.deepEqual(await wait({ value: true }), { value: true, matches: true });
  assert.deepEqual(await wait({ test: "not_equals", value: "on" }), { value: true, matches: false });
  assert.deepEqual(await wait({ test: "changes" }), { value: true, matches: null });
  const interval = await wait({ path: "hid.jiggler.interval", test: "above", value: 59 });
  assert.deepEqual(interval, { value: 60, matches: true });
  assert.match(await problemOf("device", "wait-until", { path: "atx..x" }), /no path|not a path/);
});

test("nothing else can be done by it: no other action or node, nothing that is not JSON", async () => {
  for (const action of ["restart", "set", "state"])
    assert.match(await problemOf("device", "screen", { action }), /can be tried/);
  assert.match(await problemOf("device", "screen-watch", { mode: "changes" }), /can be tried/);
  for (const node of ["atx-power", "constructor"]) assert.equal((await ask("device", node, "{}")).status, 400);
  assert.equal((await ask("device", "screen", "action=text", "application/x-www-form-urlencoded")).status, 415);
});
