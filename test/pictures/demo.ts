import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Locator, Page } from "playwright-core";
import { demoBroker } from "../../src/demo/broker";
import { demoDevice } from "../../src/demo/device";
import { answers, NodeRed } from "../../src/demo/node-red";
import { prepareUserDirectory } from "../../src/demo/user-directory";
import { launchBrowser } from "../examples/browser";
import { freePort } from "../examples/free-port";
import type { PathOf } from "./canvas";
import { film, showPointer } from "./film";

const WINDOW = { width: 1160, height: 880 };
/** Milliseconds. */
const SCENE_TIMEOUT = 180_000;

/** The console of the demo while it switches the computer on, logs in, types and mounts: what `npm start` shows. */
export async function filmDemo(pathOf: PathOf): Promise<void> {
  const device = await demoDevice({});
  const broker = await demoBroker();
  const userDir = await mkdtemp(path.join(tmpdir(), "pikvm-film-"));
  const port = await freePort();
  const { settings } = await prepareUserDirectory(userDir, port);
  const env = { ...process.env, ...device.environment, ...broker.environment };
  const nodeRed = new NodeRed({ userDir, settings, env });
  try {
    const url = `http://127.0.0.1:${port}/dashboard/pikvm`;
    if (!(await answers(url, 60_000, new AbortController().signal))) throw new Error("the demo does not answer");
    const browser = await launchBrowser();
    const page = await browser.newPage({ viewport: WINDOW });
    await page.goto(url);
    await page.getByText("connected", { exact: true }).first().waitFor();
    await showPointer(page);
    await page.mouse.move(WINDOW.width / 2, WINDOW.height / 2);
    await film(page, pathOf("demo"), () => scene(page));
    await browser.close();
  } finally {
    await nodeRed.stop();
    await rm(userDir, { recursive: true, force: true });
    await broker.close();
    await device.close();
  }
}

async function scene(page: Page): Promise<void> {
  const pause = (seconds: number) => page.waitForTimeout(seconds * 1000);
  await pause(1);
  await press(page, page.getByRole("button", { name: "Log in, type, mount" }));
  await page.getByText("debian-13-netinst.iso").filter({ visible: true }).first().waitFor({ timeout: SCENE_TIMEOUT });
  await pause(1.5);
  await press(page, page.getByLabel("Type a line, then Enter"));
  await page.keyboard.type("echo it works", { delay: 100 });
  await page.keyboard.press("Enter");
  await pause(2.5);
  await press(page, page.locator(".v-switch input").first());
  await pause(1.5);
}

/** As a hand does it, so that one sees where. */
async function press(page: Page, where: Locator): Promise<void> {
  const box = await where.boundingBox();
  if (!box) throw new Error("it is not on the page");
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2, { steps: 6 });
  await page.waitForTimeout(400);
  await page.mouse.down();
  await page.waitForTimeout(300);
  await page.mouse.up();
}
