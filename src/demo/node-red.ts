import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { get } from "node:http";
import { createServer } from "node:net";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CHECKOUT } from "./user-directory";

/** Milliseconds. */
const STOP_TIMEOUT = 8000;
const POLL_INTERVAL = 100;

interface NodeRedOptions {
  userDir: string;
  settings: string;
  env: NodeJS.ProcessEnv;
}

/** A Node-RED in a process of its own. */
export class NodeRed {
  /** Resolves when the process has ended, for whatever reason. */
  readonly ended: Promise<string>;
  readonly #child: ChildProcess;

  constructor({ userDir, settings, env }: NodeRedOptions) {
    const home = env["NODE_RED_HOME"] ?? path.join(CHECKOUT, "node_modules/node-red");
    const args = [path.join(home, "red.js"), "-s", settings, "-u", userDir];
    // The channel tells it when this process is gone.
    this.#child = spawn(process.execPath, args, { env, stdio: ["ignore", "inherit", "inherit", "ipc"] });
    this.ended = once(this.#child, "exit").then(
      ([code, signal]) => `Node-RED ended by itself (${String(signal ?? `exit code ${String(code)}`)}).`,
      (error: unknown) => `Node-RED could not be started: ${String(error)}`,
    );
  }

  async stop(): Promise<void> {
    this.#child.kill("SIGTERM");
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), STOP_TIMEOUT);
    await this.ended;
    clearTimeout(timer);
  }

  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.ended;
  }
}

/** Waits until an address answers with success. Resolves to whether it did in time. */
export async function answers(url: string, timeout: number, signal: AbortSignal): Promise<boolean> {
  const end = Date.now() + timeout;
  while (!signal.aborted && Date.now() < end) {
    if ((await statusOf(url)) === 200) return true;
    await sleep(POLL_INTERVAL);
  }
  return false;
}

function statusOf(url: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    const request = get(url, { agent: false, timeout: 2000 }, (response) => {
      response.destroy();
      resolve(response.statusCode);
    });
    request.once("timeout", () => request.destroy());
    request.once("error", () => resolve(undefined));
  });
}

/** @throws Error in one line when nothing can listen on the port. */
export async function checkPort(port: number): Promise<void> {
  const server = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, "127.0.0.1", resolve);
    });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException; // what listen() fails with
    if (code === "EADDRINUSE")
      throw new Error(`Port ${port} is in use already; choose another one: PORT=1881 npm start`, { cause: error });
    throw new Error(`Port ${port} cannot be used (${String(code)}); choose another one: PORT=1881 npm start`, {
      cause: error,
    });
  }
  await new Promise((resolve) => server.close(resolve));
}
