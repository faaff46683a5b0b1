import type { Locator } from "playwright-core";
import { scaledClock, startSimulator, type Simulator } from "../../src/simulator";
import { Dialog } from "../editor/dialog";
import type { Editor } from "../editor/editor";
import { ChildNodeRed } from "../harness/child-node-red";
import { device, fields, node } from "../harness/flows";
import type { FlowConfig } from "../harness/node-red";
import { defaultsOf } from "../harness/registered";
import { pictureOfFlow, sharpEditor, type PathOf } from "./canvas";

const IMAGES = { "debian-13-netinst.iso": 665_000_000, "memtest86.iso": 12_000_000, "rescue.img": 128_000_000 };
/** Pixels of the window around a dialog. */
const WIDTH = 1000;
/** What a reader's own device is called, in place of the simulated one's address. */
const ADDRESS = "pikvm.local";

/** Connecting to a device, the first flow, what its node says after a click; and the dialog of another node. */
export async function takeFirstFlow(pathOf: PathOf): Promise<void> {
  const simulator = await startSimulator({ power: true, images: IMAGES, relayBoard: true, clock: scaledClock(10) });
  const host = await startSimulator({ clock: scaledClock(4) });
  const nodeRed = await ChildNodeRed.start();
  try {
    await nodeRed.deploy(flowWith(host));
    const editor = await sharpEditor(nodeRed.url);
    await takeConnect(editor, simulator, pathOf);
    await editor.load(nodeRed);
    await pictureOfFlow(editor, pathOf("first-flow.png"));
    await nodeRed.inject("on");
    await editor.shape("power").locator(".red-ui-flow-node-status-label", { hasText: /on/ }).waitFor();
    await pictureOfFlow(editor, pathOf("first-status.png"), { statuses: true });
    await nodeRed.deploy(flowWith(simulator));
    await takeDialog(editor, nodeRed, pathOf);
    await editor.close();
  } finally {
    await nodeRed.stop();
    await host.close();
    await simulator.close();
  }
}

async function takeConnect(editor: Editor, simulator: Simulator, pathOf: PathOf): Promise<void> {
  const { page } = editor;
  const dialog = await Dialog.ofConfig(editor, "pikvm-device", "_ADD_");
  await dialog.set({ field: "address", value: simulator.url.replace("127.0.0.1", "localhost") });
  await dialog.set({ field: "user", value: "admin" });
  await dialog.set({ field: "password", value: "admin" });
  await page.locator("#pikvm-connect").click();
  await page.locator("#pikvm-certificate-trust").click();
  await page.locator('#pikvm-steps li[data-step="power"]').waitFor();
  await page.locator(".pikvm-step-working").waitFor({ state: "detached" });
  await dialog.field("address").evaluate((input: HTMLInputElement, name) => (input.value = name), ADDRESS);
  await pictureOfTray(editor, dialog.tray, pathOf("device-connect.png"));
  await dialog.cancel();
}

async function takeDialog(editor: Editor, nodeRed: ChildNodeRed, pathOf: PathOf): Promise<void> {
  await editor.load(nodeRed);
  const dialog = await Dialog.ofNode(editor, "mount");
  await dialog.textOf("image").click();
  await editor.page.locator(".pikvm-popup-list:visible", { hasText: "rescue.img" }).waitFor();
  await pictureOfTray(editor, dialog.tray, pathOf("dialog-msd-mount.png"));
  await dialog.cancel();
}

/** As high as what is in the dialog. */
async function pictureOfTray({ page }: Editor, tray: Locator, file: string): Promise<void> {
  const roomy = 2000;
  await page.setViewportSize({ width: WIDTH, height: roomy });
  const edges = await tray
    .locator(".pikvm-form > *:visible")
    .evaluateAll((rows) => rows.map((row) => row.getBoundingClientRect().bottom));
  const footer = await tray.locator(".red-ui-tray-footer").evaluate((it) => it.getBoundingClientRect().top);
  const height = Math.ceil(Math.max(...edges) + roomy - footer + 20);
  await page.setViewportSize({ width: WIDTH, height });
  await page.mouse.move(0, 0);
  await tray.screenshot({ path: file });
}

const debug = (id: string, name: string, y: number, complete: string) => ({
  ...{ id, type: "debug", z: "tab", name, x: 560, y, wires: [], active: true, tosidebar: true },
  ...{ complete, targetType: "msg", statusVal: "", statusType: "auto" },
});

/** inject, atx-power, and a debug node behind each of its outputs. */
const flowWith = (simulator: Simulator): FlowConfig => [
  { id: "tab", type: "tab", label: "My first flow" },
  { id: "more", type: "tab", label: "More" },
  device(simulator, { name: "pikvm" }),
  {
    ...{ id: "on", type: "inject", z: "tab", name: "", x: 130, y: 80, wires: [["power"]], topic: "" },
    ...{ props: [{ p: "payload" }], payload: "on", payloadType: "str", repeat: "", crontab: "", once: false },
  },
  node("pikvm-atx-power", {
    ...{ id: "power", x: 330, y: 80, wires: [["result"], ["error"]] },
    ...fields({ wait: ["choice", "led"], timeout: ["num", "10"] }),
  }),
  debug("result", "result", 60, "payload"),
  debug("error", "error", 120, "error"),
  {
    ...{ id: "mount", type: "pikvm-msd-mount", z: "more", name: "", x: 130, y: 80, wires: [[], []], device: "device" },
    ...{ ...defaultsOf("msd-mount"), ...fields({ image: ["str", "debian-13-netinst.iso"] }) },
  },
];
