import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import { startSimulator, type Simulator } from "../../src/simulator";
import { skip } from "../examples/browser";
import type { ChildNodeRed } from "../harness/child-node-red";
import { device, fields, node } from "../harness/flows";
import { once } from "../harness/lines";
import { until } from "../harness/until";
import { Dialog } from "./dialog";
import { type Editor, HAS_DARK_THEME, WINDOW } from "./editor";
import { openWith } from "./shared";

const step = (event_type: string, event: object) => ({ event_type, event });
const delay = (millis: number) => step("delay", { millis });
const key = (name: string, state: boolean) => step("key", { key: name, state });
const tap = (name: string) => [key(name, true), delay(20), key(name, false), delay(20)];
const click = (state: boolean) => step("mouse_button", { button: "left", state });
const to = (x: number, y: number) => step("mouse_move", { to: { x, y } });
const stored = (steps: unknown) => ({ field: "macro", type: "stored", value: JSON.stringify(steps) });

const RECORDED = [
  ...[key("ControlLeft", true), delay(80), key("AltLeft", true), key("Delete", true)],
  ...[delay(90), key("Delete", false), key("AltLeft", false), key("ControlLeft", false), delay(1500)],
  step("print", { text: `root\n${"x".repeat(100)} $t(fold) __text__`, keymap: "en-us" }),
  ...[to(-20_000, 0), delay(50), to(-6554, 6553), delay(100), click(true), delay(60), click(false), delay(59_000)],
  ...[key("ShiftLeft", true), delay(2000), key("ShiftLeft", false)],
  step("mouse_wheel", { delta: [{ x: 0, y: 1 }], squash: false }),
  step("mouse_wheel", { delta: [{ x: 0, y: 2 }] }),
  step("delay_random", { range: { min: 1000, max: 2000 } }),
  step("atx_button", { button: "power" }),
  step("gpio_pulse", { channel: "bell" }),
];
const LINES = [
  "1–8 press Ctrl+Alt+Del",
  "9 wait 1.5 s",
  `10 type "root↵${"x".repeat(55)}…"`,
  "11–14 move the mouse to 40 %, 60 %",
  "15–17 click left at 40 %, 60 %",
  "18 wait 59 s",
  "19 hold Shift down",
  "20 wait 2 s",
  "21 let Shift go",
  "22–23 turn the wheel by 0, 3",
  "24 wait 1 to 2 s",
  "25 ATX power",
  "26 pulse relay bell",
];

describe("the dialog of a macro", { skip }, () => {
  let simulator: Simulator;
  let nodeRed: ChildNodeRed;
  let editor: Editor;

  before(async () => {
    simulator = await startSimulator();
    const own = { wires: [[], []], ...fields({ macro: ["stored", ""] }) };
    ({ nodeRed, editor } = await openWith([
      { id: "tab", type: "tab", label: "macro" },
      device(simulator),
      device(simulator, { id: "guarded", name: "do not touch", readOnly: true }),
      node("pikvm-hid-macro", { ...own, id: "macro", x: 150, y: 100 }),
      node("pikvm-hid-macro", { ...own, id: "forbidden", x: 150, y: 200, device: "guarded" }),
    ]));
  });

  after(() => simulator.close());

  afterEach(() => editor.closeDialogs());

  const part = (name: string) => editor.page.locator(`#pikvm-macro-${name}`);
  const lines = async () =>
    (await part("steps").locator("li:visible").allInnerTexts()).map((line) => line.replace(/\s+/g, " ").trim());
  const runButton = (last: number) => part("steps").getByLabel(`Run to step ${last}`, { exact: true });
  const runner = () => editor.page.locator("dialog.pikvm-run");
  const shownMacro = async (dialog: Dialog) => (await dialog.shown([{ field: "macro", type: "stored" }]))["macro"];

  async function choose(name: string, content: string): Promise<void> {
    const chooser = editor.page.waitForEvent("filechooser");
    await part("import").click();
    await (await chooser).setFiles({ name, mimeType: "application/json", buffer: Buffer.from(content) });
  }

  test("a file is imported or its JSON pasted, and read in plain words; the JSON is behind a fold", async () => {
    const { page } = editor;
    await page.setViewportSize({ ...WINDOW, width: 820 });
    const dialog = await Dialog.ofNode(editor, "macro");
    await part("summary").getByText("Record with the macro recorder").waitFor();
    assert.equal(await dialog.textOf("macro").isVisible(), false);
    await choose("notes.json", '{"not": "a macro"}');
    await part("summary").getByText("notes.json: must be a list of steps").waitFor();
    await part("paste").fill("[{");
    await part("summary").getByText("JSON: must be JSON, as PiKVM's web page saves it").waitFor();
    assert.equal(await shownMacro(dialog), "");
    await part("paste").fill(JSON.stringify(tap("KeyA"), undefined, 4));
    await part("summary").getByText("4 steps, 0 s: keyboard").waitFor();
    assert.equal(await part("paste").inputValue(), "");
    await choose("script.json", JSON.stringify(RECORDED, undefined, 4));
    await part("summary").getByText("26 steps, 65 s: keyboard, mouse, power buttons, relays").waitFor();
    assert.equal(await shownMacro(dialog), JSON.stringify(RECORDED));
    assert.deepEqual(await lines(), LINES);
    for (const theme of ["light", "dark"] as const) {
      await editor.setTheme(theme);
      await editor.picture(`hid-macro-steps-${theme}`);
      if (theme === "light" || HAS_DARK_THEME) assert.deepEqual(await dialog.barriers(), [], theme);
      const contrasts = await dialog.contrasts(".pikvm-macro summary, .pikvm-macro li > span, #pikvm-macro-summary");
      assert.ok(Math.min(...contrasts) >= 4.5, `${theme}: ${String(contrasts)}`);
    }
    await editor.setTheme("light");
    assert.deepEqual(await dialog.cutOff(), []);
    await page.setViewportSize(WINDOW);

    await part("fold").locator("summary").press("Enter");
    await page.locator("#node-input-macro + .red-ui-typedInput-container .red-ui-typedInput-option-expand").click();
    await dialog.tray.getByText('"event_type"').first().waitFor();
    await editor.picture("hid-macro-editor");
    await dialog.tray.locator("#node-dialog-ok").click();
    await page.locator("#pikvm-macro-summary:visible").getByText("26 steps").waitFor();
    assert.equal(await shownMacro(dialog), JSON.stringify(RECORDED));
    await dialog.save();
    assert.equal((await editor.node("macro")).valid, true);

    const again = await Dialog.ofNode(editor, "macro");
    assert.deepEqual(await lines(), LINES);
    assert.equal(await again.textOf("macro").isVisible(), false);
    await part("fold").locator("summary").click();
    await again.set({ field: "macro", type: "msg", value: "payload" });
    assert.equal(await part("steps").isVisible(), false);
    await again.set({ field: "source", type: "choice", value: "file" });
    const rows = await again.visibleRows();
    assert.ok(rows.includes("File") && !rows.includes("Macro"), String(rows));
    assert.equal(await part("import").isVisible(), false);
    await again.cancel();
  });

  once("a step that cannot be understood is marked with its reason, and nothing is played beyond it", async () => {
    const dialog = await Dialog.ofNode(editor, "macro");
    const broken = [...tap("KeyA"), key("KeyÄ", true), step("print", { text: 7 }), ...tap("KeyB")];
    await part("paste").fill(JSON.stringify(broken));
    await part("steps").getByText('key {"key":"KeyÄ","state":true}: "KeyÄ" is not a key.').waitFor();
    assert.equal((await lines())[2], "6 print: text must be a text.");
    assert.deepEqual(
      await part("steps")
        .getByRole("button")
        .evaluateAll((all) => all.map((each) => each.ariaLabel)),
      ["Run to step 4"],
    );
    await editor.picture("hid-macro-broken");
    await dialog.save();
    const { validationErrors } = await editor.node("macro");
    assert.match(String(validationErrors), /^Macro: step 5 cannot be played: key/);
  });

  once("a long macro shows its first hundred steps, and how many more there are", async () => {
    const dialog = await Dialog.ofNode(editor, "macro");
    await dialog.set(stored(Array.from({ length: 2500 }, () => tap("KeyA")).flat()));
    await part("summary").getByText("10000 steps").waitFor();
    assert.equal((await lines()).length, 101);
    await part("steps").getByText("2400 more").press("Enter");
    assert.equal((await lines()).length, 201);
    assert.equal(await runButton(404).evaluate((button) => button === document.activeElement), true);
    await dialog.cancel();
  });

  test("run to step 2 of 4 presses only two, by keyboard alone, after it was asked for", async () => {
    const { keyboard } = editor.page;
    const dialog = await Dialog.ofNode(editor, "macro");
    await dialog.set(stored(["KeyA", "KeyB", "KeyC", "KeyD"].flatMap(tap)));
    assert.deepEqual(await lines(), ["1–4 press A", "5–8 press B", "9–12 press C", "13–16 press D"]);
    await runButton(8).press("Enter");
    await runner().getByText("Play the first steps, up to step 8, on the host of bench now?").waitFor();
    assert.deepEqual(await dialog.barriers("dialog.pikvm-run"), []);
    await editor.picture("hid-macro-run");
    assert.deepEqual(simulator.host.keyEvents, [], "nothing is pressed before");
    // What has the focus at first does no harm.
    await keyboard.press("Enter");
    await runner().waitFor({ state: "detached" });
    await runButton(8).press("Enter");
    await keyboard.press("Tab");
    await keyboard.press("Enter");
    await runner().getByText("Done: 8 steps in").waitFor();
    await editor.picture("hid-macro-done");
    assert.equal(simulator.host.typed, "ab");
    await keyboard.press("Enter");
    await runner().waitFor({ state: "detached" });
    assert.equal(await dialog.field("name").isVisible(), true);
    await dialog.cancel();
  });

  once("it can be stopped, which releases what is down, and only one is played at a time", async () => {
    const dialog = await Dialog.ofNode(editor, "macro");
    simulator.host.forget();
    await dialog.set(stored([key("ShiftLeft", true), delay(600_000), ...tap("KeyA")]));
    await runButton(6).click();
    await runner().getByText("Play", { exact: true }).click();
    const events = () => simulator.host.keyEvents.map(({ key, state }) => `${state ? "+" : "-"}${key}`);
    await until(() => events().length === 1);
    const order = { macro: tap("KeyZ") };
    const ask = (body: object) =>
      nodeRed.fetch("pikvm/devices/device/macro", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      });
    const refused = await ask(order);
    assert.equal(refused.status, 400);
    assert.match(await refused.text(), /being played on this device already/);
    // Escape is for this dialog, not for the one of the node.
    await editor.page.keyboard.press("Escape");
    await until(() => events().length === 2);
    assert.deepEqual(events(), ["+ShiftLeft", "-ShiftLeft"]);
    await until(() => simulator.connections === 0, { what: "nothing to stay open" });
    assert.equal(await dialog.field("name").isVisible(), true);

    const secret = await ask({ macro: [step("print", { text: "Zebra-42", slow: "Zebra-42" })] });
    const said = await secret.text();
    assert.match(said, /Step 1: print \(8 characters\): slow must be true or false/);
    assert.doesNotMatch(said + JSON.stringify(nodeRed.logs), /Zebra/);
    await dialog.cancel();
  });

  test("why nothing could be played is said", async () => {
    const dialog = await Dialog.ofNode(editor, "forbidden");
    await dialog.set(stored(tap("KeyA")));
    await runButton(4).click();
    await runner().getByText("Play", { exact: true }).click();
    await runner().getByText("The device is set to read-only; nothing was sent.").waitFor();
    await editor.picture("hid-macro-refused");
    await runner().getByText("Close").click();
    await dialog.cancel();
  });

  test("the page complains about nothing but what was refused", () => {
    assert.deepEqual(
      editor.problems.filter((problem) => !problem.includes("400 (Bad Request)")),
      [],
    );
  });
});
