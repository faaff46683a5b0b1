import type { Browser } from "playwright-core";
import { launchBrowser } from "../examples/browser";
import { atEnd } from "../harness/at-end";
import { ChildNodeRed } from "../harness/child-node-red";
import type { FlowConfig } from "../harness/node-red";
import { Editor } from "./editor";
import { LANE } from "./lane";

/** One of each for all test files that run in this process, in turn. */
let nodeRed: Promise<ChildNodeRed> | undefined;
let browser: Promise<Browser> | undefined;

atEnd(async () => {
  await (await nodeRed)?.stop();
  await (await browser)?.close();
});

/** Node-RED with this flow, as if it had just started, and its editor in a window that its user closes. */
export async function openWith(flow: FlowConfig): Promise<{ nodeRed: ChildNodeRed; editor: Editor }> {
  const running = await (nodeRed ??= ChildNodeRed.start(LANE));
  // The flow of another file may still complain that its device has gone.
  await running.deploy([]);
  running.logs.length = 0;
  await running.deploy(flow);
  return { nodeRed: running, editor: await Editor.open(running, {}, await (browser ??= launchBrowser())) };
}
