import assert from "node:assert/strict";
import { test } from "node:test";
import { startSimulator, type Simulator } from "../../src/simulator";
import { Mosquitto, skip as skipMosquitto } from "../harness/mosquitto";
import { Topics } from "../harness/topics";
import { until } from "../harness/until";
import { launchBrowser, skip as skipBrowser } from "./browser";
import { startChild } from "./child";
import { example, filledIn } from "./example";

const HOSTS = ["pikvm", "pikvm-2", "pikvm-3"];
const skip = skipMosquitto || skipBrowser;

test("fleet-over-mqtt.json on two Node-REDs", { skip }, async (t) => {
  const broker = new Mosquitto();
  await broker.start();
  t.after(() => broker.stop());
  const simulators = new Map<unknown, Simulator>();
  for (const host of HOSTS) simulators.set(host, await startSimulator());
  t.after(() => Promise.all([...simulators.values()].map((simulator) => simulator.close())));
  const topics = await Topics.of(broker);
  t.after(() => topics.close());
  const flow = filledIn(example("fleet-over-mqtt.json"), (name) => simulators.get(name) ?? assert.fail()).map((node) =>
    node.type === "mqtt-broker" ? { ...node, broker: "127.0.0.1", port: broker.port } : node,
  );
  const start = async (presence: string) => {
    const child = await startChild(flow, { NODE_RED_PRESENCE: presence });
    t.after(() => child.stop());
    return child;
  };
  const [one, two] = await Promise.all([start("nodered/one"), start("nodered/two")]);
  await until(() => HOSTS.every((host) => topics.latest(`pikvm/${host}/availability`) === "online"));
  const holderOf = (host: string): unknown => {
    const claim = topics.latest(`pikvm/${host}/claim`);
    return claim ? (JSON.parse(claim) as { presence: string }).presence : undefined;
  };
  const [victim, other, survivor] =
    holderOf("pikvm-2") === "nodered/one" ? [one, two, "nodered/two"] : [two, one, "nodered/one"];
  const browser = await launchBrowser();
  t.after(() => browser.close());
  const page = await browser.newPage();
  await page.goto(`${other.url}/dashboard/pikvm-fleet-mqtt`);
  const row = (host: string) => page.locator(`tr[data-host="${host}"]`);
  const shows = (host: string, power: string, holder: string) =>
    page.locator(`tr[data-host="${host}"][data-holder="${holder}"] [data-power="${power}"]`).waitFor();

  await t.test("each device is with one of them, and a page shows those of all", async () => {
    for (const host of HOSTS) await shows(host, "off", String(holderOf(host)));
  });

  await t.test("a button on the page reaches a device, whoever has it", async () => {
    await row("pikvm-2").getByRole("button", { name: "on", exact: true }).press("Enter");
    await until(() => simulators.get("pikvm-2")?.host.power, { what: "the power of the second host" });
    await shows("pikvm-2", "on", String(holderOf("pikvm-2")));
    assert.deepEqual(simulators.get("pikvm-2")?.host.presses.length, 1);
  });

  await t.test("one is killed, and the other has all devices, with the same topics", async () => {
    const config = () => topics.latest("homeassistant/device/pikvm_pikvm_pikvm-2/config");
    const before = await until(config, { what: "the message to Home Assistant" });
    await victim.kill();
    for (const host of HOSTS) await shows(host, host === "pikvm-2" ? "on" : "off", survivor);
    await until(() => config()?.includes(survivor), { what: "the new availability" });
    assert.equal(config()?.replaceAll(survivor, "x"), before.replaceAll(/nodered\/(one|two)/g, "x"));
    assert.deepEqual(simulators.get("pikvm-2")?.host.presses.length, 1);
  });
});
