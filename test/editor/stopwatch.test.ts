import assert from "node:assert/strict";
import { test } from "node:test";
import { startSimulator } from "../../src/simulator";
import { skip } from "../examples/browser";
import { ChildNodeRed } from "../harness/child-node-red";
import { Dialog } from "./dialog";
import { Editor } from "./editor";
import { LANE } from "./lane";

const PASSWORD = "kEy-Stone_9042";

/** From an empty Node-RED to a host that is on, confirmed by its LED. A double click is two, a drag is none. */
const ALLOWED = { clicks: 12, fields: 4 };

test("the first host is on after few clicks", { skip }, async (t) => {
  const simulator = await startSimulator({ passwd: PASSWORD, ledDelay: 50 });
  t.after(() => simulator.close());
  const nodeRed = await ChildNodeRed.start(LANE);
  t.after(() => nodeRed.stop());
  const editor = await Editor.open(nodeRed);
  t.after(() => editor.close());
  const { page } = editor;
  await page.evaluate(() => {
    const counted = globalThis as unknown as { presses: number };
    counted.presses = 0;
    let from = { x: 0, y: 0 };
    const isNear = ({ clientX, clientY }: PointerEvent) => Math.hypot(clientX - from.x, clientY - from.y) < 5;
    document.addEventListener("pointerdown", ({ clientX, clientY }) => (from = { x: clientX, y: clientY }), true);
    document.addEventListener("pointerup", (event) => (counted.presses += Number(isNear(event))), true);
  });
  let fields = 0;

  const inject = await editor.drag("inject", 150, 350);
  const power = await editor.drag("pikvm-atx-power", 400, 350);
  await editor.wire(inject, power);
  await editor.shape(power).locator(".red-ui-flow-node").first().dblclick();
  // The action from the message becomes one that is chosen here, of which the first is on.
  await page.locator("#pikvm-row-action .red-ui-typedInput-type-select").click();
  await page.locator(".red-ui-typedInput-options:visible a").first().click();
  await page.locator("#node-input-btn-device-add").click();
  await page.locator("#node-config-dialog-ok").click({ trial: true });
  for (const [field, value] of Object.entries({ address: simulator.url, user: "admin", password: PASSWORD })) {
    await page.locator(`#node-config-input-${field}`).fill(value);
    fields += 1;
  }
  await page.locator("#pikvm-connect").click();
  await page.locator("#pikvm-certificate-trust").click();
  await page.locator('#pikvm-steps [data-step="power"]').waitFor();
  await page.locator("#node-config-dialog-ok").click();
  await page.locator("#node-config-dialog-ok").waitFor({ state: "detached" });
  await page.locator("#node-dialog-ok").click();
  await page.locator("#red-ui-editor-shade").waitFor({ state: "hidden" });
  await nodeRed.deployed(() => editor.deploy());
  await editor.shape(inject).locator(".red-ui-flow-node-button-button").click();
  await editor
    .shape(power)
    .locator(".red-ui-flow-node-status-label")
    .getByText(/^on · \d\d:\d\d$/)
    .waitFor();
  assert.equal(simulator.host.power, true);

  const clicks = await page.evaluate(() => (globalThis as unknown as { presses: number }).presses);
  t.diagnostic(`${clicks} clicks, ${fields} fields`);
  assert.ok(clicks <= ALLOWED.clicks, `${clicks} clicks`);
  assert.ok(fields <= ALLOWED.fields, `${fields} fields`);
  const dialog = await Dialog.ofNode(editor, power);
  const { action, wait } = await dialog.shown([{ field: "action", type: "" }, { field: "wait", type: "" }]); // prettier-ignore
  assert.deepEqual({ action, wait }, { action: "on", wait: "led" });
  await dialog.cancel();
  assert.deepEqual(editor.problems, []);
  assert.deepEqual(nodeRed.errors, []);
});
