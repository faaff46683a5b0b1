import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import { scaledClock, startSimulator, type Simulator } from "../../src/simulator";
import { skip } from "../examples/browser";
import { device, fields, node } from "../harness/flows";
import { once } from "../harness/lines";
import { until } from "../harness/until";
import { Dialog } from "./dialog";
import { boxOf, Editor, HAS_DARK_THEME } from "./editor";
import { openWith } from "./shared";

const TEXT = fields({ action: ["choice", "text"] });
/** Of the picture that the simulated host sends. */
const [WIDTH, HEIGHT] = [1280, 720];

describe("the host's screen in dialogs", { skip }, () => {
  let simulator: Simulator;
  let editor: Editor;

  before(async () => {
    simulator = await startSimulator({ clock: scaledClock(10), power: true });
    ({ editor } = await openWith([
      { id: "tab", type: "tab", label: "screen" },
      device(simulator),
      device(simulator, { id: "away", address: "https://127.0.0.1:1" }),
      node("pikvm-screen", { id: "screen", ...TEXT, x: 150, y: 100, wires: [[], []] }),
      node("pikvm-screen", { id: "unreachable", ...TEXT, device: "away", x: 150, y: 180, wires: [[], []] }),
      node("pikvm-screen", { id: "homeless", ...TEXT, device: "", x: 150, y: 260, wires: [[], []] }),
      node("pikvm-wait-until", {
        ...{ id: "wait", x: 150, y: 340, wires: [[], []] },
        ...fields({ condition: ["choice", "text"], region: ["str", "320, 180, 640, 360"] }),
      }),
      node("pikvm-screen-watch", { id: "watch", mode: "text", x: 150, y: 420, wires: [[], []] }),
      node("pikvm-hid-mouse", { id: "mouse", x: 150, y: 500, wires: [[], []] }),
    ]));
    await until(() => simulator.host.screen.lines.some((line) => line.includes("login:")), {
      what: "the host's start",
    });
  });

  after(() => simulator.close());

  afterEach(async () => {
    await editor.page.keyboard.press("Escape");
    await editor.closeDialogs();
  });

  const picker = () => editor.page.locator("dialog.pikvm-picture");
  const picture = () => picker().locator("img");
  const numbers = () => picker().locator("output");
  const pickButton = () => editor.page.locator("#node-input-region-pick");

  /** What the picture shows, to be compared. */
  const pixels = () =>
    picture().evaluate((image: HTMLImageElement) => {
      const canvas = document.createElement("canvas");
      [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
      canvas.getContext("2d")?.drawImage(image, 0, 0);
      return canvas.toDataURL();
    });

  async function openPicker(): Promise<void> {
    await pickButton().click();
    await picture().waitFor();
  }

  /** Presses the mouse at one place of the picture and moves it to another; places in its pixels. */
  async function dragTo(from: [x: number, y: number], to: [x: number, y: number]): Promise<void> {
    const { x, y, width, height } = await boxOf(picture());
    const at = ([left, top]: [number, number]) => [x + (left / WIDTH) * width, y + (top / HEIGHT) * height] as const;
    await editor.page.mouse.move(...at(from));
    await editor.page.mouse.down();
    await editor.page.mouse.move(...at(to), { steps: 4 });
  }

  /** What is marked on the picture, in its pixels, to the pixel of the page. */
  async function marked(): Promise<number[]> {
    const frame = await boxOf(picture());
    const box = await boxOf(picker().locator(".pikvm-region-box"));
    const scale = WIDTH / frame.width;
    const [left, top] = [box.x - frame.x, box.y - frame.y];
    return [left, top, left + box.width, top + box.height].map((edge) => edge * scale);
  }

  function assertNear(actual: readonly number[], expected: readonly number[]): void {
    assert.equal(actual.length, expected.length);
    for (const [index, value] of actual.entries())
      assert.ok(
        Math.abs(value - (expected[index] ?? NaN)) <= 3,
        `${actual.join(", ")} is about ${expected.join(", ")}`,
      );
  }

  const press = (key: string, times: number): string[] => Array.from({ length: times }, () => key);
  const edgesOf = (text: string): number[] => text.split(", ").map(Number);

  test("what is dragged, in any direction, is shown in pixels of the picture, taken by Enter, and there again", async () => {
    const dialog = await Dialog.ofNode(editor, "screen");
    await openPicker();
    assert.equal(await numbers().innerText(), "all");
    await dragTo([800, 400], [200, 100]);
    const shown = await numbers().innerText();
    assertNear(edgesOf(shown), [200, 100, 800, 400]);
    for (const theme of ["light", "dark"] as const) {
      await editor.setTheme(theme);
      await editor.picture(`region-${theme}`);
      if (theme === "light" || HAS_DARK_THEME) assert.deepEqual(await dialog.barriers("dialog.pikvm-picture"), []);
    }
    await editor.setTheme("light");
    await editor.page.mouse.up();
    await editor.page.mouse.move(0, 0);
    assert.equal(await numbers().innerText(), shown, "the pointer has let go");
    assert.equal(await dialog.textOf("region").inputValue(), "", "nothing is taken yet");
    await editor.page.keyboard.press("Enter");
    await picker().waitFor({ state: "detached" });
    assert.equal(await dialog.textOf("region").inputValue(), shown);
    await editor.picture("region-taken");
    await dialog.save();
    assert.equal((await editor.node("screen"))["region"], shown);
    const again = await Dialog.ofNode(editor, "screen");
    await openPicker();
    assert.equal(await numbers().innerText(), shown);
    assertNear(await marked(), edgesOf(shown));
    await picker().getByText("Cancel").click();
    await again.cancel();
  });

  test("the present region is shown; Escape leaves it as it is and the dialog open, a click takes all", async () => {
    const dialog = await Dialog.ofNode(editor, "wait");
    await openPicker();
    assertNear(await marked(), [320, 180, 640, 360]);
    await dragTo([0, 0], [100, 100]);
    await editor.page.mouse.up();
    await editor.page.keyboard.press("Escape");
    await picker().waitFor({ state: "detached" });
    assert.equal(await dialog.textOf("region").inputValue(), "320, 180, 640, 360");
    await openPicker();
    await dragTo([300, 300], [302, 301]);
    await editor.page.mouse.up();
    assert.equal(await numbers().innerText(), "all", "a click of a hand that is not quite still");
    await picker().getByText("Use it").click();
    assert.equal(await dialog.textOf("region").inputValue(), "");
    await dialog.cancel();
  });

  test("a dialog without typed inputs takes it, too", async () => {
    const dialog = await Dialog.ofNode(editor, "watch");
    await openPicker();
    await dragTo([200, 100], [800, 400]);
    await editor.page.mouse.up();
    const shown = await numbers().innerText();
    await picker().getByText("Use it").click();
    await dialog.save();
    assert.equal((await editor.node("watch"))["region"], shown);
  });

  once("what is dragged over the edge ends at the edge", async () => {
    const dialog = await Dialog.ofNode(editor, "screen");
    await openPicker();
    await dragTo([1000, 600], [WIDTH + 40, HEIGHT + 20]);
    const [left = 0, top = 0, right, bottom] = edgesOf(await numbers().innerText());
    assertNear([left, top], [1000, 600]);
    assert.deepEqual([right, bottom], [WIDTH, HEIGHT]);
    await editor.page.mouse.up();
    // The same by keys alone: from the middle, eight steps to the left with Space pressed, and ten pixels down.
    const { keyboard } = editor.page;
    await keyboard.press("Escape");
    await picker().waitFor({ state: "detached" });
    assert.ok(await pickButton().evaluate((button) => button === document.activeElement), "it has the focus again");
    await keyboard.press("Enter");
    await picture().waitFor();
    await until(() =>
      picker()
        .locator(".pikvm-stage")
        .evaluate((stage) => stage === document.activeElement),
    );
    for (const key of ["Space", ...press("ArrowLeft", 8), ...press("Shift+ArrowDown", 10), "Space", "ArrowUp"])
      await keyboard.press(key);
    const step = Math.round(WIDTH / 100);
    const edges = [WIDTH / 2 - 8 * step, HEIGHT / 2, WIDTH / 2, HEIGHT / 2 + 10].join(", ");
    assert.equal(await numbers().innerText(), edges);
    await editor.picture("region-keys");
    await keyboard.press("Enter");
    await picker().waitFor({ state: "detached" });
    assert.equal(await dialog.textOf("region").inputValue(), edges);
    await dialog.cancel();
  });

  once("a new picture shows what is on the screen by then, and keeps the region", async () => {
    const dialog = await Dialog.ofNode(editor, "wait");
    await openPicker();
    const before = await pixels();
    simulator.host.keyboard.change("KeyA", true);
    simulator.host.keyboard.change("KeyA", false);
    await picker().getByText("New picture").click();
    await until(async () => (await pixels()) !== before, { what: "another picture" });
    assert.equal(await numbers().innerText(), "320, 180, 640, 360");
    await editor.page.keyboard.press("Escape");
    await dialog.cancel();
  });

  test("there is no button for a region that comes from elsewhere", async () => {
    const dialog = await Dialog.ofNode(editor, "screen");
    assert.ok(await pickButton().isVisible());
    for (const type of ["msg", "jsonata", "env"]) {
      await dialog.set({ field: "region", type, value: "region" });
      assert.ok(!(await pickButton().isVisible()), type);
    }
    await dialog.set({ field: "region", type: "str", value: "" });
    assert.ok(await pickButton().isVisible());
    await dialog.cancel();
  });

  const MIDDLE: [x: number, y: number] = [WIDTH / 2, HEIGHT / 2];
  const pointButton = () => editor.page.locator("#node-input-unit-pick");
  const typed = async (dialog: Dialog, ...names: string[]): Promise<unknown[]> => {
    const shown = await dialog.shown(names.map((field) => ({ field, type: "num" })));
    return names.map((name) => shown[name]);
  };

  once("the mouse is pointed at the screen: in each unit, by click and by keys, and dragged", async () => {
    const dialog = await Dialog.ofNode(editor, "mouse");
    const { keyboard, mouse } = editor.page;
    await pointButton().click();
    await picture().waitFor();
    assert.equal(await numbers().innerText(), "", "nothing is known of where a message points");
    await dragTo(MIDDLE, MIDDLE);
    await mouse.up();
    assertNear((await numbers().innerText()).split(/[, ]+/).slice(0, 2).map(Number), [50, 50]);
    await editor.picture("point-light");
    await keyboard.press("Enter");
    await picker().waitFor({ state: "detached" });
    assertNear((await typed(dialog, "atX", "atY")).map(Number), [50, 50]);

    await dialog.set({ field: "unit", type: "choice", value: "pixels" });
    for (const [field, value] of [
      ["atX", "0"],
      ["atY", "719"],
    ] as const)
      await dialog.set({ field, type: "num", value });
    await pointButton().click();
    await picture().waitFor();
    const [frame, mark] = [await boxOf(picture()), await boxOf(picker().locator(".pikvm-point"))];
    assertNear([mark.x + mark.width / 2, mark.y + mark.height / 2], [frame.x, frame.y + frame.height]);
    for (const key of [...press("Shift+ArrowRight", 3), "Shift+ArrowUp", "ArrowUp"]) await keyboard.press(key);
    assert.equal(await numbers().innerText(), `3, ${719 - 1 - Math.round(WIDTH / 100)} px`);
    await keyboard.press("Escape");
    await picker().waitFor({ state: "detached" });
    assert.deepEqual(await typed(dialog, "atX", "atY"), ["0", "719"], "Escape has left them");

    await dialog.set({ field: "unit", type: "choice", value: "device" });
    await dialog.set({ field: "action", type: "choice", value: "drag" });
    await pointButton().click();
    await picture().waitFor();
    await dragTo([0.4, 0.4], [WIDTH + 20, HEIGHT + 20]);
    await mouse.up();
    await editor.picture("drag-light");
    await picker().getByText("Use it").click();
    assert.deepEqual(await typed(dialog, "atX", "atY", "toX", "toY"), ["-32768", "-32768", "32767", "32767"]);
    await dialog.set({ field: "unit", type: "msg", value: "unit" });
    assert.ok(await pointButton().isDisabled());
    assert.match(String(await pointButton().getAttribute("title")), /Unit/);
    await dialog.set({ field: "action", type: "choice", value: "scroll" });
    assert.ok(!(await pointButton().isVisible()));
    await dialog.cancel();
  });

  const tryButton = () => editor.page.locator("#pikvm-try");
  const tried = () => editor.page.locator(".pikvm-tried");

  test("what is waited for is tried as it stands in the form: a text, and a state", async () => {
    const dialog = await Dialog.ofNode(editor, "wait");
    await dialog.set({ field: "region", type: "str", value: "" });
    await tryButton().press("Enter");
    await tried().locator("mark").getByText("login:").waitFor();
    await tried().getByText("As wanted now.").waitFor();
    assert.deepEqual(await dialog.barriers(), []);
    await editor.picture("try-text");
    await dialog.set({ field: "text", type: "str", value: "panic" });
    assert.equal(await tried().innerText(), "", "that was for another text");
    await tryButton().click();
    await tried().getByText("Not as wanted now.").waitFor();
    assert.match(await tried().locator("pre").innerText(), /debian login:/);
    await dialog.set({ field: "text", type: "str", value: "" });
    await tryButton().click();
    await tried().getByText("text").waitFor();
    assert.ok(await tried().evaluate((place) => place.classList.contains("pikvm-warning")));
    await dialog.set({ field: "text", type: "msg", value: "payload" });
    assert.ok(await tryButton().isDisabled());
    assert.match(String(await tryButton().getAttribute("title")), /Text/);
    await dialog.set({ field: "condition", type: "choice", value: "state" });
    await tryButton().click();
    await tried().getByText("As wanted now.").waitFor();
    assert.equal(await tried().locator("code").innerText(), "true");
    await dialog.cancel();
  });

  once("a picture is shown as the node would give it, with its size; a text is read", async () => {
    const dialog = await Dialog.ofNode(editor, "screen");
    await dialog.set({ field: "region", type: "str", value: "" });
    await tryButton().click();
    await tried().locator("pre").getByText("login:").waitFor();
    await dialog.set({ field: "action", type: "choice", value: "snapshot" });
    await dialog.set({ field: "maxWidth", type: "num", value: "320" });
    await tryButton().click();
    await numbers()
      .getByText(/^320 × 180 px · \d+ kB$/)
      .waitFor();
    await editor.picture("preview");
    assert.ok(!(await picker().getByText("Use it").isVisible()));
    await editor.page.keyboard.press("Escape");
    await picker().waitFor({ state: "detached" });
    assert.ok(await tryButton().evaluate((button) => button === document.activeElement));
    await dialog.set({ field: "action", type: "choice", value: "restart" });
    assert.ok(!(await tryButton().isVisible()));
    await dialog.cancel();
    const watch = await Dialog.ofNode(editor, "watch");
    await tryButton().click();
    await tried().getByText("As wanted now.").waitFor();
    await watch.set({ field: "mode", value: "changes" });
    await tryButton().click();
    await numbers()
      .getByText(/^1280 × 720 px · \d+ kB$/)
      .waitFor();
    await editor.page.keyboard.press("Escape");
    await watch.cancel();
  });

  for (const [id, reason] of [
    ["unreachable", "refuses the connection"],
    ["homeless", "No device is chosen. Choose or add one"],
  ] as const) {
    test(`${id}: a sentence stands where the picture would be, and nothing can be taken`, async () => {
      const dialog = await Dialog.ofNode(editor, id);
      await pickButton().click();
      await picker().locator(".pikvm-warning").getByText(reason).waitFor();
      await editor.picture(`region-${id}`);
      assert.ok(!(await picture().isVisible()));
      assert.ok(await picker().getByText("Use it").isDisabled());
      await editor.page.keyboard.press("Escape");
      await picker().waitFor({ state: "detached" });
      await dialog.cancel();
    });
  }

  test("it fits into a small window", async () => {
    await editor.page.setViewportSize({ width: 640, height: 480 });
    const dialog = await Dialog.ofNode(editor, "wait");
    await openPicker();
    await editor.picture("region-small");
    const { x, y, width, height } = await boxOf(picker());
    assert.ok(x >= 0 && y >= 0 && x + width <= 640 && y + height <= 480);
    assert.ok(await picker().evaluate(({ scrollWidth, clientWidth }) => scrollWidth <= clientWidth));
    assertNear(await marked(), [320, 180, 640, 360]);
    await editor.page.keyboard.press("Escape");
    await dialog.cancel();
    await editor.page.setViewportSize({ width: 1400, height: 900 });
  });

  test("the page complains about nothing but the pictures that there are not", () => {
    assert.deepEqual(
      editor.problems.filter((problem) => !problem.includes("400 (Bad Request)")),
      [],
    );
  });
});
