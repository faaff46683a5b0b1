import type { Locator } from "playwright-core";
import { Editor } from "../editor/editor";

/** So many pixels of a picture are one of the page: sharp on screens with small pixels, and wide enough on others. */
const SHARPNESS = 1.5;

/** The path of a picture by its name. */
export type PathOf = (picture: string) => string;

/** Room for the largest flow. */
const LARGE = { width: 2300, height: 1400 };

export const sharpEditor = (url: string): Promise<Editor> =>
  Editor.open({ url }, { viewport: LARGE, deviceScaleFactor: SHARPNESS });

/** Nothing flashes, nothing is said that is not of the flow itself. */
const QUIET = `
  .red-ui-flow-node-changed, .red-ui-flow-node-error, #red-ui-notifications, #red-ui-workspace-footer,
  .red-ui-flow-port-hovered { display: none !important; }
`;
const NO_STATUS = ".red-ui-flow-node-status-group { display: none !important; }";

/** What is in the workspace, cut to its nodes and groups. */
export async function pictureOfFlow(editor: Editor, file: string, { statuses = false } = {}): Promise<void> {
  const { page } = editor;
  const style = await page.addStyleTag({ content: QUIET + (statuses ? "" : NO_STATUS) });
  await page.setViewportSize(LARGE);
  await page.mouse.move(0, 0);
  const parts = page.locator("#red-ui-workspace-chart").locator(".red-ui-flow-node-group, .red-ui-flow-group");
  await parts.first().waitFor();
  await page.screenshot({ path: file, clip: await around(parts) });
  await style.evaluate((element) => element.parentNode?.removeChild(element));
}

async function around(parts: Locator, margin = 14): Promise<{ x: number; y: number; width: number; height: number }> {
  const edges = await parts.evaluateAll((elements) =>
    elements.map((element) => {
      const { left, top, right, bottom } = element.getBoundingClientRect();
      return { left, top, right, bottom };
    }),
  );
  const x = Math.floor(Math.min(...edges.map(({ left }) => left)) - margin);
  const y = Math.floor(Math.min(...edges.map(({ top }) => top)) - margin);
  const right = Math.ceil(Math.max(...edges.map(({ right }) => right)) + margin);
  const bottom = Math.ceil(Math.max(...edges.map(({ bottom }) => bottom)) + margin);
  return { x, y, width: right - x, height: bottom - y };
}
