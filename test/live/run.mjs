/**
 * `npm run live`: the client against a real device. It only reads, unless PIKVM_LIVE_CHANGES=yes: then it presses the
 * power button, types, moves the mouse, changes the drive's settings and switches the relay of PIKVM_LIVE_RELAY. Exits
 * with 2 when it is not said which device.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";

const { env } = process;
const WHAT = {
  PIKVM_URL: "the device's address, as https://pikvm.local",
  PIKVM_USER: "the user",
  PIKVM_PASSWORD: "the password",
};
const missing = Object.entries(WHAT).filter(([name]) => !env[name]);
if (!env.PIKVM_FINGERPRINT && env.PIKVM_TRUST !== "none")
  missing.push(["PIKVM_FINGERPRINT", "the SHA-256 of the device's certificate (or PIKVM_TRUST=none for any)"]);
if (missing.length > 0) {
  console.error("npm run live needs to know the device. Set:");
  for (const [name, what] of missing) console.error(`  ${name.padEnd(17)} ${what}`);
  console.error("  PIKVM_TOTP_SECRET if it asks for one-time codes: their secret");
  process.exit(2);
}

const built = path.resolve(import.meta.dirname, "../../dist/test/live");
if (!existsSync(built)) {
  console.error("what is to be run is not built");
  process.exit(2);
}
const changes = env.PIKVM_LIVE_CHANGES === "yes";
if (!changes) console.log("Only what reads; PIKVM_LIVE_CHANGES=yes also changes the host and the device.");
const files = ["reads.live.js", ...(changes ? ["changes.live.js"] : [])].map((file) => path.join(built, file));
const { status } = spawnSync(process.execPath, ["--test", "--test-timeout=120000", "--test-concurrency=1", ...files], {
  stdio: "inherit",
});
process.exitCode = status ?? 1;
