import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import { startSimulator, type Simulator } from "../../src/simulator";
import { skip } from "../examples/browser";
import { ChildNodeRed } from "../harness/child-node-red";
import { device, node } from "../harness/flows";
import { until } from "../harness/until";
import { Dialog } from "./dialog";
import { Editor } from "./editor";

const DEVICE = { id: "device", type: "pikvm-device", address: "127.0.0.1:1", trust: "fingerprint", fingerprint: "" };

describe("what dialogs do while they are filled in", { skip }, () => {
  let simulator: Simulator;
  let nodeRed: ChildNodeRed;
  let editor: Editor;
  const suggestions = () => editor.page.locator(".red-ui-autoComplete-container");

  before(async () => {
    simulator = await startSimulator({ images: { "debian-live.iso": 1 }, switchUnits: 1 });
    simulator.state.switch.chain.settingsOf(1).name = "web server";
    const { gpio } = simulator.state;
    gpio.addInput("door");
    const row = [
      { type: "label", text: "Front door" } as const,
      { type: "input", channel: "door", color: "green" } as const,
    ];
    gpio.model = { ...gpio.model, view: { ...gpio.model.view, table: [row] } };
    nodeRed = await ChildNodeRed.start();
    await nodeRed.deploy([
      { id: "tab", type: "tab", label: "live" },
      {
        ...DEVICE,
        user: "admin",
        auth: "headers",
        tls: "",
        connectTimeout: "60",
        timeout: "10",
        videoIdle: "30",
        readOnly: false,
      },
      device(simulator, { id: "lab" }),
      node("pikvm-msd-mount", { id: "mount", device: "lab", x: 150, y: 300, wires: [[], []] }),
      node("pikvm-kvm-switch", { id: "switch", device: "lab", x: 400, y: 380, wires: [[], []] }),
      node("pikvm-events", { id: "events", x: 150, y: 200, wires: [[], []] }),
      node("pikvm-events", { id: "inputs", device: "lab", x: 150, y: 380, wires: [[], []] }),
      node("pikvm-hid-keys", { id: "keys", x: 400, y: 200, wires: [[], []] }),
      node("pikvm-hid-mouse", { id: "mouse", x: 650, y: 300, wires: [[], []] }),
      node("pikvm-atx-power", { id: "power", x: 650, y: 200, wires: [[], []] }),
    ]);
    editor = await Editor.open(nodeRed.url);
  });

  after(async () => {
    await nodeRed.stop();
    await simulator.close();
    // Last: where there is no browser, there is no editor to close.
    await editor.close();
  });

  afterEach(() => editor.closeDialogs());

  test("device: a certificate that cannot be read is said to be so", async () => {
    const dialog = await Dialog.ofConfig(editor, "pikvm-device", "device");
    await editor.page.locator("#pikvm-certificate-get").click();
    await editor.page.locator("#pikvm-certificate .pikvm-warning").getByText("127.0.0.1").waitFor();
    await editor.picture("device-unreachable");
    await dialog.cancel();
  });

  test("atx-power: only what matters to the action is asked for", async () => {
    const dialog = await Dialog.ofNode(editor, "power");
    const asked = async (action: string) => {
      await dialog.set({ field: "action", type: "choice", value: action });
      return dialog.visibleRows();
    };
    assert.deepEqual(await asked("state"), ["Device", "Action", "Name"]);
    assert.deepEqual(await asked("on"), ["Device", "Action", "Wait until", "If busy, retry for", "Name"]);
    const cycle = ["Confirmed within", "Hold button after", "Stay off for", "If busy, retry for"];
    assert.deepEqual(await asked("cycle"), ["Device", "Action", ...cycle, "Name"]);
    await dialog.cancel();
  });

  test("msd-mount: the images of the device are suggested", async () => {
    const dialog = await Dialog.ofNode(editor, "mount");
    await dialog.set({ field: "image", type: "str", value: "" });
    await dialog.textOf("image").pressSequentially("deb");
    await suggestions().getByText("debian-live.iso").click();
    assert.equal(await dialog.textOf("image").inputValue(), "debian-live.iso");
    await dialog.cancel();
  });

  test("kvm-switch: only what matters to the action is asked for, and the ports of the device are suggested", async () => {
    const dialog = await Dialog.ofNode(editor, "switch");
    const asked = async (...choices: [field: string, value: string][]) => {
      for (const [field, value] of choices) await dialog.set({ field, type: "choice", value });
      return (await dialog.visibleRows()).slice(2, -1);
    };
    assert.deepEqual(await asked(["action", "state"]), []);
    assert.deepEqual(await asked(["action", "edid_create"]), ["EDID", "Data"]);
    assert.deepEqual(await asked(["action", "edid_assign"]), ["EDID", "Port", "Confirmed within"]);
    assert.deepEqual(await asked(["action", "beacon_on"]), ["Beacon of", "Port", "Confirmed within"]);
    assert.deepEqual(await asked(["light", "uplink"]), ["Beacon of", "Unit", "Confirmed within"]);
    const led = ["Port", "Power", "Confirmed within", "If busy, retry for"];
    assert.deepEqual(await asked(["action", "power"], ["power", "ensure_on"]), led);
    assert.deepEqual(await asked(["power", "on"]), ["Port", "Power", "Wait until", "If busy, retry for"]);
    assert.deepEqual(await asked(["action", "select"]), ["Port", "Confirmed within"]);
    await dialog.set({ field: "port", type: "str", value: "" });
    await dialog.textOf("port").pressSequentially("web");
    await suggestions().getByText("web server").click();
    assert.equal(await dialog.textOf("port").inputValue(), "web server");
    await dialog.cancel();
  });

  test("hid-mouse: a drag goes from one point to another; what is said about clicks and scrolling is not for it", async () => {
    const dialog = await Dialog.ofNode(editor, "mouse");
    const forClicks = dialog.tray.getByText("a click where the pointer is");
    assert.ok(await forClicks.isVisible());
    await dialog.set({ field: "action", type: "choice", value: "drag" });
    const points = ["From X", "From Y", "To X", "To Y"];
    assert.deepEqual((await dialog.visibleRows()).slice(4, -1), [...points, "Takes", "Steps", "Wait for the host"]);
    assert.ok(!(await forClicks.isVisible()));
    await dialog.set({ field: "action", type: "choice", value: "click" });
    assert.deepEqual((await dialog.visibleRows()).slice(4, -1), ["X", "Y", "Hold for", "Wait for the host"]);
    assert.ok(await forClicks.isVisible());
    await dialog.cancel();
  });

  test("hid-keys: names of keys are suggested, one after the other", async () => {
    const dialog = await Dialog.ofNode(editor, "keys");
    await dialog.set({ field: "action", type: "choice", value: "shortcut" });
    const keys = dialog.textOf("keys");
    await keys.fill("");
    await keys.pressSequentially("ctrl");
    await suggestions().getByText("ControlLeft (Ctrl, Control)", { exact: true }).click();
    await keys.pressSequentially("+del");
    await suggestions().getByText("Delete (Del)", { exact: true }).click();
    assert.equal(await keys.inputValue(), "ControlLeft+Delete");
    await keys.pressSequentially("+numpade");
    await suggestions().waitFor();
    await keys.press("Enter");
    await dialog.save();
    assert.equal((await editor.node("keys"))["keys"], "ControlLeft+Delete+NumpadEnter");
  });

  test("hid-keys: a secret text has a field of its own", async () => {
    const dialog = await Dialog.ofNode(editor, "keys");
    await dialog.set({ field: "action", type: "choice", value: "text" });
    assert.ok(!(await dialog.visibleRows()).includes("Secret text"));
    await dialog.set({ field: "text", type: "secret", value: "" });
    assert.ok((await dialog.visibleRows()).includes("Secret text"));
    await dialog.cancel();
  });

  test("events: paths are suggested, and one that is none is marked and makes the node invalid", async () => {
    const dialog = await Dialog.ofNode(editor, "events");
    const add = editor.page.locator(".red-ui-editableList-addButton:visible");
    const paths = editor.page.locator("input.pikvm-path");
    await add.click();
    await paths.nth(1).pressSequentially("caps");
    await suggestions().getByText("hid.keyboard.leds.caps").click();
    await add.click();
    await paths.nth(2).fill("power led");
    await paths.nth(2).blur();
    assert.match(String(await paths.nth(2).getAttribute("class")), /input-error/);
    assert.equal(await paths.nth(2).getAttribute("title"), '"power led" is not a path such as atx.leds.power');
    await editor.picture("events-paths");
    await dialog.save();
    const { properties, validationErrors } = await editor.node("events");
    assert.deepEqual(properties, ["atx.leds.power", "hid.keyboard.leds.caps", "power led"]);
    assert.ok(validationErrors.includes('Properties: "power led" is not a path such as atx.leds.power'));
  });

  test("events: inputs and relays of the device are suggested by their labels", async () => {
    const dialog = await Dialog.ofNode(editor, "inputs");
    await editor.page.locator(".red-ui-editableList-addButton:visible").click();
    const path = editor.page.locator("input.pikvm-path").nth(1);
    const suggestion = suggestions().getByText("gpio.state.inputs.door.state  \u2013  Front door");
    await until(async () => {
      // They are there once the device has answered; a person types on.
      await path.fill("");
      await path.pressSequentially("front");
      return suggestion.isVisible();
    });
    await editor.picture("events-inputs");
    await suggestion.click();
    assert.equal(await path.inputValue(), "gpio.state.inputs.door.state");
    await dialog.cancel();
  });

  test("events: a time for idle is needed where idle is among the properties", async () => {
    const dialog = await Dialog.ofNode(editor, "inputs");
    await editor.page.locator("input.pikvm-path").first().fill("idle");
    await dialog.set({ field: "idleSeconds", value: "0" });
    await dialog.save();
    const { validationErrors } = await editor.node("inputs");
    assert.deepEqual(validationErrors, ["Idle after: must be a number from 1 to 86400"]);
  });

  test("events: a node that would never send anything is invalid", async () => {
    const dialog = await Dialog.ofNode(editor, "events");
    const remove = editor.page.locator(".red-ui-editableList-item-remove:visible");
    for (let last = (await remove.count()) - 1; last >= 0; last -= 1) {
      await remove.nth(last).click();
      await remove.nth(last).waitFor({ state: "detached" });
    }
    await dialog.set({ field: "connection", value: false });
    await dialog.save();
    const { validationErrors } = await editor.node("events");
    assert.ok(validationErrors.includes("Properties: add one, or no message will ever be sent"));
  });

  test("events: the kinds that are ticked are kept", async () => {
    const dialog = await Dialog.ofNode(editor, "events");
    await dialog.set({ field: "mode", value: "raw" });
    for (const kind of ["msd", "clients"]) await editor.page.locator(`#pikvm-kinds-${kind}`).check();
    await dialog.save();
    assert.deepEqual((await editor.node("events"))["kinds"], ["msd", "clients"]);
    const again = await Dialog.ofNode(editor, "events");
    assert.equal(await editor.page.locator("#pikvm-kinds input:checked").count(), 2);
    await again.cancel();
  });

  test("the page complains about nothing but the certificate that could not be read", () => {
    assert.deepEqual(
      editor.problems.filter((problem) => !problem.includes("400 (Bad Request)")),
      [],
    );
  });
});
