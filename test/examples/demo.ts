import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { get as httpGet } from "node:http";
import { get as httpsGet } from "node:https";
import { tmpdir } from "node:os";
import path from "node:path";
import type { TestContext } from "node:test";
import { CHECKOUT } from "../harness/node-red";
import { until } from "../harness/until";

export const START = [process.execPath, path.join(CHECKOUT, "src/demo/start.mjs")] as const;
export const NPM_START = ["npm", "start"] as const;
export const TIMEOUT = 90_000;

/** Whoever runs the tests may have a real device in the environment. */
const NO_DEVICE = { PIKVM_URL: undefined, PIKVM_USER: undefined, PIKVM_PASSWORD: undefined, PIKVM_FINGERPRINT: undefined };

export interface Demo {
  child: ChildProcess;
  /** Everything that it has printed so far. */
  output: () => string;
  /** Resolves to the exit code. */
  ended: Promise<number | null>;
}

interface DemoOptions {
  command?: readonly [string, ...string[]];
  port: number;
  userDir: string;
  env?: NodeJS.ProcessEnv;
}

/** In a process group of its own, which a signal can reach as Ctrl-C reaches it in a terminal. */
export function startDemo(t: TestContext, { command = START, port, userDir, env = {} }: DemoOptions): Demo {
  const [program, ...args] = command;
  const child = spawn(program, args, {
    cwd: CHECKOUT,
    detached: true,
    env: { ...process.env, ...NO_DEVICE, PORT: String(port), PIKVM_DEMO_DIR: userDir, ...env },
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const ended = once(child, "exit").then(([code]) => code as number | null); // what "exit" is emitted with
  t.after(() => {
    if (isGroupAlive(child)) signalGroup(child, "SIGKILL");
  });
  return { child, output: () => output, ended };
}

export function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals | 0): void {
  if (pid === undefined) throw new Error("it was not started");
  process.kill(-pid, signal);
}

function isGroupAlive(child: ChildProcess): boolean {
  try {
    signalGroup(child, 0);
    return true;
  } catch {
    return false;
  }
}

/** The addresses of the editor, the console and the device. */
export async function addresses(demo: Demo): Promise<string[]> {
  await until(() => demo.output().includes("Ctrl-C") || demo.child.exitCode !== null, { timeout: TIMEOUT });
  return ["the flow", "the console", "the device"].map((name) => printed(demo, name)).filter((url) => url !== "");
}

/** What the program has printed behind a name; empty when it has not. */
export function printed(demo: Demo, name: string): string {
  return new RegExp(`^  ${name} +(\\S+)$`, "m").exec(demo.output())?.[1] ?? "";
}

export async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), "pikvm-demo-"));
  t.after(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

/** The HTTP status; undefined when nobody answers. Any certificate will do. */
export function statusOf(url: string, method = "GET"): Promise<number | undefined> {
  const get = url.startsWith("https:") ? httpsGet : httpGet;
  return new Promise((resolve) => {
    const request = get(url, { method, agent: false, rejectUnauthorized: false } as object, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    request.on("error", () => resolve(undefined));
  });
}

export async function assertGone(demo: Demo, urls: readonly string[]): Promise<void> {
  await until(() => !isGroupAlive(demo.child), { what: "the end of all its processes" });
  for (const url of urls) assert.equal(await statusOf(url), undefined, `${url} still answers`);
}

