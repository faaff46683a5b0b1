#!/usr/bin/env node
import { parseArgs } from "node:util";

import { Age } from "./age";
import { realClock, scaledClock } from "./clock";
import type { ImageSource } from "./msd/msd-storage";
import { type Simulator, type SimulatorOptions, startSimulator } from "./simulator";
import { KVMD_VERSION } from "./version";

const HELP = `Usage: pikvm-simulator [options]

A PiKVM without the hardware: its API and events, and a computer behind it whose
power button, keyboard and USB drive work. Nothing leaves this machine.

Options:
  --port <n>            Port to listen on (default 8443; 0 takes any free one)
  --host <address>      Address to listen on (default 127.0.0.1, this machine only)
  --http                Plain HTTP instead of HTTPS
  --redirect-port <n>   Also listen there with plain HTTP and redirect to HTTPS
  --user <name>         User name (default admin)
  --password <text>     Password (default admin)
  --totp-secret <text>  Ask for a one-time code of this base32 secret behind the password
  --no-auth             Let everybody in
  --speed <factor>      Let the computer's and the device's time run faster (default 1)
  --image <name=size>   An image in the storage, size in MB; may be repeated
                        (default: debian-13-netinst.iso=665 and rescue.img=128)
  --sub-path <path>     Serve everything below a path, as behind a reverse proxy
  --on                  The computer runs at the start
  --disk-passphrase <text>
                        The computer's disk is encrypted: when it starts, it asks for this
  --gpio                A board with relays, pulses and inputs, labelled in the device's view
  --host-poll <ms>      So often the computer takes a report of keyboard or mouse, 1 to 1000
                        (default 8; USB hubs and boot loaders: 10)
  --switch <n>          PiKVM Switch units of four ports each, 0 to 5 (default 0)
  --kvmd <version>      The device's software, as old as 1.100, or glkvm (default 4.197)
  --help                Show this
  --version             Show the version of PiKVM's kvmd that is simulated

Watch the computer in a browser at <address>/simulator, and make trouble there:
pull its plug, break the network and so on. Stop with Ctrl+C.
`;

const DEFAULT_PORT = "8443";
const DEFAULT_IMAGES = ["debian-13-netinst.iso=665", "rescue.img=128"];

class UsageError extends Error {
  override name = "UsageError";
}

const FLAGS = {
  port: { type: "string", default: DEFAULT_PORT },
  host: { type: "string", default: "127.0.0.1" },
  http: { type: "boolean", default: false },
  "redirect-port": { type: "string" },
  user: { type: "string", default: "admin" },
  password: { type: "string", default: "admin" },
  "totp-secret": { type: "string" },
  "no-auth": { type: "boolean", default: false },
  speed: { type: "string", default: "1" },
  image: { type: "string", multiple: true, default: DEFAULT_IMAGES },
  "sub-path": { type: "string", default: "" },
  on: { type: "boolean", default: false },
  "disk-passphrase": { type: "string", default: "" },
  gpio: { type: "boolean", default: false },
  "host-poll": { type: "string", default: "8" },
  switch: { type: "string", default: "0" },
  kvmd: { type: "string", default: KVMD_VERSION },
  help: { type: "boolean", short: "h", default: false },
  version: { type: "boolean", default: false },
} as const;

function readFlags(args: readonly string[]): ReturnType<typeof parse> {
  try {
    return parse(args);
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function parse(args: readonly string[]) {
  return parseArgs({ args: [...args], options: FLAGS, strict: true, allowPositionals: false }).values;
}

function toOptions(flags: ReturnType<typeof parse>): SimulatorOptions {
  const speed = number("speed", flags.speed, 0.001, 1_000_000);
  const redirect = flags["redirect-port"];
  const secret = flags["totp-secret"];
  checkAge(flags.kvmd);
  return {
    port: number("port", flags.port, 0, 65_535),
    host: flags.host,
    tls: !flags.http,
    user: flags.user,
    passwd: flags.password,
    auth: !flags["no-auth"],
    clock: speed === 1 ? realClock() : scaledClock(speed),
    images: Object.fromEntries(flags.image.map(toImage)),
    subPath: normalPath(flags["sub-path"]),
    power: flags.on,
    diskPassphrase: flags["disk-passphrase"],
    relayBoard: flags.gpio,
    hostPoll: number("host-poll", flags["host-poll"], 1, 1000),
    switchUnits: Math.floor(number("switch", flags.switch, 0, 5)),
    hddActivity: true,
    kvmd: flags.kvmd,
    ...(redirect === undefined ? {} : { redirectPort: number("redirect-port", redirect, 0, 65_535) }),
    ...(secret === undefined ? {} : { totpSecret: secret }),
  };
}

function checkAge(kvmd: string): void {
  try {
    new Age(kvmd);
  } catch {
    throw new UsageError(`--kvmd must be a version such as ${KVMD_VERSION}, or glkvm, not "${kvmd}"`);
  }
}

function number(flag: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (text.trim() === "" || !(value >= min && value <= max) || (flag.endsWith("port") && !Number.isInteger(value)))
    throw new UsageError(`--${flag} must be a number between ${min} and ${max}, not "${text}"`);
  return value;
}

function normalPath(path: string): string {
  const bare = path.replace(/^\/+|\/+$/g, "");
  return bare === "" ? "" : `/${bare}`;
}

function toImage(text: string): [string, ImageSource] {
  const [, name = "", megabytes = ""] = /^(.+)=([\d.]+)$/.exec(text) ?? [];
  if (name === "" || !(Number(megabytes) >= 0)) throw new UsageError(`--image must be name=megabytes, not "${text}"`);
  return [name, Math.round(Number(megabytes) * 1_000_000)];
}

function greeting(simulator: Simulator, flags: ReturnType<typeof parse>): string {
  const lines = [
    `A simulated PiKVM listens on ${simulator.url}`,
    flags["no-auth"]
      ? "  without a password"
      : `  user ${flags.user}, ${flags.password === "admin" ? "password admin" : "the password you gave"}`,
    ...(simulator.fingerprint === "" ? [] : [`  self-signed certificate sha256 ${simulator.fingerprint}`]),
    ...(simulator.redirectUrl === undefined ? [] : [`  ${simulator.redirectUrl} redirects there`]),
    `  watch its computer at ${simulator.url}/simulator`,
  ];
  return `${lines.join("\n")}\n`;
}

async function main(): Promise<void> {
  const flags = readFlags(process.argv.slice(2));
  if (flags.help || flags.version) {
    process.stdout.write(flags.help ? HELP : `kvmd ${KVMD_VERSION}\n`);
    return;
  }
  const simulator = await startSimulator(toOptions(flags));
  const end = (): void => void simulator.close().finally(() => process.exit(0));
  process.once("SIGINT", end);
  process.once("SIGTERM", end);
  process.stdout.write(greeting(simulator, flags));
}

function complaint(error: NodeJS.ErrnoException & { port?: number; address?: string }): string {
  const where = `${error.address ?? ""}:${error.port ?? ""}`;
  if (error.code === "EADDRINUSE") return `${where} is already in use; choose another with --port`;
  if (error.code === "EACCES") return `${where} may not be used by this user; choose one above 1023 with --port`;
  if (error.code === "EADDRNOTAVAIL" || error.code === "ENOTFOUND")
    return `this machine has no address ${error.address ?? ""}; see --host`;
  return error.name === "UsageError" ? `${error.message}\nTry pikvm-simulator --help` : error.message;
}

main().catch((error: unknown) => {
  process.stderr.write(`pikvm-simulator: ${error instanceof Error ? complaint(error) : String(error)}\n`);
  process.exitCode = 1;
});
