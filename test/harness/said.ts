import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { inspect } from "node:util";
import type { FlowConfig, NodeRed } from "./node-red";

/** Everything that Node-RED sent, showed, logged or wrote, but for the one file that is made for credentials. */
export async function everythingSaid(red: NodeRed, flow: FlowConfig): Promise<string> {
  const files = (await readdir(red.userDir)).filter(
    (file) => !/_cred\.json(\.backup)?$/.test(file) && file.endsWith(".json"),
  );
  const contents = await Promise.all(files.map((file) => readFile(path.join(red.userDir, file), "utf8")));
  const asked = [`${red.url}/flows`, ...flow.map(({ id, type }) => `${red.url}/credentials/${type}/${id}`)];
  const answers = await Promise.all(asked.map(async (url) => (await fetch(url)).text()));
  return [
    ...contents,
    ...answers,
    inspect([red.received, red.statuses, red.logs], { depth: 20, showHidden: true }),
  ].join("\n");
}
