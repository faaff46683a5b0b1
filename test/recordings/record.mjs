/**
 * `npm run record -- --address https://pikvm.lan`: records what a device answers to GET requests, and its events. It
 * changes nothing. docs/recording.md says how to use it, what it takes out, and what to look at before the recording is
 * given away.
 */
import { once } from "node:events";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { PiKVM } from "../../dist/src/client/index.js";
import { contains, redactor } from "./redact.mjs";

const HELP = `Usage: PIKVM_PASSWORD=... npm run record -- --address <address> [options]

Options:
  --user <name>         User name (default admin)
  --fingerprint <hex>   SHA-256 fingerprint of the device's certificate
  --insecure            Accept any certificate
  --seconds <n>         How long to listen to events (default 12)
  --folder <path>       Where to write (default test/recordings/<model>-<version>)

The environment has the password (PIKVM_PASSWORD) and, with two-factor authentication, its secret (PIKVM_TOTP_SECRET).
`;

/** Seconds for the first event. */
const PATIENCE = 10;
const MEDIA = "/redfish/v1/Managers/BMC/VirtualMedia";
/**
 * File names and what they ask for. All are GET; pictures, the log and images are left out, because nobody could redact
 * them.
 */
const CALLS = {
  "atx-state": "/api/atx",
  "auth-check": "/api/auth/check",
  "gpio-state": "/api/gpio",
  "hid-state": "/api/hid",
  "hid-inactivity": "/api/hid/inactivity",
  "hid-keymaps": "/api/hid/keymaps",
  "info-default": "/api/info",
  "info-legacy0": "/api/info?legacy=0",
  "media-state": "/api/media",
  "msd-state": "/api/msd",
  prometheus: "/api/export/prometheus/metrics",
  "redfish-manager": "/redfish/v1/Managers/BMC",
  "redfish-managers": "/redfish/v1/Managers",
  "redfish-root": "/redfish/v1",
  "redfish-system0": "/redfish/v1/Systems/0",
  "redfish-systems": "/redfish/v1/Systems",
  "redfish-vm": MEDIA,
  "redfish-vm-msd": `${MEDIA}/MSD`,
  "streamer-ocr": "/api/streamer/ocr",
  "streamer-state": "/api/streamer",
  "switch-state": "/api/switch",
};

const { values: flags } = parseArgs({
  options: {
    address: { type: "string" },
    user: { type: "string", default: "admin" },
    fingerprint: { type: "string" },
    insecure: { type: "boolean", default: false },
    seconds: { type: "string", default: "12" },
    folder: { type: "string" },
    help: { type: "boolean", short: "h", default: false },
  },
});
const { PIKVM_PASSWORD: password = "", PIKVM_TOTP_SECRET: totpSecret = "" } = process.env;
if (flags.help || flags.address === undefined || password === "") {
  console.log(HELP);
  process.exit(flags.help ? 0 : 1);
}

try {
  await main();
} catch (error) {
  console.error(`Nothing was written. ${error.name}: ${error.message}`);
  process.exitCode = 1;
}

async function main() {
  const trust = flags.insecure
    ? "none"
    : flags.fingerprint === undefined
      ? "system"
      : { fingerprint: flags.fingerprint };
  const kvm = new PiKVM({ address: flags.address, user: flags.user, password, totpSecret, trust, readOnly: true });
  await kvm.open();
  let answers, lines;
  try {
    answers = await ask(kvm);
    lines = await listen(kvm, Number(flags.seconds));
  } finally {
    await kvm.close();
  }

  const recorded = [...Object.values(answers), ...lines];
  for (const secret of [password, totpSecret].filter(Boolean))
    if (recorded.some((value) => contains(value, secret)))
      throw new Error("An answer has a word that is also your password; change the password for the recording.");
  const redact = redactor(recorded, { [new URL(kvm.baseUrl).hostname]: "pikvm" });
  write(folderFor(answers), answers, lines, redact);
}

async function ask(kvm) {
  const answers = {};
  for (const [name, url] of Object.entries(CALLS)) {
    const [file, query = ""] = url.split("?");
    const begin = Date.now();
    try {
      const options = { as: "text", query: Object.fromEntries(new URLSearchParams(query)) };
      answers[name] = exchangeOf(name, file, query, await kvm.request("GET", file, options), Date.now() - begin);
    } catch (error) {
      // A device of another version has other calls; who is refused here is refused everywhere.
      if (error.name === "AuthError" || error.statusCode === undefined) throw error;
      console.log(`${name}: not recorded, ${error.message}`);
    }
  }
  return answers;
}

/** In the format of `kvmd-4.197/http`. */
function exchangeOf(name, file, query, { statusCode, headers, body }, elapsed) {
  const isJson = /^application\/json/.test(String(headers["content-type"]));
  return {
    name,
    request: { method: "GET", path: file, query, auth: "X-KVMD", headers: {} },
    status: statusCode,
    reason: "OK",
    headers: Object.entries(headers).flatMap(([key, value]) => [value].flat().map((one) => [key, one])),
    elapsed_ms: elapsed,
    body_len: Buffer.byteLength(body),
    ...(isJson ? { body_json: JSON.parse(body) } : { body_text: body }),
  };
}

/** In the format of `kvmd-4.197/ws`. The client connects with `stream=0`, so no video starts. */
async function listen(kvm, seconds) {
  const lines = [];
  const begin = Date.now();
  const stream = kvm.events();
  let failure;
  stream.on("event", (event) => lines.push({ ms: Date.now() - begin, dir: "<", text: event }));
  stream.on("connection", ({ error }) => (failure ??= error));
  // A slow device is not listened to for a shorter time.
  await once(stream, "event", { signal: AbortSignal.timeout(PATIENCE * 1000) }).catch(() => undefined);
  await sleep(seconds * 1000);
  await stream.close();
  if (lines.length === 0) throw failure ?? new Error("The device sent no event.");
  return lines;
}

function folderFor(answers) {
  const { system, hw } = answers["info-default"]?.body_json.result ?? {};
  const model = hw?.platform?.model ?? system?.platform?.model ?? "device";
  const name = `${model}-${system?.kvmd?.version ?? "unknown"}`;
  const folder = path.resolve(flags.folder ?? path.join(import.meta.dirname, name));
  if (existsSync(folder)) throw new Error(`${folder} is there already; name another one with --folder.`);
  return folder;
}

function write(folder, answers, lines, redact) {
  for (const part of ["http", "ws"]) mkdirSync(path.join(folder, part), { recursive: true });
  for (const [name, answer] of Object.entries(answers))
    writeFileSync(path.join(folder, "http", `${name}.json`), `${JSON.stringify(redact(answer), null, 1)}\n`);
  const session = lines.map((line) => `${JSON.stringify(redact(line))}\n`);
  writeFileSync(path.join(folder, "ws", "connect-stream0.jsonl"), session.join(""));
  console.log(`${Object.keys(answers).length} answers and ${lines.length} events are in ${folder}.`);
  console.log("Read them before you give them away: docs/recording.md says what to look for.");
}
