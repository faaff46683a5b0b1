import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";
import type { Page } from "playwright-core";
import { appears } from "../editor/dialog";
import { hasten } from "../editor/haste";
import { until } from "../harness/until";
import { launchBrowser, skip } from "./browser";
import { startChild } from "./child";
import { example, EXAMPLES } from "./example";

/** A node of the editor that it does not know, or that it marks. */
interface Marked {
  type: string;
  unknown: boolean;
}

/** The part of the editor that these tests use. */
interface Editor {
  actions: { invoke(action: string): void };
  nodes: {
    getType(type: string): unknown;
    eachNode(visit: (node: EditorNode) => void): void;
    eachConfig(visit: (node: EditorNode) => void): void;
  };
}

interface EditorNode {
  type: string;
  valid: boolean;
}

declare const RED: Editor | undefined;

async function openEditor(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await page.waitForFunction(() => typeof RED !== "undefined" && RED.nodes.getType("pikvm-events") !== undefined);
  await page.locator("#red-ui-workspace-chart svg").first().waitFor();
  await page.locator("#red-ui-loading-progress").waitFor({ state: "hidden" });
}

/** As a person does it: menu, Import, Examples, the package, the example. */
async function importExample(page: Page, name: string): Promise<void> {
  await page.evaluate(() => RED?.actions.invoke("core:show-examples-import-dialog"));
  const dialog = page.locator("#red-ui-clipboard-dialog");
  const found = dialog.getByText(name, { exact: true });
  // A busy editor may overlook a click.
  await until(() => dialog.getByText("node-red-contrib-pikvm", { exact: true }).click().then(() => appears(found))); // prettier-ignore
  const ok = page.locator("#red-ui-clipboard-dialog-ok:enabled");
  await until(() => found.click().then(() => appears(ok)));
  await ok.click();
  await dialog.waitFor({ state: "hidden" });
}

/** Without config nodes: the editor takes one that it has for one that is the same. */
function nodesIn(page: Page): Promise<number> {
  return page.evaluate(() => {
    let count = 0;
    RED?.nodes.eachNode(() => (count += 1));
    return count;
  });
}

function markedNodes(page: Page): Promise<Marked[]> {
  return page.evaluate(() => {
    const marked: Marked[] = [];
    const look = (node: EditorNode): void => {
      if (node.type === "unknown" || !node.valid) marked.push({ type: node.type, unknown: node.type === "unknown" });
    };
    RED?.nodes.eachNode(look);
    RED?.nodes.eachConfig(look);
    return marked;
  });
}

test("each example can be imported in the editor", { skip }, async (t) => {
  const child = await startChild([{ id: "0000000000000001", type: "tab", label: "empty" }]);
  t.after(() => child.stop());
  const browser = await launchBrowser();
  t.after(() => browser.close());

  const page = await browser.newPage();
  await openEditor(page, child.url);
  await page.evaluate(hasten);

  for (const file of EXAMPLES) {
    await t.test(file, async () => {
      const before = await nodesIn(page);
      await importExample(page, path.basename(file, ".json"));
      const own = example(file).filter((node) => "wires" in node).length;
      // The editor fetches the example after it has closed the dialog.
      await until(async () => (await nodesIn(page)) === before + own);
      const types = new Set((await markedNodes(page)).map(({ type }) => type));
      // The device has no fingerprint yet, and marks the nodes that use it.
      assert.ok(types.delete("pikvm-device"));
      for (const type of types) assert.match(type, /^pikvm-/);
    });
  }
});
