import { existsSync } from "node:fs";
import { chromium, type Browser } from "playwright-core";

const ARGS = [
  ...["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
  ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
];

/** The reason not to run tests with a browser, for the option `skip` of a test. */
export const skip = process.env["SKIP_BROWSER"] === "1" ? "SKIP_BROWSER=1" : false;

export function launchBrowser(): Promise<Browser> {
  const executablePath = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
  if (!existsSync(executablePath)) throw new Error(`there is no browser at ${executablePath}; name one in CHROMIUM`);
  return chromium.launch({ executablePath, args: ARGS });
}
