import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/**
 * The browser of the editor tests, as the environment that tells them; installed where that is possible (Debian, as root).
 * Without one the tests that need it fail, each saying so.
 */
export function findChromium() {
  if (process.env.SKIP_BROWSER === "1") return {};
  const found = process.env.CHROMIUM ?? onPath() ?? installed();
  if (found) return { CHROMIUM: found };
  console.error("\nNo Chromium was found and none could be installed. Install one, or name it in CHROMIUM=/path,");
  console.error("or run without the browser tests: SKIP_BROWSER=1 npm test\n");
  return {};
}

function onPath() {
  const folders = (process.env.PATH ?? "").split(path.delimiter);
  return folders.flatMap((folder) => NAMES.map((name) => path.join(folder, name))).find((file) => existsSync(file));
}

function installed() {
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) return undefined;
  console.log("\n== installing Chromium (Debian's package)");
  const apt = (...args) => spawnSync("apt-get", ["-qq", ...args], { stdio: ["ignore", "ignore", "inherit"] });
  apt("update");
  apt("install", "-y", "--no-install-recommends", "chromium");
  return onPath();
}
