import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import { scaledClock, startSimulator, type Simulator } from "../../src/simulator";
import { skip } from "../examples/browser";
import { ChildNodeRed } from "../harness/child-node-red";
import { device, fields, node } from "../harness/flows";
import { until } from "../harness/until";
import { Dialog } from "./dialog";
import { boxOf, Editor } from "./editor";

const TEXT = fields({ action: ["choice", "text"] });
/** Of the picture that the simulated host sends. */
const [WIDTH, HEIGHT] = [1280, 720];

describe("picking a region on the screen", { skip }, () => {
  let simulator: Simulator;
  let nodeRed: ChildNodeRed;
  let editor: Editor;

  before(async () => {
    simulator = await startSimulator({ clock: scaledClock(10), power: true });
    nodeRed = await ChildNodeRed.start();
    await nodeRed.deploy([
      { id: "tab", type: "tab", label: "region" },
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
    ]);
    editor = await Editor.open(nodeRed.url);
  });

  after(async () => {
    await nodeRed.stop();
    await simulator.close();
    // Last: where there is no browser, there is no editor to close.
    await editor.close();
  });

  afterEach(async () => {
    await editor.page.keyboard.press("Escape");
    await editor.closeDialogs();
  });

  const picker = () => editor.page.locator("dialog.pikvm-region");
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

  const edgesOf = (text: string): number[] => text.split(", ").map(Number);

  test("what is dragged, in any direction, is shown in pixels of the picture, taken by Enter, and there again", async () => {
    const dialog = await Dialog.ofNode(editor, "screen");
    await openPicker();
    assert.equal(await numbers().innerText(), "all");
    await dragTo([800, 400], [200, 100]);
    const shown = await numbers().innerText();
    assertNear(edgesOf(shown), [200, 100, 800, 400]);
    await editor.picture("region-light");
    await editor.setTheme("dark");
    await editor.picture("region-dark");
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

  test("what is dragged over the edge ends at the edge", async () => {
    const dialog = await Dialog.ofNode(editor, "screen");
    await openPicker();
    await dragTo([1000, 600], [WIDTH + 40, HEIGHT + 20]);
    const [left = 0, top = 0, right, bottom] = edgesOf(await numbers().innerText());
    assertNear([left, top], [1000, 600]);
    assert.deepEqual([right, bottom], [WIDTH, HEIGHT]);
    await editor.page.mouse.up();
    await editor.page.keyboard.press("Escape");
    await dialog.cancel();
  });

  test("a new picture shows what is on the screen by then, and keeps the region", async () => {
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

  for (const [id, reason] of [
    ["unreachable", "127.0.0.1"],
    ["homeless", "No device is chosen, or the chosen one is not deployed"],
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
