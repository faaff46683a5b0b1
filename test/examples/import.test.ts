import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { test } from "node:test";
import type { Page } from "playwright-core";
import { DASHBOARD, DEMO_FLOW } from "../../src/demo/user-directory";
import { appears } from "../editor/dialog";
import { Editor, LIGHT } from "../editor/editor";
import { ChildNodeRed } from "../harness/child-node-red";
import { CHECKOUT, type FlowConfig } from "../harness/node-red";
import { until } from "../harness/until";
import { skip } from "./browser";
import { drawnIn, type Drawn } from "./drawn";
import { example, EXAMPLES, pathOf, readFlow } from "./example";

const DEVICE = "pikvm-device";

/** With EXPORT=yes, the examples are written as the editor exports them: with what nodes store since a change. */
const EXPORT = process.env["EXPORT"] === "yes";

/** As a person does it: menu, Import, Examples, the package, the folder, the example. */
async function importExample(page: Page, file: string): Promise<void> {
  const [folder = "", name = ""] = file.replace(/\.json$/, "").split("/");
  await page.evaluate(() => window.RED.actions.invoke("core:show-examples-import-dialog"));
  const dialog = page.locator("#red-ui-clipboard-dialog");
  const labelled = (text: string) => dialog.getByText(text, { exact: true });
  // A busy editor may overlook a click.
  await until(() => labelled("node-red-contrib-pikvm").click().then(() => appears(labelled(folder)))); // prettier-ignore
  await until(() => labelled(folder).click().then(() => appears(labelled(name)))); // prettier-ignore
  const ok = page.locator("#red-ui-clipboard-dialog-ok:enabled");
  await until(() => labelled(name).click().then(() => appears(ok))); // prettier-ignore
  await ok.click();
  await dialog.waitFor({ state: "hidden" });
}

/** The groups are as wide as the font of this computer makes them. */
const withoutFrames = (flow: FlowConfig): FlowConfig =>
  flow.map((node) => (node.type === "group" ? { ...node, x: 0, y: 0, w: 0, h: 0 } : node));

function store(file: string, exported: FlowConfig): void {
  const frames = new Map(example(file).map(({ id, x, y, w, h }) => [id, { x, y, w, h }]));
  const flow = exported.map((node) => (node.type === "group" ? { ...node, ...frames.get(node.id) } : node));
  writeFileSync(pathOf(file), `[\n${flow.map((node) => JSON.stringify(node)).join(",\n")}\n]\n`);
}

/** Of all nodes in the editor. */
const nodesIn = (page: Page): Promise<{ id: string; type: string; device: string; address: string }[]> =>
  page.evaluate(() => {
    const nodes: { id: string; type: string; device: string; address: string }[] = [];
    const look = (node: Record<string, unknown>): void => {
      const text = (name: string) => (typeof node[name] === "string" ? node[name] : "");
      nodes.push({ id: text("id"), type: text("type"), device: text("device"), address: text("address") });
    };
    window.RED.nodes.eachNode(look);
    window.RED.nodes.eachConfig(look);
    return nodes;
  });

test("examples in the editor", { skip }, async (t) => {
  const nodeRed = await ChildNodeRed.start({
    nodesDir: [CHECKOUT, DASHBOARD],
    allNodes: true,
    editorTheme: LIGHT,
  });
  t.after(() => nodeRed.stop());
  const editor = await Editor.open(nodeRed);
  t.after(() => editor.close());
  const { page } = editor;
  const version = await page.evaluate(() => window.RED.settings.version);

  await t.test("the first one that is imported brings the device", async () => {
    await importExample(page, "2 - nodes/atx-power.json");
    await until(async () => (await nodesIn(page)).some(({ type }) => type === "pikvm-atx-power"));
    await page.evaluate(() => {
      window.RED.nodes.eachConfig((node) => {
        if (node["type"] === "pikvm-device") node["address"] = "my-own.example";
      });
    });
  });

  const uses = [
    { file: "2 - nodes/gpio.json", type: "pikvm-gpio", way: "Import copy" },
    { file: "1 - stories/mqtt-switches-a-host.json", type: "pikvm-events", way: "View nodes..." },
  ];
  for (const { file, type, way } of uses)
    await t.test(`${file} uses the device that somebody has filled in, by "${way}"`, async () => {
      await importExample(page, file);
      await page.locator(".red-ui-notification:visible").getByRole("button", { name: way }).click();
      if (way !== "Import copy") await page.locator("#red-ui-clipboard-dialog-import-conflict:visible").click();
      await until(async () => (await nodesIn(page)).some((node) => node.type === type));
      const nodes = await nodesIn(page);
      const devices = nodes.filter((node) => node.type === DEVICE);
      assert.deepEqual(devices.map(({ address }) => address), ["my-own.example"]); // prettier-ignore
      for (const node of nodes) if (node.device) assert.equal(node.device, devices[0]?.id);
    });

  for (const file of EXAMPLES)
    await t.test(`${file}: is drawn clearly, and marked only until the device is filled in`, async () => {
      const drawn: Drawn = await page.evaluate(drawnIn, example(file));
      if (EXPORT) store(file, drawn.exported);
      assert.deepEqual(drawn.problems, []);
      assert.ok(drawn.marked.length > 0);
      for (const type of drawn.marked) assert.match(type, /^pikvm-/);
      assert.deepEqual(drawn.markedWhenFilledIn, []);
      // Node-RED's own nodes store something else in another version.
      if (!version.startsWith("4.1.")) return;
      assert.equal(JSON.stringify(withoutFrames(drawn.exported)), JSON.stringify(withoutFrames(readFlow(pathOf(file)))));
    });

  await t.test("the demo's flow: is drawn clearly, and nothing in it is marked", async () => {
    const { problems, marked } = await page.evaluate(drawnIn, readFlow(DEMO_FLOW));
    assert.deepEqual({ problems, marked }, { problems: [], marked: [] });
  });
});
