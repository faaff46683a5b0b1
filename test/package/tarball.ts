import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { atEnd } from "../harness/at-end";
import { CHECKOUT } from "../harness/node-red";

const run = promisify(execFile);

interface Manifest {
  [field: string]: unknown;
  name: string;
  keywords: string[];
  engines: { node: string };
  dependencies: Record<string, string>;
  "node-red": { version: string; nodes: Record<string, string> };
}

export const MANIFEST = JSON.parse(readFileSync(path.join(CHECKOUT, "package.json"), "utf8")) as Manifest;

/** `atx-power`, `device`, ...: each is a set of nodes for Node-RED, and the name of three files in nodes/. */
export const NODE_SETS = Object.keys(MANIFEST["node-red"].nodes);

interface Tarball {
  /** Of the file itself. */
  path: string;
  files: { path: string; size: number }[];
  /** Bytes. */
  size: number;
  unpackedSize: number;
}

const folders: string[] = [];
atEnd(async () => {
  for (const folder of folders) await rm(folder, { recursive: true });
});

/** One for all files that run in this process. */
let packed: Promise<Tarball> | undefined;
let withPackage: Promise<string> | undefined;

/** What would be published, from what is built now. */
export const pack = (): Promise<Tarball> => (packed ??= packAnew());

async function packAnew(): Promise<Tarball> {
  const folder = await temporary("pikvm-pack-");
  const args = ["pack", "--ignore-scripts", "--json", "--pack-destination", folder];
  const { stdout } = await run("npm", args, { cwd: CHECKOUT });
  // The format of `npm pack --json`.
  const [tarball] = JSON.parse(stdout) as (Omit<Tarball, "path"> & { filename: string })[];
  if (!tarball) throw new Error("npm packed nothing");
  return { ...tarball, path: path.join(folder, tarball.filename) };
}

/** A user directory of Node-RED with nothing but this package, installed as the palette manager does it. */
export const installed = (): Promise<string> => (withPackage ??= installAnew());

async function installAnew(): Promise<string> {
  const folder = await temporary("pikvm-installed-");
  await writeFile(path.join(folder, "package.json"), JSON.stringify({ name: "node-red-project", private: true }));
  const tarball = await pack();
  await runIn(folder, "npm", "install", "--no-audit", "--no-fund", "--prefer-offline", tarball.path);
  return folder;
}

/** The same, without npm: the package that is installed is this checkout. */
export async function linked(): Promise<string> {
  const folder = await temporary("pikvm-linked-");
  await mkdir(path.join(folder, "node_modules"));
  await symlink(CHECKOUT, path.join(folder, "node_modules", MANIFEST.name), "junction");
  return folder;
}

async function temporary(name: string): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), name));
  folders.push(folder);
  return folder;
}

/** Resolves to what the command printed; rejects with it when it fails. */
export async function runIn(folder: string, command: string, ...args: string[]): Promise<string> {
  try {
    const { stdout } = await run(command, args, { cwd: folder, timeout: 120_000 });
    return stdout;
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string }; // of execFile, when the command ran
    throw new Error(`${command} ${args.join(" ")} failed:\n${stdout ?? ""}${stderr ?? ""}`, { cause: error });
  }
}
