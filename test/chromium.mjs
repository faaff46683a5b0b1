import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import path from "node:path";

/** The one without windows starts in half of the time. */
const NAMES = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/**
 * The browser of the editor tests, as the environment that tells them; installed where that is possible (Debian, as
 * root). Without one the tests that need it fail, each saying so.
 */
export async function findChromium() {
  if (process.env.SKIP_BROWSER === "1") return {};
  const found = process.env.CHROMIUM ?? onPath() ?? (await installed());
  if (found) return { CHROMIUM: found };
  console.error("\nNo Chromium was found and none could be installed. Install one, or name it in CHROMIUM=/path,");
  console.error("or run without the browser tests: SKIP_BROWSER=1 npm test\n");
  return {};
}

function onPath() {
  const folders = (process.env.PATH ?? "").split(path.delimiter);
  return folders.flatMap((folder) => NAMES.map((name) => path.join(folder, name))).find((file) => existsSync(file));
}

async function installed() {
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) return undefined;
  console.log("Installing Chromium (Debian's package) ...");
  await apt("update");
  await apt("install", "-y", "--no-install-recommends", "chromium");
  return onPath();
}

async function apt(...args) {
  await once(spawn("apt-get", ["-qq", ...args], { stdio: ["ignore", "ignore", "inherit"] }), "exit");
}
