import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import path from "node:path";

/** A program that tests start, and how a person names another one or leaves its tests out. */
const CHROMIUM = {
  title: "Chromium",
  variable: "CHROMIUM",
  leaveOut: "SKIP_BROWSER",
  tests: "with a browser",
  // The one without windows starts in half of the time; not every system has it.
  packages: ["chromium-headless-shell", "chromium"],
  names: ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable"],
};

const MOSQUITTO = {
  title: "Mosquitto",
  variable: "MOSQUITTO",
  leaveOut: "SKIP_MOSQUITTO",
  tests: "with a broker of MQTT 5",
  packages: ["mosquitto"],
  names: ["mosquitto"],
};

/** Servers are there, which is not on everybody's PATH. */
const MORE_FOLDERS = ["/usr/sbin", "/usr/local/sbin"];

/**
 * The programs of the tests, as the environment that tells them; installed where that is possible (Debian, as root).
 * Without one the tests that need it fail, each saying so.
 */
export async function findPrograms() {
  const chromium = await find(CHROMIUM);
  // One after the other: there is one apt at a time.
  return { ...chromium, ...(await find(MOSQUITTO)) };
}

/** The browser alone. */
export function findChromium() {
  return find(CHROMIUM);
}

async function find(program) {
  const { title, variable, leaveOut, tests } = program;
  if (process.env[leaveOut] === "1") return {};
  const found = process.env[variable] ?? onPath(program) ?? (await installed(program));
  if (found) return { [variable]: found };
  console.error(`\nNo ${title} was found and none could be installed. Install one, or name it in ${variable}=/path,`);
  console.error(`or run without the tests ${tests}: ${leaveOut}=1 npm test\n`);
  return {};
}

function onPath({ names }) {
  const folders = [...(process.env.PATH ?? "").split(path.delimiter), ...MORE_FOLDERS];
  return folders.flatMap((folder) => names.map((name) => path.join(folder, name))).find((file) => existsSync(file));
}

/** Resolves when apt knows what there is. */
let lists;

async function installed(program) {
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) return undefined;
  console.log(`Installing ${program.title} (Debian's package) ...`);
  await (lists ??= apt("update"));
  for (const name of program.packages) {
    await apt("install", "-y", "--no-install-recommends", name);
    const found = onPath(program);
    if (found) return found;
  }
  return undefined;
}

async function apt(...args) {
  await once(spawn("apt-get", ["-qq", ...args], { stdio: ["ignore", "ignore", "inherit"] }), "exit");
}
