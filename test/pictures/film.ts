import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Page } from "playwright-core";

/** Milliseconds. */
const BETWEEN_FRAMES = 200;
const LONGEST_FRAME = 1500;
const LAST_FRAME = 4000;

interface Frame {
  picture: Buffer;
  at: number;
}

/** Takes pictures of a page while something happens there, and leaves those that differ in a folder, with their times. */
export async function film(page: Page, folder: string, scene: () => Promise<void>): Promise<void> {
  const frames: Frame[] = [];
  const state = { over: false };
  const rolling = (async () => {
    while (!state.over) {
      const at = Date.now();
      const picture = await page.screenshot();
      if (!frames.at(-1)?.picture.equals(picture)) frames.push({ picture, at });
      await sleep(Math.max(0, at + BETWEEN_FRAMES - Date.now()));
    }
  })();
  try {
    await scene();
  } finally {
    state.over = true;
    await rolling;
  }
  await mkdir(folder, { recursive: true });
  for (const [index, { picture }] of frames.entries())
    await writeFile(path.join(folder, `${String(index).padStart(4, "0")}.png`), picture);
  const delays = frames.map(({ at }, index) => {
    const next = frames[index + 1];
    return next ? Math.min(LONGEST_FRAME, next.at - at) : LAST_FRAME;
  });
  await writeFile(path.join(folder, "delays.json"), JSON.stringify(delays));
}

/** Shows where the mouse is, and when it is pressed. */
export async function showPointer(page: Page): Promise<void> {
  await page.addStyleTag({
    content: `
      #pointer { position: fixed; z-index: 99999; width: 22px; height: 22px; margin: -11px; border-radius: 50%;
        background: rgb(255 150 0 / 70%); border: 2px solid white; pointer-events: none; }
      #pointer.down { background: rgb(220 60 0); }
    `,
  });
  await page.evaluate(() => {
    const pointer = document.createElement("div");
    pointer.id = "pointer";
    document.body.append(pointer);
    addEventListener("mousemove", ({ clientX, clientY }) => {
      pointer.style.left = `${clientX}px`;
      pointer.style.top = `${clientY}px`;
    });
    addEventListener("mousedown", () => pointer.classList.add("down"));
    addEventListener("mouseup", () => pointer.classList.remove("down"));
  });
}
