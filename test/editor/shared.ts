import type { Browser } from "playwright-core";
import { launchBrowser } from "../examples/browser";
import { atEnd } from "../harness/at-end";
import { ChildNodeRed } from "../harness/child-node-red";
import { ON_SECOND_LINE } from "../harness/lines";
import type { Login } from "../harness/logins";
import type { FlowConfig } from "../harness/node-red";
import { Editor, LIGHT } from "./editor";

/**
 * Nothing may depend on an editor that is at the root and lets everybody in. The second line has Node-RED's usual editor
 * for code.
 */
const LANE = { adminRoot: "/red", hasLogin: true, withMqtt: true, editorTheme: ON_SECOND_LINE ? {} : LIGHT };

interface Shared {
  nodeRed: ChildNodeRed;
  browser: Browser;
  editor: Editor;
}

/** One of each for all test files that run in this process, in turn. */
let shared: Promise<Shared> | undefined;

atEnd(async () => {
  const { nodeRed, browser } = (await shared?.catch(() => undefined)) ?? {};
  await browser?.close();
  await nodeRed?.stop();
});

async function start(): Promise<Shared> {
  const nodeRed = await ChildNodeRed.start(LANE);
  try {
    const browser = await launchBrowser();
    return { nodeRed, browser, editor: await Editor.open(nodeRed, {}, browser) };
  } catch (error) {
    await nodeRed.stop();
    throw error;
  }
}

/** Node-RED with this flow and its editor, both as if they had just started. */
export async function openWith(flow: FlowConfig): Promise<{ nodeRed: ChildNodeRed; editor: Editor }> {
  const { nodeRed, editor } = await (shared ??= start());
  await editor.startOver(async () => {
    // The flow of another file may still complain that its device has gone.
    await nodeRed.deploy([]);
    nodeRed.logs.length = 0;
    await nodeRed.deploy(flow);
  });
  return { nodeRed, editor };
}

/** The same editor in a window of somebody else, who closes it. */
export async function openAs(login: Login): Promise<Editor> {
  const { nodeRed, browser } = await (shared ??= start());
  return Editor.open({ url: nodeRed.url, login }, {}, browser);
}
