import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import { startSimulator, type Simulator } from "../../src/simulator";
import { skip } from "../examples/browser";
import type { ChildNodeRed } from "../harness/child-node-red";
import { device, fields, node } from "../harness/flows";
import { until } from "../harness/until";
import { Dialog } from "./dialog";
import type { Editor } from "./editor";
import { openWith } from "./shared";

describe("keys by pressing them", { skip }, () => {
  let simulator: Simulator;
  let nodeRed: ChildNodeRed;
  let editor: Editor;

  before(async () => {
    simulator = await startSimulator();
    ({ nodeRed, editor } = await openWith([
      { id: "tab", type: "tab", label: "keys" },
      device(simulator),
      {
        ...{ id: "inject", type: "inject", z: "tab", name: "", x: 150, y: 100, props: [{ p: "payload" }] },
        ...{ repeat: "", crontab: "", once: false, onceDelay: 0.1, topic: "", payload: "Win+R", payloadType: "str" },
        wires: [["shortcut"]],
      },
      node("pikvm-hid-keys", {
        ...{ id: "shortcut", x: 350, y: 100, wires: [[], []] },
        ...fields({ action: ["choice", "shortcut"], keys: ["str", "MetaLeft+KeyR"] }),
      }),
      node("pikvm-hid-keys", {
        ...{ id: "key", x: 350, y: 200, wires: [[], []] },
        ...fields({ action: ["choice", "key"] }),
      }),
    ]));
  });

  after(() => simulator.close());

  afterEach(() => editor.closeDialogs());

  const recordButton = (field: string) => editor.page.locator(`#node-input-${field}-record`);
  const said = () => editor.page.locator(".pikvm-said:visible").innerText();
  const isRecording = async (field: string) => (await recordButton(field).getAttribute("aria-pressed")) === "true";

  test("a shortcut is what is down together, by its short names, and the host gets just that", async () => {
    const { keyboard } = editor.page;
    const dialog = await Dialog.ofNode(editor, "shortcut");
    const keys = () => dialog.textOf("keys").inputValue();
    // By keyboard alone: the key that starts it is none of those that are recorded.
    await recordButton("keys").focus();
    await keyboard.press("Enter");
    assert.equal(await isRecording("keys"), true);
    assert.match(await said(), /^Press the keys now/);
    assert.deepEqual(await dialog.barriers(), []);
    await editor.picture("keys-recording");
    for (const key of ["ControlLeft", "AltLeft", "Delete"]) await keyboard.down(key);
    assert.equal(await said(), "Ctrl+Alt+Del");
    assert.equal(await keys(), "MetaLeft+KeyR", "it is not over yet");
    for (const key of ["Delete", "AltLeft", "ControlLeft"]) await keyboard.up(key);
    assert.deepEqual([await keys(), await isRecording("keys")], ["Ctrl+Alt+Del", false]);
    assert.equal(await said(), "Taken: Ctrl+Alt+Del");
    await dialog.save();
    await nodeRed.deployed(() => editor.deploy());
    await nodeRed.inject("inject");
    const sent = () => simulator.host.keyEvents.map(({ key, state }) => `${state ? "+" : "-"}${key}`);
    await until(() => sent().length === 6);
    assert.deepEqual(sent().slice(0, 3), ["+ControlLeft", "+AltLeft", "+Delete"]);
  });

  test("no key reaches the editor meanwhile: Escape and Tab are recorded, and the dialog stays", async () => {
    const { keyboard } = editor.page;
    const dialog = await Dialog.ofNode(editor, "shortcut");
    const record = async (...keys: string[]) => {
      await recordButton("keys").click();
      for (const key of keys) await keyboard.press(key);
      return dialog.textOf("keys").inputValue();
    };
    assert.equal(await record("Escape"), "Esc");
    assert.equal(await record("Tab"), "Tab");
    assert.equal(await record("Control+Shift+Escape"), "Ctrl+Shift+Esc");
    assert.equal(await record("ControlRight"), "ControlRight");
    assert.equal(await recordButton("keys").evaluate((button) => button === document.activeElement), true);
    // The next Tab is one of the page again.
    await keyboard.press("Tab");
    assert.equal(await recordButton("keys").evaluate((button) => button === document.activeElement), false);
    assert.deepEqual(await dialog.marked(["keys"]), []);
    // Short names are as good when they are typed, and in messages: Win is a key that no page gets.
    for (const value of ["win+r", "enter", "F11"]) {
      await dialog.set({ field: "keys", type: "str", value });
      assert.deepEqual(await dialog.marked(["keys"]), [], value);
    }
    await dialog.set({ field: "keys", type: "msg", value: "payload" });
    await dialog.save();
    await nodeRed.deployed(() => editor.deploy());
    simulator.host.forget();
    await nodeRed.inject("inject");
    await until(() => simulator.host.keyEvents.length === 4);
    assert.deepEqual(
      simulator.host.keyEvents.slice(0, 2).map(({ key }) => key),
      ["MetaLeft", "KeyR"],
    );
  });

  test("what was pressed to get away is not taken, what was pressed until the button is clicked is", async () => {
    const { keyboard, page } = { keyboard: editor.page.keyboard, page: editor.page };
    const dialog = await Dialog.ofNode(editor, "key");
    const key = () => dialog.textOf("key").inputValue();
    await recordButton("key").click();
    await keyboard.down("AltLeft");
    await dialog.field("name").focus();
    await keyboard.up("AltLeft");
    assert.deepEqual([await key(), await isRecording("key")], ["Enter", false]);
    await recordButton("key").click();
    await keyboard.down("ShiftLeft");
    await keyboard.down("F11");
    await recordButton("key").click();
    assert.deepEqual([await key(), await isRecording("key")], ["F11", false]);
    for (const each of ["F11", "ShiftLeft"]) await keyboard.up(each);

    await recordButton("key").click();
    await page.evaluate(() => {
      const press = (type: string, code: string, init: object = {}) =>
        document.activeElement?.dispatchEvent(new KeyboardEvent(type, { code, bubbles: true, ...init }));
      press("keydown", "LaunchMail");
    });
    assert.equal(await said(), 'The device has no key "LaunchMail".');
    await page.evaluate(() => {
      const press = (type: string, code: string, key = "") =>
        document.activeElement?.dispatchEvent(new KeyboardEvent(type, { code, key, bubbles: true }));
      press("keyup", "LaunchMail");
      // As Windows sends it: with a Control that nobody has pressed.
      press("keydown", "ControlLeft", "Control");
      press("keydown", "AltRight", "AltGraph");
      press("keyup", "ControlLeft", "Control");
      press("keyup", "AltRight", "AltGraph");
    });
    assert.equal(await key(), "AltGr");
    await recordButton("key").click();
    // As Windows sends it: it only goes up.
    await page.evaluate(() =>
      document.activeElement?.dispatchEvent(new KeyboardEvent("keyup", { code: "PrintScreen", bubbles: true })),
    );
    assert.equal(await key(), "PrtSc");
    await dialog.set({ field: "key", type: "msg", value: "payload" });
    assert.equal(await recordButton("key").isVisible(), false);
    await dialog.cancel();
  });

  test("the page complains about nothing", () => assert.deepEqual(editor.problems, []));
});
