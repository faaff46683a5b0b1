import path from "node:path";
import { demoBroker, type DemoBroker } from "./broker";
import { demoDevice, type DemoDevice } from "./device";
import { portIn } from "./environment";
import { answers, checkPort, NodeRed } from "./node-red";
import { CHECKOUT, prepareUserDirectory } from "./user-directory";

/** Milliseconds. */
const EDITOR_TIMEOUT = 60_000;
const PAGE_TIMEOUT = 5000;

/**
 * Runs until it is told to end (Ctrl-C or SIGTERM). Ends everything that it has started, in any case.
 * @throws Error with a message for people when it cannot run, or when Node-RED ends by itself.
 */
export async function runDemo(env: NodeJS.ProcessEnv): Promise<void> {
  const end = untilSignalled();
  const port = portIn(env);
  await checkPort(port);
  const device = await demoDevice(env);
  const broker = await demoBroker();
  try {
    await runNodeRed({ device, broker, port, env }, end);
  } finally {
    await broker.close();
    await device.close();
  }
}

interface Parts {
  device: DemoDevice;
  broker: DemoBroker;
  /** Of Node-RED. */
  port: number;
  env: NodeJS.ProcessEnv;
}

async function runNodeRed(parts: Parts, end: AbortSignal): Promise<void> {
  const { device, broker, port, env } = parts;
  const userDir = path.resolve(env["PIKVM_DEMO_DIR"] ?? path.join(CHECKOUT, ".demo"));
  const { settings } = await prepareUserDirectory(userDir, port);
  const nodeRed = new NodeRed({ userDir, settings, env: { ...env, ...device.environment, ...broker.environment } });
  const given = AbortSignal.any([end, abortedBy(nodeRed.ended)]);
  try {
    await greet(parts, userDir, given);
    await aborted(given);
  } finally {
    await nodeRed.stop();
  }
  if (!end.aborted) throw new Error(await nodeRed.ended);
}

async function greet({ device, broker, port }: Parts, userDir: string, signal: AbortSignal): Promise<void> {
  const editor = `http://127.0.0.1:${port}/`;
  const page = `http://127.0.0.1:${port}/dashboard/pikvm`;
  if (!(await answers(editor, EDITOR_TIMEOUT, signal))) {
    if (signal.aborted) return;
    throw new Error("Node-RED's editor does not answer.");
  }
  // Who edits the flow may have removed the page.
  const hasPage = await answers(page, PAGE_TIMEOUT, signal);
  if (signal.aborted) return;
  console.log(
    [
      "",
      `Node-RED with ${device.name} runs. Open in a browser:`,
      ...(hasPage ? [`  the console    ${page}`] : []),
      `  the flow       ${editor}`,
      `  the device     ${device.page}`,
      "",
      ...(device.login.length > 0
        ? ["The device, to fill in by hand:", ...device.login.map((line) => `  ${line}`), ""]
        : []),
      "All of it over MQTT; any MQTT client of this computer may join in:",
      `  ${broker.look}`,
      "",
      `Your changes to the flow are kept in ${userDir}. Ctrl-C ends everything.`,
    ].join("\n"),
  );
}

/** Pressing Ctrl-C twice must not keep anything from being ended properly: the signals stay caught. */
function untilSignalled(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => controller.abort());
  return controller.signal;
}

function abortedBy(event: Promise<unknown>): AbortSignal {
  const controller = new AbortController();
  void event.then(() => controller.abort());
  return controller.signal;
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
