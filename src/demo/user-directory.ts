import { existsSync } from "node:fs";
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";

/** Root of the checkout, seen from dist/src/demo. */
export const CHECKOUT = path.resolve(__dirname, "../../..");

export const DEMO_FLOW = path.join(CHECKOUT, "src/demo/flow.json");
export const DASHBOARD = path.join(CHECKOUT, "node_modules/@flowfuse/node-red-dashboard");

/** Node-RED's folder for this demo: new settings at each start, the demo flow only if there is no flow yet. */
export async function prepareUserDirectory(directory: string, port: number): Promise<{ settings: string }> {
  await mkdir(directory, { recursive: true });
  const settings = path.join(directory, "settings.cjs");
  await writeFile(settings, settingsFile(directory, port));
  const flows = path.join(directory, "flows.json");
  if (existsSync(flows)) return { settings };
  await writeFile(path.join(directory, "flows_cred.json"), JSON.stringify(await credentials(), null, 2));
  await copyFile(DEMO_FLOW, flows);
  return { settings };
}

/** References to the environment in place of secrets: Node-RED fills them in, and they may lie about in plain text. */
async function credentials(): Promise<object> {
  const nodes = JSON.parse(await readFile(DEMO_FLOW, "utf8")) as { id: string; type: string }[]; // a flow file is a list of nodes
  const devices = nodes.filter(({ type }) => type === "pikvm-device");
  return Object.fromEntries(devices.map(({ id }) => [id, { password: "${PIKVM_PASSWORD}" }]));
}

function settingsFile(userDir: string, port: number): string {
  const settings = {
    uiHost: "127.0.0.1",
    uiPort: port,
    userDir,
    flowFile: "flows.json",
    credentialSecret: false,
    nodesDir: [CHECKOUT, DASHBOARD],
    httpStatic: false,
    telemetry: { enabled: false, updateNotification: false },
    externalModules: {
      palette: { allowInstall: false, allowUpload: false },
      modules: { allowInstall: false },
    },
    editorTheme: { tours: false, projects: { enabled: false } },
    // Warnings are in the editor; that the references in flows_cred.json are not encrypted is as intended.
    logging: { console: { level: "error", metrics: false, audit: false } },
  };
  return [
    "// Written by npm start, each time anew.",
    "// Without the demo this Node-RED has no device; it ends also when the demo was killed.",
    'process.on("disconnect", () => process.kill(process.pid, "SIGTERM"));',
    `module.exports = ${JSON.stringify(settings, null, 2)};`,
    "",
  ].join("\n");
}
