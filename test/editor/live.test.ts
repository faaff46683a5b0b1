import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import type { Locator } from "playwright-core";
import { DEEDS } from "../../nodes/deeds";
import { startSimulator, type Simulator } from "../../src/simulator";
import { skip } from "../examples/browser";
import { device, node } from "../harness/flows";
import { once } from "../harness/lines";
import { defaultsOf } from "../harness/registered";
import { until } from "../harness/until";
import { Dialog } from "./dialog";
import type { Editor } from "./editor";
import { openWith } from "./shared";

const DEVICE = { id: "device", type: "pikvm-device", address: "127.0.0.1:1", trust: "fingerprint", fingerprint: "" };

/** Each instance of it chooses a device. */
const SUBFLOW = {
  ...{ id: "subflow", type: "subflow", name: "kvm", in: [], out: [] },
  env: [{ name: "KVM", type: "pikvm-device", value: "", ui: { type: "conf-types" } }],
};

const NOT_TRUSTED = "Device: Fingerprint: press Connect, compare the device's certificate and trust it";

describe("what dialogs do while they are filled in", { skip }, () => {
  let simulator: Simulator;
  let editor: Editor;
  const list = () => editor.page.locator(".pikvm-popup");
  const option = (name: string) => list().getByRole("option", { name, exact: true });
  const options = () => list().getByRole("option").allInnerTexts();
  const notes = () => list().locator(".pikvm-popup-note").allInnerTexts();
  /** Once the device has answered. */
  const answered = () => list().getByText("Ask the device again").waitFor();
  /** What the list of a field shows, line by line, in one text each. */
  const listed = async (field: Locator) => {
    await field.blur();
    await field.focus();
    await answered();
    return (await options()).map((line) => line.replace(/\s+/g, " ").trim());
  };

  before(async () => {
    simulator = await startSimulator({ images: { "debian-live.iso": 3_700_000 }, switchUnits: 1 });
    const { chain } = simulator.state.switch;
    chain.settingsOf(1).name = "web server";
    chain.active = 1;
    const { gpio } = simulator.state;
    gpio.addInput("door");
    const row = [
      { type: "label", text: "Front door" } as const,
      { type: "input", channel: "door", color: "green" } as const,
    ];
    gpio.model = { ...gpio.model, view: { ...gpio.model.view, table: [row] } };
    ({ editor } = await openWith([
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
      device(simulator, { id: "lab", allowed: ["newer: action"] }),
      device(simulator, { id: "dead", name: "gone", address: "127.0.0.1:1" }),
      node("pikvm-msd-mount", { id: "mount", device: "lab", x: 150, y: 300, wires: [[], []] }),
      node("pikvm-kvm-switch", { id: "switch", device: "lab", x: 400, y: 380, wires: [[], []] }),
      node("pikvm-events", { id: "events", x: 150, y: 200, wires: [[], []] }),
      node("pikvm-events", { id: "inputs", device: "lab", x: 150, y: 380, wires: [[], []] }),
      node("pikvm-gpio", { id: "gpio", device: "lab", x: 650, y: 380, wires: [[], []] }),
      node("pikvm-wait-until", { id: "wait", device: "lab", x: 150, y: 460, wires: [[], []] }),
      node("pikvm-hid-keys", { id: "keys", device: "lab", x: 400, y: 200, wires: [[], []] }),
      node("pikvm-hid-mouse", { id: "mouse", x: 650, y: 300, wires: [[], []] }),
      SUBFLOW,
      node("pikvm-gpio", { id: "chosen", z: "subflow", device: "${KVM}", wires: [[], []] }),
      node("pikvm-gpio", { id: "unknown", z: "subflow", device: "KVM", wires: [[], []] }),
      // As a new one.
      node("pikvm-atx-power", { ...defaultsOf("atx-power"), id: "power", device: "device", x: 650, y: 200, wires: [[], []] }), // prettier-ignore
    ]));
  });

  after(() => simulator.close());

  afterEach(async () => {
    simulator.faults.clear();
    await editor.closeDialogs();
  });

  test("a node inside a subflow may use the device that each instance chooses", async () => {
    assert.deepEqual((await editor.node("chosen")).validationErrors, []);
    const gone = "Device: the chosen device no longer exists";
    assert.deepEqual((await editor.node("unknown")).validationErrors, [gone]);
  });

  test("atx-power: only what matters to the action is asked for", async () => {
    const dialog = await Dialog.ofNode(editor, "power");
    const asked = async (action: string) => {
      await dialog.set({ field: "action", type: "choice", value: action });
      return dialog.visibleRows();
    };
    assert.deepEqual(await dialog.visibleRows(), ["Device", "Action", "Wait until", "Name"]);
    assert.deepEqual(await asked("state"), ["Device", "Action", "Name"]);
    await asked("on");
    await dialog.set({ field: "wait", type: "choice", value: "finished" });
    assert.deepEqual(await dialog.visibleRows(), ["Device", "Action", "Wait until", "Name"]);
    const cycle = ["Confirmed within", "Hold button after", "Stay off for"];
    assert.deepEqual(await asked("cycle"), ["Device", "Action", ...cycle, "Name"]);
    // What matters only to some actions is folded while a message chooses.
    await dialog.set({ field: "action", type: "msg", value: "payload" });
    assert.deepEqual(await dialog.visibleRows(), ["Device", "Action", "Wait until", "Name"]);
    await dialog.unfold("busyRetry");
    const folded = [...cycle, "If busy, retry for"];
    assert.deepEqual(await dialog.visibleRows(), ["Device", "Action", "Wait until", "Name", ...folded]);
    await dialog.set({ field: "offTime", type: "num", value: "7" });
    await dialog.set({ field: "action", type: "choice", value: "cycle" });
    assert.deepEqual(await dialog.visibleRows(), ["Device", "Action", ...cycle, "Name", "If busy, retry for"]);
    await dialog.cancel();
  });

  test("msd-mount: the list of images opens by focus, by typing and by the arrow, with what the device says now", async () => {
    const dialog = await Dialog.ofNode(editor, "mount");
    const image = dialog.textOf("image");
    await dialog.set({ field: "image", type: "str", value: "" });
    assert.deepEqual(await listed(image), ["debian-live.iso 3.7 MB", "Ask the device again"]);
    await image.pressSequentially("DEB");
    await option("debian-live.iso 3.7 MB").click();
    assert.equal(await image.inputValue(), "debian-live.iso");
    await list().waitFor({ state: "detached" });
    assert.ok(await image.evaluate((field) => field === document.activeElement));
    // A name of the device is text, whatever it looks like.
    const evil = "<img src=x onerror=alert(1)>.iso";
    simulator.state.msd.storage.add(evil, 5);
    const arrow = dialog.tray.getByRole("button", { name: "Show the list" });
    await arrow.click();
    await option(`${evil} 5 byte`).waitFor();
    assert.equal(await list().locator("img").count(), 0);
    assert.deepEqual(await dialog.barriers(".pikvm-popup"), []);
    assert.deepEqual(await list().locator(".pikvm-current").allInnerTexts(), ["debian-live.iso\n3.7 MB"]);
    await editor.picture("list-images");
    simulator.state.msd.storage.add("new.iso", 2_000);
    await option("Ask the device again").click();
    await option("new.iso 2 kB").waitFor();
    await arrow.click();
    await list().waitFor({ state: "detached" });
    await dialog.cancel();
  });

  test("msd-mount: an image from the message becomes one of the list by the arrow, or by the type, and back", async () => {
    const dialog = await Dialog.ofNode(editor, "mount");
    const image = dialog.textOf("image");
    const given = () => dialog.shown([{ field: "image", type: "" }, { field: "imageType" }]);
    const menu = dialog.tray.locator("#pikvm-row-image .red-ui-typedInput-type-select");
    const choose = async (type: string) => {
      await menu.click();
      await editor.page.locator(`.red-ui-typedInput-options:visible a[value="${type}"]`).click();
    };
    // As a test before has left it.
    await dialog.set({ field: "image", type: "str", value: "" });
    await choose("msg");
    assert.deepEqual(await given(), { image: "payload", imageType: "msg" });
    assert.equal(await image.getAttribute("role"), null);
    // The list opens at once.
    await choose("str");
    await option("debian-live.iso 3.7 MB").waitFor();
    assert.deepEqual(await given(), { image: "", imageType: "str" });
    await choose("msg");
    await dialog.tray.getByRole("button", { name: "Show the list" }).click();
    await option("debian-live.iso 3.7 MB").click();
    assert.deepEqual(await given(), { image: "debian-live.iso", imageType: "str" });
    // What somebody has written stays.
    await choose("msg");
    assert.deepEqual(await given(), { image: "debian-live.iso", imageType: "msg" });
    await dialog.cancel();
  });

  test("msd-mount: by keyboard alone; Escape closes the list only, what is typed is taken as it is", async () => {
    const dialog = await Dialog.ofNode(editor, "mount");
    const image = dialog.textOf("image");
    const { keyboard } = editor.page;
    const attribute = (name: string) => image.getAttribute(name);
    await dialog.set({ field: "image", type: "str", value: "mine.iso" });
    await listed(image);
    assert.deepEqual([await attribute("role"), await attribute("aria-expanded")], ["combobox", "true"]);
    await keyboard.press("ArrowDown");
    const active = list().locator(`[id="${await attribute("aria-activedescendant")}"]`);
    assert.equal(await active.getAttribute("aria-selected"), "true");
    await keyboard.press("Escape");
    await list().waitFor({ state: "detached" });
    assert.deepEqual([await attribute("aria-expanded"), await attribute("aria-activedescendant")], ["false", null]);
    assert.ok(await image.isVisible());
    assert.equal(await image.inputValue(), "mine.iso");
    // Up is the last line: to ask again.
    await keyboard.press("ArrowDown");
    await answered();
    await keyboard.press("ArrowUp");
    const before = simulator.requests.length;
    await keyboard.press("Enter");
    await until(() => simulator.requests.length > before, { what: "the device to be asked again" });
    await answered();
    await keyboard.press("ArrowDown");
    await keyboard.press("Enter");
    assert.notEqual(await image.inputValue(), "mine.iso");
    await image.fill("not-there.iso");
    await list().getByText("Nothing in the list matches").waitFor();
    await keyboard.press("Tab");
    await list().waitFor({ state: "detached" });
    await dialog.save();
    assert.equal((await editor.node("mount"))["image"], "not-there.iso");
  });

  once("a slow device is waited for with a sign, one that is off or not chosen says so in the first line", async () => {
    const dialog = await Dialog.ofNode(editor, "keys");
    await dialog.set({ field: "action", type: "choice", value: "text" });
    await dialog.set({ field: "keymap", type: "str", value: "de-ch" });
    const keymap = dialog.textOf("keymap");
    const slow = simulator.faults.add({ kind: "hang", path: "/api/hid/keymaps" });
    await keymap.focus();
    assert.deepEqual(await notes(), ["asking the device …"]);
    assert.deepEqual(await options(), []);
    // Nothing else has to wait.
    await dialog.set({ field: "text", type: "str", value: "while it is asked" });
    await dialog.set({ field: "keymap", type: "str", value: "fr" });
    await keymap.focus();
    assert.deepEqual(await notes(), ["asking the device …"]);
    await dialog.save();
    const { text, keymap: kept } = await editor.node("keys");
    assert.deepEqual({ text, kept }, { text: "while it is asked", kept: "fr" });
    slow.remove();
    await Dialog.ofNode(editor, "keys");
    await dialog.set({ field: "keymap", type: "str", value: "de-ch" });
    await keymap.focus();
    await answered();
    assert.deepEqual(await notes(), []);
    await option("de-ch German (Switzerland)").waitFor();
    await editor.picture("list-keymaps");

    await dialog.field("device").selectOption("dead");
    const shown = await listed(keymap);
    const [reason, mark] = await notes();
    assert.match(reason ?? "", /^Something is there, but refuses the connection\./);
    assert.equal(mark, "This list is not from the device:");
    assert.ok(shown.includes("de-ch German (Switzerland)"));
    assert.equal(await keymap.inputValue(), "de-ch");
    assert.deepEqual(await dialog.barriers(".pikvm-popup"), []);
    await editor.picture("list-of-a-dead-device");
    // What is typed is taken all the same.
    await keymap.fill("xx");
    await list().getByText("Nothing in the list matches").or(list().getByText("refuses the connection")).waitFor();
    await keymap.blur();
    assert.deepEqual(await dialog.marked(["keymap", "device"]), []);
    assert.equal(await keymap.inputValue(), "xx");

    await dialog.field("device").selectOption("_ADD_");
    await listed(keymap);
    assert.match((await notes())[0] ?? "", /^No device is chosen\./);
    // Nothing is asked of a value that comes with the message.
    await dialog.set({ field: "keymap", type: "msg", value: "keymap" });
    assert.equal(await keymap.getAttribute("role"), null);
    assert.equal(await list().count(), 0);
    await dialog.cancel();
  });

  once(
    "gpio and wait-until: channels by label with their state, paths with what is there, languages by name",
    async () => {
      assert.deepEqual((await editor.node("events")).validationErrors, [NOT_TRUSTED]);
      const gpio = await Dialog.ofNode(editor, "gpio");
      await gpio.set({ field: "channel", type: "str", value: "" });
      const channels = ["Front door door off", "__v3_usb_breaker__ on", "Ask the device again"];
      assert.deepEqual(await listed(gpio.textOf("channel")), channels);
      await option("Front door door off").click();
      assert.equal(await gpio.textOf("channel").inputValue(), "Front door");
      // What stands in a name is nothing to put something in.
      await gpio.set({ field: "channel", type: "str", value: "__v3_usb_breaker__" });
      await gpio.set({ field: "action", type: "choice", value: "toggle" });
      await gpio.save();
      await editor.shape("gpio").getByText("gpio: __v3_usb_breaker__ toggle").waitFor();
      const wait = await Dialog.ofNode(editor, "wait");
      const paths = await listed(wait.textOf("path"));
      assert.ok(paths.includes("atx.leds.power power LED lit false"), paths.join("\n"));
      await wait.set({ field: "condition", type: "choice", value: "text" });
      await wait.set({ field: "langs", type: "str", value: "" });
      assert.deepEqual(await listed(wait.textOf("langs")), ["eng English", "osd", "Ask the device again"]);
      await wait.cancel();
    },
  );

  once(
    "kvm-switch: only what matters to the action is asked for, and the ports of the device are suggested",
    async () => {
      const dialog = await Dialog.ofNode(editor, "switch");
      const asked = async (...choices: [field: string, value: string][]) => {
        for (const [field, value] of choices) await dialog.set({ field, type: "choice", value });
        return (await dialog.visibleRows()).slice(2, -1);
      };
      assert.deepEqual(await asked(["action", "state"]), []);
      assert.deepEqual(await asked(["action", "edid_create"]), ["EDID", "Data"]);
      assert.deepEqual(await asked(["action", "edid_assign"]), ["EDID", "Port"]);
      assert.deepEqual(await asked(["action", "beacon_on"]), ["Beacon of", "Port"]);
      assert.deepEqual(await asked(["light", "uplink"]), ["Beacon of", "Unit"]);
      assert.deepEqual(await asked(["action", "power"], ["power", "ensure_on"]), ["Port", "Power"]);
      assert.deepEqual(await asked(["power", "on"]), ["Port", "Power", "Wait until"]);
      assert.deepEqual(await asked(["action", "select"]), ["Port"]);
      await dialog.set({ field: "port", type: "str", value: "" });
      const ports = ["1 Host 1", "web server 2 shown now", "3 Host 3", "4 Host 4", "Ask the device again"];
      assert.deepEqual(await listed(dialog.textOf("port")), ports);
      await dialog.textOf("port").pressSequentially("web");
      await option("web server 2 shown now").click();
      assert.equal(await dialog.textOf("port").inputValue(), "web server");
      await dialog.set({ field: "action", type: "choice", value: "edid_assign" });
      await dialog.set({ field: "edid", type: "str", value: "" });
      assert.deepEqual(await listed(dialog.textOf("edid")), ["Default PiKVM", "Ask the device again"]);
      await dialog.cancel();
    },
  );

  once(
    "hid-mouse: a drag goes from one point to another; what is said about clicks and scrolling is not for it",
    async () => {
      const dialog = await Dialog.ofNode(editor, "mouse");
      const forClicks = dialog.tray.getByText("a click where the pointer is");
      assert.ok(await forClicks.isVisible());
      await dialog.set({ field: "action", type: "choice", value: "drag" });
      const points = ["From X", "From Y", "To X", "To Y"];
      assert.deepEqual((await dialog.visibleRows()).slice(4, -1), [...points, "Takes"]);
      assert.ok(!(await forClicks.isVisible()));
      await dialog.set({ field: "action", type: "choice", value: "click" });
      assert.deepEqual((await dialog.visibleRows()).slice(4, -1), ["X", "Y"]);
      assert.ok(await forClicks.isVisible());
      const hint = () => dialog.tray.locator("#pikvm-row-atY + .pikvm-hint").innerText();
      assert.ok(!(await hint()).includes("scroll"));
      await dialog.set({ field: "action", type: "choice", value: "scroll" });
      assert.equal(await hint(), "How far; a negative Y scrolls down.");
      await dialog.set({ field: "action", type: "msg", value: "payload" });
      assert.match(await hint(), /a click where the pointer is.*scrolls down/);
      await dialog.set({ field: "action", type: "choice", value: "drag" });
      await dialog.save();
      // Node-RED translates the labels once more after a dialog has been prepared.
      const again = await Dialog.ofNode(editor, "mouse");
      assert.deepEqual((await again.visibleRows()).slice(4, -1), [...points, "Takes"]);
      await again.cancel();
    },
  );

  test("hid-keys: names of keys are suggested, one after the other", async () => {
    const dialog = await Dialog.ofNode(editor, "keys");
    await dialog.set({ field: "action", type: "choice", value: "shortcut" });
    const keys = dialog.textOf("keys");
    await keys.fill("");
    await keys.pressSequentially("ctrl");
    await option("ControlLeft (Ctrl, Control)").click();
    await keys.pressSequentially("+del");
    await option("Delete (Del)").click();
    assert.equal(await keys.inputValue(), "ControlLeft+Delete");
    await keys.pressSequentially("+numpade");
    await option("NumpadEnter").waitFor();
    await keys.press("Enter");
    await dialog.save();
    assert.equal((await editor.node("keys"))["keys"], "ControlLeft+Delete+NumpadEnter");
    // As people know them.
    await editor.shape("keys").filter({ hasText: "Ctrl+Del+NumpadEnter" }).waitFor();
  });

  test("hid-keys: a secret text has a field of its own", async () => {
    const dialog = await Dialog.ofNode(editor, "keys");
    await dialog.set({ field: "action", type: "choice", value: "text" });
    assert.ok(!(await dialog.visibleRows()).includes("Secret text"));
    await dialog.set({ field: "text", type: "secret", value: "" });
    assert.ok((await dialog.visibleRows()).includes("Secret text"));
    await dialog.cancel();
  });

  test("hid-keys: yes or no is a box, and may come from elsewhere", async () => {
    const dialog = await Dialog.ofNode(editor, "keys");
    await dialog.set({ field: "action", type: "choice", value: "text" });
    const box = dialog.tray.getByLabel("Press Enter afterwards");
    await box.check();
    await dialog.save();
    const { enter, enterType } = await editor.node("keys");
    assert.deepEqual({ enter, enterType }, { enter: "true", enterType: "bool" });
    const again = await Dialog.ofNode(editor, "keys");
    assert.ok(await box.isChecked());
    await again.tray.locator("#pikvm-row-enter button[aria-label]:visible").first().click();
    assert.ok(!(await box.isVisible()));
    await again.set({ field: "enter", type: "msg", value: "enter" });
    await again.save();
    const last = await Dialog.ofNode(editor, "keys");
    assert.equal(await last.textOf("enter").inputValue(), "enter");
    await last.cancel();
  });

  test("events: paths are suggested, and one that is none is marked and makes the node invalid", async () => {
    const dialog = await Dialog.ofNode(editor, "events");
    const add = editor.page.locator(".red-ui-editableList-addButton:visible");
    const paths = editor.page.locator("input.pikvm-path");
    await add.click();
    await paths.nth(1).pressSequentially("caps");
    // Known without the device, which has no certificate yet.
    await option("hid.keyboard.leds.caps Caps Lock light").click();
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
    await path.pressSequentially("front");
    const suggestion = option("gpio.state.inputs.door.state Front door false");
    await suggestion.waitFor();
    await editor.picture("events-inputs");
    await suggestion.click();
    assert.equal(await path.inputValue(), "gpio.state.inputs.door.state");
    await dialog.cancel();
  });

  test("events: a time for idle is needed where idle is among the properties", async () => {
    const dialog = await Dialog.ofNode(editor, "inputs");
    assert.ok(!(await dialog.visibleRows()).includes("Idle after"));
    await editor.page.locator("input.pikvm-path").first().fill("idle");
    await editor.page.locator("input.pikvm-path").first().blur();
    await dialog.set({ field: "idleSeconds", value: "0" });
    await dialog.save();
    const { validationErrors } = await editor.node("inputs");
    assert.deepEqual(validationErrors, ["Idle after: must be a number from 1 to 86400"]);
    const again = await Dialog.ofNode(editor, "inputs");
    await again.set({ field: "idleSeconds", value: "600" });
    await again.save();
    const { idleSeconds, valid } = await editor.node("inputs");
    assert.deepEqual({ idleSeconds, valid }, { idleSeconds: "600", valid: true });
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

  once("the device lets through what is ticked, and keeps what a newer version knows", async () => {
    const open = () => Dialog.ofConfig(editor, "pikvm-device", "lab");
    const boxes = editor.page.locator("#pikvm-allowed input");
    const dialog = await open();
    await dialog.unfoldAll();
    assert.equal(await boxes.first().isVisible(), false);
    await dialog.set({ field: "letThrough", value: "listed" });
    const counts = editor.page.locator("#pikvm-allowed summary > span");
    assert.match(await counts.first().innerText(), /^0 \/ \d+$/);
    await dialog.unfoldAll();
    assert.deepEqual(await dialog.cutOff(), []);
    assert.deepEqual(await dialog.barriers(), []);
    await editor.picture("device-let-through");
    assert.equal(await boxes.count(), DEEDS.length + 1);
    assert.equal(await editor.page.locator("#pikvm-allowed input:checked").count(), 1);
    // By keyboard alone, and with the mouse.
    await editor.page.locator("#pikvm-allowed-atx-power-on").press("Space");
    assert.match(await counts.first().innerText(), /^1 \/ \d+$/);
    await editor.page.getByRole("group", { name: "kvm-switch" }).getByLabel("power off", { exact: true }).check();
    await dialog.save();
    const allowed = ["atx-power: on", "kvm-switch: power off", "newer: action"];
    const { letThrough, ...saved } = await editor.node("lab");
    assert.deepEqual([letThrough, saved["allowed"]], ["listed", allowed]);
    const again = await open();
    assert.equal(await editor.page.locator("#pikvm-allowed input:checked").count(), allowed.length);
    await again.cancel();
  });

  test("the page complains about nothing", () => assert.deepEqual(editor.problems, []));
});
