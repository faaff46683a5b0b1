import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { get as httpsGet } from "node:https";
import path from "node:path";
import { test, type TestContext } from "node:test";
import { connectAsync } from "mqtt";
import { startSimulator } from "../../src/simulator";
import { CHECKOUT } from "../harness/node-red";
import { until } from "../harness/until";
import { launchBrowser, skip } from "./browser";
import { addresses, type Demo, printed, signalGroup, startDemo, statusOf, temporaryFolder, TIMEOUT } from "./demo";
import { idOf, readFlow } from "./example";
import { freePort } from "./free-port";

/** Milliseconds: each look takes a TLS connection of its own. */
const PAUSE = 100;

test("the flow powers the host on, waits for login:, types and mounts; a second start keeps an edited flow", async (t) => {
  const userDir = await temporaryFolder(t);
  const flowFile = path.join(userDir, "flows.json");
  const first = startDemo(t, { port: await freePort(), userDir });
  const [editor = "", , device = ""] = await addresses(first);
  assert.doesNotMatch(first.output(), /Installing/);

  await t.test("what is printed is the device's login", async () => {
    const [url, user, passwd] = ["address", "user", "password"].map((name) => printed(first, name));
    assert.match(printed(first, "fingerprint"), /^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
    const headers = { "X-KVMD-User": user ?? "", "X-KVMD-Passwd": passwd ?? "" };
    const relays = await bodyOf(`${url ?? ""}/api/gpio`, headers);
    const ports = await bodyOf(`${url ?? ""}/api/switch`, headers);
    assert.ok(relays.includes('"relay1"') && ports.includes('"nas"'), "every list of a dialog has something to show");
  });

  await t.test("any MQTT client reads the states, switches the host on, and is answered", async () => {
    const [, port = ""] = /^  mosquitto_sub -h 127[.]0[.]0[.]1 -p (\d+) -t 'pikvm\/#'/m.exec(first.output()) ?? [];
    const client = await connectAsync(`mqtt://127.0.0.1:${port}`, {}, false);
    const latest = new Map<string, string>();
    client.on("message", (topic, payload) => void latest.set(topic.replace("pikvm/pikvm/", ""), payload.toString()));
    await client.subscribeAsync("pikvm/pikvm/#", { qos: 1 });
    await until(() => latest.get("availability") === "online" && latest.get("power") === "off", { what: "its states" });
    await client.publishAsync("pikvm/pikvm/power/set", "on");
    await until(async () => (await stateOf(device)).leds.power, { what: "the LED", pause: PAUSE });
    await until(() => latest.get("power") === "on", { what: "the topic" });
    const ask = idOf(readFlow(flowFile), "inject", "ask");
    assert.equal(await statusOf(`${editor}inject/${ask}`, "POST"), 200);
    const answer = await until(() => latest.get("do/atx-power/state/result"), { what: "the answer" });
    assert.match(answer, /^{"id":"from the demo","result":/);
    await client.endAsync();
  });

  await t.test("the main job", async () => {
    const go = idOf(readFlow(flowFile), "inject", "do it all");
    assert.equal(await statusOf(`${editor}inject/${go}`, "POST"), 200);
    const state = await until(async () => (await stateOf(device)).drive && stateOf(device), { what: "the mounted image", timeout: TIMEOUT, pause: PAUSE }); // prettier-ignore
    assert.equal(state.leds.power, true);
    assert.equal(state.typed, "demo\ndemo\necho hello from Node-RED\n");
    // Had it been typed earlier, the screen would not show it.
    assert.match(state.screen.join("\n"), /debian login: demo\nPassword: \n[^]*\nhello from Node-RED\n/);
    assert.equal(state.drive?.image, "debian-13-netinst.iso");
  });

  await t.test("in a browser", { skip }, (t) => visit(first, t));

  signalGroup(first.child, "SIGINT");
  assert.equal(await first.ended, 0);

  const edited = (await readFile(flowFile, "utf8")).replace("echo hello from Node-RED", "echo my own words");
  await writeFile(flowFile, edited);
  const second = startDemo(t, { port: await freePort(), userDir });
  assert.equal((await addresses(second)).length, 3);
  signalGroup(second.child, "SIGINT");
  assert.equal(await second.ended, 0);
  assert.equal(await readFile(flowFile, "utf8"), edited);
});

/** The console and the page of the simulator, one after the other. */
async function visit(demo: Demo, t: TestContext): Promise<void> {
  const [editor = "", console = "", device = ""] = await addresses(demo);
  const browser = await launchBrowser();
  t.after(() => browser.close());
  const page = await browser.newPage({ ignoreHTTPSErrors: true });

  await t.test("the console shows the screen, and what is done there reaches the computer", async () => {
    await page.goto(console);
    await page.locator('.pikvm-screen[data-online="true"] img[src^="data:image/jpeg"]').waitFor();
    await page.locator('.pikvm-power[data-power="on"]').waitFor();
    await page.getByText("debian-13-netinst.iso").first().waitFor();
    const line = page.getByLabel("Type a line, then Enter");
    await line.fill("echo from the page");
    await line.press("Enter");
    await until(async () => (await stateOf(device)).screen.includes("from the page"), { what: "what was typed", pause: PAUSE });
    await page.getByRole("checkbox").press("Space");
    await until(async () => (await bodyOf(`${device}/state`)).includes('"channel": "relay1", "on": true'), { what: "the relay", pause: PAUSE }); // prettier-ignore
    await page.locator(".pikvm-events li", { hasText: "relay1.state" }).first().waitFor();
    await page.getByRole("button", { name: "Eject" }).press("Enter");
    await until(async () => (await stateOf(device)).drive === null, { what: "the ejected drive", pause: PAUSE });
  });

  await t.test("what the device said is shown as old while it is not reached", async () => {
    const isOld = (value: boolean) => page.locator(`.pikvm-screen[data-lost="${value}"] img`);
    await isOld(false).waitFor();
    const order = { control: "network", seconds: 4 };
    assert.equal((await page.request.post(`${device}/control`, { data: order, ignoreHTTPSErrors: true })).status(), 204);
    await isOld(true).waitFor();
    await page.locator('.pikvm-power[data-lost="true"]', { hasText: "was on" }).waitFor();
    await page.getByText("was nothing").waitFor();
    await isOld(false).waitFor({ timeout: TIMEOUT });
    await page.locator('.pikvm-power[data-lost="false"]', { hasText: "on" }).waitFor();
  });

  await t.test("errors are shown by name", async () => {
    for (const [inject, said] of Object.entries({ "no such action": "explode", "no such image": "no-such-image.iso" })) {
      const id = idOf(readFlow(path.join(CHECKOUT, "src/demo/flow.json")), "inject", inject);
      assert.equal(await statusOf(`${editor}inject/${id}`, "POST"), 200);
      await page.locator('.pikvm-error[data-error="ConfigurationError"]', { hasText: said }).waitFor();
    }
  });

  await t.test("the simulator's page shows the screen, and its controls work", async () => {
    await page.goto(device);
    await page.locator("#screen", { hasText: "from the page" }).waitFor();
    await page.locator("#ports", { hasText: "nas" }).waitFor();
    await page.getByRole("button", { name: "Pull the computer's power plug" }).click();
    await page.locator("#dark", { hasText: "unplugged" }).waitFor();
    await page.getByRole("button", { name: "Put the power plug back" }).click();
    await page.locator("#dark", { hasText: "off" }).waitFor();
  });
}

/** As page-state.ts of the simulator writes it. */
interface SimulatorState {
  leds: { power: boolean };
  screen: string[];
  typed: string;
  drive: { image: string } | null;
}

async function stateOf(device: string): Promise<SimulatorState> {
  return JSON.parse(await bodyOf(`${device}/state`)) as SimulatorState; // it says so
}

function bodyOf(url: string, headers: Record<string, string> = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    httpsGet(url, { agent: false, rejectUnauthorized: false, headers }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => (text += chunk));
      response.on("end", () => resolve(text));
    }).on("error", reject);
  });
}

test("with PIKVM_URL and its fingerprint it uses that device, and writes no password anywhere", async (t) => {
  const passwd = "a-secret-of-the-test";
  const device = await startSimulator({ passwd });
  t.after(() => device.close());
  const userDir = await temporaryFolder(t);
  const env = { PIKVM_URL: device.url, PIKVM_USER: "admin", PIKVM_PASSWORD: passwd, PIKVM_FINGERPRINT: device.fingerprint };
  const demo = startDemo(t, { port: await freePort(), userDir, env });
  assert.ok((await addresses(demo)).includes(device.url));
  await until(() => device.sessions > 0, { what: "the events node's connection" });
  for (const file of ["flows.json", "flows_cred.json", "settings.cjs"]) {
    assert.ok(existsSync(path.join(userDir, file)));
    assert.ok(!(await readFile(path.join(userDir, file), "utf8")).includes(passwd), file);
  }
  assert.ok(!demo.output().includes(passwd));
  signalGroup(demo.child, "SIGINT");
  assert.equal(await demo.ended, 0);
});

