import assert from "node:assert/strict";
import { test } from "node:test";
import type { Page } from "playwright-core";
import { startSimulator } from "../../src/simulator";
import { skip } from "../examples/browser";
import { AedesBroker } from "../harness/aedes";
import { Topics } from "../harness/topics";
import { until } from "../harness/until";
import { Dialog } from "./dialog";
import { PICTURES } from "./editor";
import { openWith } from "./shared";

const PASSWORD = "kEy-Stone_9042";

/** From an empty Node-RED to a host that is on, confirmed by its LED. A double click is two, a drag is none. */
const ALLOWED = { clicks: 12, fields: 4 };

const NOT_TRUSTED = "Device: Fingerprint: press Connect, compare the device's certificate and trust it";

test("a flow built by hand powers the host on", { skip }, async (t) => {
  const simulator = await startSimulator({ passwd: PASSWORD, ledDelay: 50 });
  t.after(() => simulator.close());
  const { nodeRed, editor } = await openWith([]);
  t.diagnostic(`with PICTURES=yes, pictures are in ${PICTURES}`);
  const { page } = editor;
  const { x, y } = { x: 150, y: 350 };
  const status = (id: string) => editor.shape(id).locator(".red-ui-flow-node-status-label");
  const address = Object.entries({ address: simulator.url, user: "admin", password: PASSWORD });

  const relay = await editor.drag("pikvm-gpio", x + 250, y + 100);
  const debug = await editor.drag("debug", x + 500, y);
  const clicks = await countClicks(page);
  const power = await editor.drag("pikvm-atx-power", x + 250, y);
  const inject = await editor.drag("inject", x, y);

  await t.test("a node without a device is marked, with the reason", async () => {
    const { valid, validationErrors } = await editor.node(power);
    assert.equal(valid, false);
    assert.deepEqual(validationErrors, ["Device: choose or add a PiKVM"]);
  });

  await t.test("by the stopwatch: a device is added from the dialog, and the host is on after few clicks", async () => {
    await editor.wire(inject, power);
    await editor.shape(power).locator(".red-ui-flow-node").first().dblclick();
    const whatToDo = page.getByText("Which PiKVM?");
    await whatToDo.waitFor();
    // The action from the message becomes one that is chosen here, of which the first is on.
    await page.locator("#pikvm-row-action .red-ui-typedInput-type-select").click();
    await page.locator(".red-ui-typedInput-options:visible a").first().click();
    await page.locator("#node-input-btn-device-add").click();
    await page.locator("#node-config-dialog-ok").click({ trial: true });
    for (const [field, value] of address) await page.locator(`#node-config-input-${field}`).fill(value);
    await page.locator("#pikvm-connect").click();
    await page.locator("#pikvm-certificate-trust").click();
    await page.locator('#pikvm-steps [data-step="power"]').waitFor();
    await editor.picture("by-hand-1-device");
    await page.locator("#node-config-dialog-ok").click();
    await page.locator("#node-config-dialog-ok").waitFor({ state: "detached" });
    await whatToDo.waitFor({ state: "hidden" });
    await editor.picture("by-hand-2-atx-power");
    await page.locator("#node-dialog-ok").click();
    await page.locator("#red-ui-editor-shade").waitFor({ state: "hidden" });
    // With a node that nobody has given a device yet, the editor asks.
    await nodeRed.deployed(() => editor.deploy({ isAsked: true }));
    assert.equal(simulator.host.power, false);
    await editor.shape(inject).locator(".red-ui-flow-node-button-button").click();
    await until(() => simulator.host.power, { what: "the host's power" });
    await status(power)
      .getByText(/^on · \d\d:\d\d$/)
      .waitFor();

    t.diagnostic(`${await clicks()} clicks, ${address.length} fields`);
    assert.ok((await clicks()) <= ALLOWED.clicks, `${await clicks()} clicks`);
    assert.ok(address.length <= ALLOWED.fields);
    const { valid, action, wait } = await editor.node(power);
    assert.deepEqual({ valid, action, wait }, { valid: true, action: "on", wait: "led" });
    await editor.shape(power).getByText("on · wait for LED").waitFor();
  });

  await t.test("a node that was there before its only device needs no choice", async () => {
    const dialog = await Dialog.ofNode(editor, relay);
    assert.ok(!(await dialog.tray.getByText("Which PiKVM?").isVisible()));
    await dialog.save();
    const { valid, device } = await editor.node(relay);
    assert.deepEqual({ valid, device }, { valid: true, device: (await editor.node(power))["device"] });
    await editor.wire(power, debug);
    await page.locator(".red-ui-notification").first().waitFor({ state: "detached" });
    // Pointing at something on the workspace has scrolled it in Node-RED 5.
    await page.locator("#red-ui-workspace-chart").evaluate((chart) => chart.scrollTo(0, 0));
    await editor.picture("by-hand-3-light");
    await editor.setTheme("dark");
    await editor.picture("by-hand-3-dark");
    await editor.setTheme("light");
  });

  await t.test("a bridge needs a broker besides: then the device is there, and Home Assistant is told", async () => {
    const broker = new AedesBroker();
    await broker.start();
    t.after(() => broker.stop());
    const topics = await Topics.of(broker);
    t.after(() => topics.close());
    const bridge = await editor.drag("pikvm-mqtt-bridge", x, y + 100);
    assert.deepEqual((await editor.node(bridge)).validationErrors, ["MQTT broker: choose one, or add one"]);

    const dialog = await Dialog.ofNode(editor, bridge);
    const place = dialog.tray.locator("#pikvm-row-topic + .pikvm-hint code").first();
    assert.match(await place.innerText(), /^pikvm\/127_0_0_1_\d+$/);
    await dialog.set({ field: "topic", value: "Büro 2" });
    assert.equal(await place.innerText(), "pikvm/Buro_2");
    const whatToTell = dialog.tray.getByText("So that Home Assistant and");
    assert.ok(await whatToTell.isVisible());
    const button = page.locator("#node-input-btn-broker-add");
    assert.deepEqual([await button.getAttribute("role"), await button.getAttribute("tabindex")], ["button", "0"]);
    const added = await dialog.add("broker");
    await added.enter([
      { field: "broker", value: "127.0.0.1" },
      { field: "port", value: String(broker.port) },
      ...["birth", "close", "will"].flatMap((message) => [
        { field: `${message}Topic`, value: "nodered/status" },
        { field: `${message}Payload`, value: message === "birth" ? "online" : "offline" },
        { field: `${message}Retain`, value: "true" },
      ]),
    ]);
    await added.save();
    await whatToTell.waitFor({ state: "hidden" });
    await editor.picture("by-hand-4-bridge");
    await dialog.save();
    const another = await editor.drag("pikvm-mqtt-bridge", x, y + 200);
    const { valid, broker: chosen } = await editor.node(another);
    assert.deepEqual({ valid, chosen }, { valid: true, chosen: (await editor.node(bridge))["broker"] });
    await page.evaluate(() => RED.history.pop());

    await nodeRed.deployed(() => editor.deploy());
    await topics.untilSaid("pikvm/Buro_2/availability", "online");
    await topics.untilSaid("pikvm/Buro_2/power", "on");
    await topics.untilSaid("nodered/status", "online");
    const config = await until(() => topics.latest(`homeassistant/device/pikvm_${bridge}/config`));
    const { components, availability } = JSON.parse(config) as Record<string, Record<string, unknown>>;
    assert.ok(components && "power" in components && !("type" in components), "at first only power is commanded");
    assert.equal(Object.keys(availability ?? {}).length, 2);
    await status(bridge).getByText("connected").waitFor();
  });

  await t.test(
    "of a device that nobody has connected to, what is missing is said in the dialog and after Deploy",
    async () => {
      const dialog = await Dialog.ofNode(editor, relay);
      const device = await dialog.add("device");
      for (const [field, value] of address) await device.set({ field, value });
      assert.ok(await device.tray.getByText("Connect shows the device's certificate first").isVisible());
      await device.save();
      await dialog.showsReason("device", NOT_TRUSTED);
      await dialog.save();
      // The bridge connects anew.
      const asked = () => simulator.requests.filter(({ path }) => path !== "/api/ws").length;
      const before = asked();
      await nodeRed.deployed(() => editor.deploy({ isAsked: true }));
      assert.deepEqual((await editor.node(relay)).validationErrors, [NOT_TRUSTED]);
      await status(relay).getByText("no trusted certificate").waitFor();
      assert.equal(asked(), before, "nothing is sent to whom nobody has trusted");
    },
  );

  await t.test("neither the page nor Node-RED complained", () => {
    assert.deepEqual(editor.problems, []);
    assert.deepEqual(nodeRed.errors, []);
  });
});

/** @returns the number of clicks since then. */
async function countClicks(page: Page): Promise<() => Promise<number>> {
  await page.evaluate(() => {
    const counted = globalThis as unknown as { presses: number };
    counted.presses = 0;
    let from = { x: 0, y: 0 };
    const isNear = ({ clientX, clientY }: PointerEvent) => Math.hypot(clientX - from.x, clientY - from.y) < 5;
    document.addEventListener("pointerdown", ({ clientX, clientY }) => (from = { x: clientX, y: clientY }), true);
    document.addEventListener("pointerup", (event) => (counted.presses += Number(isNear(event))), true);
  });
  return () => page.evaluate(() => (globalThis as unknown as { presses: number }).presses);
}
