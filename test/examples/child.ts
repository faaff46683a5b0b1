import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { answers, NodeRed } from "../../src/demo/node-red";
import { prepareUserDirectory } from "../../src/demo/user-directory";
import type { FlowConfig } from "../harness/node-red";
import { freePort } from "./free-port";

/** A Node-RED as users run it: a process of its own, with editor and dashboard. */
interface Child {
  url: string;
  stop(): Promise<void>;
  /** As a power cut would end it. */
  kill(): Promise<void>;
}

/** @param env what it finds in its environment, besides what is there already. */
export async function startChild(flow: FlowConfig, env: NodeJS.ProcessEnv = {}): Promise<Child> {
  const userDir = await mkdtemp(path.join(tmpdir(), "pikvm-child-"));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const credentials = flow.flatMap(({ id, credentials }) => (credentials ? [[id, credentials] as const] : []));
  const bare = flow.map(({ credentials, ...node }) => (credentials ? node : node));
  await writeFile(path.join(userDir, "flows.json"), JSON.stringify(bare));
  await writeFile(path.join(userDir, "flows_cred.json"), JSON.stringify(Object.fromEntries(credentials)));
  const { settings } = await prepareUserDirectory(userDir, port);
  const nodeRed = new NodeRed({ userDir, settings, env: { ...process.env, ...env } });
  const stop = async (): Promise<void> => {
    await nodeRed.stop();
    await rm(userDir, { recursive: true, force: true });
  };
  if (await answers(`${url}/`, 30_000, new AbortController().signal)) return { url, stop, kill: () => nodeRed.kill() };
  await stop();
  throw new Error("Node-RED did not start");
}
