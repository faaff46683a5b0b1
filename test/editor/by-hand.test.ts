import assert from "node:assert/strict";
import { test } from "node:test";
import { startSimulator } from "../../src/simulator";
import { skip } from "../examples/browser";
import { ChildNodeRed } from "../harness/child-node-red";
import { until } from "../harness/until";
import { Dialog } from "./dialog";
import { Editor, PICTURES } from "./editor";
import { LANE } from "./lane";

const PASSWORD = "kEy-Stone_9042";

test("a flow built by hand powers the host on", { skip }, async (t) => {
  const simulator = await startSimulator({ passwd: PASSWORD, ledDelay: 50 });
  t.after(() => simulator.close());
  const nodeRed = await ChildNodeRed.start(LANE);
  t.after(() => nodeRed.stop());
  const editor = await Editor.open(nodeRed);
  t.after(() => editor.close());
  t.diagnostic(`with PICTURES=yes, pictures are in ${PICTURES}`);
  const { page } = editor;
  const { x, y } = { x: 150, y: 350 };

  const power = await editor.drag("pikvm-atx-power", x + 250, y);
  const relay = await editor.drag("pikvm-gpio", x + 250, y + 100);
  const inject = await editor.drag("inject", x, y);
  const debug = await editor.drag("debug", x + 500, y);

  await t.test("a node without a device is marked, with the reason", async () => {
    const { valid, validationErrors } = await editor.node(power);
    assert.equal(valid, false);
    assert.deepEqual(validationErrors, ["Device: choose or add a PiKVM"]);
  });

  await t.test("the device is added from the dialog of the node", async () => {
    const dialog = await Dialog.ofNode(editor, power);
    const whatToDo = dialog.tray.getByText("Which PiKVM?");
    assert.ok(await whatToDo.isVisible());
    await dialog.showsReason("device", "Device: choose or add a PiKVM");
    const device = await dialog.add("device");
    await device.set({ field: "name", value: "bench" });
    await device.set({ field: "address", value: simulator.url });
    await device.set({ field: "user", value: "admin" });
    await device.set({ field: "password", value: PASSWORD });
    await page.locator("#pikvm-connect").click();
    await page.locator("#pikvm-certificate-trust").click();
    await page.locator('#pikvm-steps [data-step="power"]').waitFor();
    await editor.picture("by-hand-1-device");
    assert.equal(await device.field("fingerprint").inputValue(), simulator.fingerprint);
    await device.save();
    await whatToDo.waitFor({ state: "hidden" });
    await dialog.set({ field: "action", type: "choice", value: "on" });
    await dialog.set({ field: "wait", type: "choice", value: "led" });
    await editor.picture("by-hand-2-atx-power");
    await dialog.save();
    assert.equal((await editor.node(power)).valid, true);
    await editor.shape(power).getByText("on · wait for LED").waitFor();
  });

  await t.test("a node that was there before its only device needs no choice", async () => {
    const dialog = await Dialog.ofNode(editor, relay);
    await dialog.save();
    const { valid, device } = await editor.node(relay);
    assert.deepEqual({ valid, device }, { valid: true, device: (await editor.node(power))["device"] });
  });

  await t.test("wired, deployed and injected, it switches the host on and says so", async () => {
    await editor.wire(inject, power);
    await editor.wire(power, debug);
    await nodeRed.deployed(() => editor.deploy());
    assert.equal(simulator.host.power, false);
    await editor.shape(inject).locator(".red-ui-flow-node-button-button").click();
    await until(() => simulator.host.power, { what: "the host's power" });
    await editor
      .shape(power)
      .locator(".red-ui-flow-node-status-label")
      .getByText(/^on · \d\d:\d\d$/)
      .waitFor();
    await page.locator(".red-ui-notification").first().waitFor({ state: "detached" });
    // Pointing at something on the workspace has scrolled it in Node-RED 5.
    await page.locator("#red-ui-workspace-chart").evaluate((chart) => chart.scrollTo(0, 0));
    await editor.picture("by-hand-3-light");
    await editor.setTheme("dark");
    await editor.picture("by-hand-3-dark");
  });

  await t.test("neither the page nor Node-RED complained", () => {
    assert.deepEqual(editor.problems, []);
    assert.deepEqual(nodeRed.errors, []);
  });
});
