/** `npm run bench`: what the client costs, against the same done without it in the same run. See README.md here. */
import { fork } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { setUp } from "../../src/demo/setup.mjs";
import { median } from "./measure.mjs";

const MIB = 1024 * 1024;
/** By how many MiB a transfer of any size may make the process grow. */
const MAX_GROWTH = 64;
const TRANSFERS = [
  ["upload of 2 GiB", "upload", 2048 * MIB],
  ["upload of 2 GiB, size unknown", "upload-unknown", 2048 * MIB],
  ["download of 1 GiB", "download", 1024 * MIB],
];
/** Before it, Node takes its tens of MiB for any transfer, however small; see README.md. */
const FIRST = 64 * MIB;
const TRANSFER_ROUNDS = 3;
const GETS = 500;
const EVENTS = 2000;
const SMALL_ROUNDS = 7;
/** Seconds of a recorded macro, and by which part of them it may drift. */
const MACRO = 60;
const MAX_DRIFT = 0.01;

await setUp();
// What it measures is there only after the build.
const { events, gets } = await import("./small.mjs");
const { lateness } = await import("./macro.mjs");

console.log(
  "against undici and ws without the client; higher is faster, 1.00 is as fast; processor: lower is cheaper\n",
);
const failures = [];
for (const [title, what, bytes] of TRANSFERS) {
  const rounds = { undici: [], client: [] };
  for (let round = 0; round < TRANSFER_ROUNDS; round += 1)
    for (const who of Object.keys(rounds)) rounds[who].push(await transfer(who, what, bytes));
  console.log(`${title}: ${compared(rounds.client, rounds.undici)}`);
  const speed = (costs) => (bytes / MIB / median(costs.map(({ seconds }) => seconds))).toFixed(0);
  console.log(`  ${speed(rounds.client)} MiB/s, without ${speed(rounds.undici)} MiB/s`);
  for (const [who, costs] of Object.entries(rounds)) {
    const { rss, heapUsed, external } = largest(costs);
    const fromStart = Math.max(...costs.map((cost) => cost.fromStart));
    console.log(
      `  ${who} grew by at most ${mib(rss)} (heap ${mib(heapUsed)}, external ${mib(external)}); since its start ${mib(fromStart)}`,
    );
    if (who === "client" && rss >= MAX_GROWTH) failures.push(`${title}: the process grew by ${MAX_GROWTH} MiB or more`);
  }
}
await withDevice([], async (device) => {
  await small(`${GETS} GETs, one by one`, () => gets(device, GETS, 1));
  await small(`${GETS} GETs, 16 at once`, () => gets(device, GETS, 16));
  await small(`${EVENTS} events`, () => events(device, EVENTS));
});
const { presses, last, usual } = await lateness(MACRO);
const drift = last / (1000 * MACRO);
console.log(
  `macro of ${MACRO} s, ${presses} presses: drift ${(100 * drift).toFixed(2)} % (the last was ${last.toFixed(0)} ms late, half of all up to ${usual.toFixed(0)} ms)`,
);
if (Math.abs(drift) >= MAX_DRIFT) failures.push(`the macro drifted by ${100 * MAX_DRIFT} % or more`);
for (const failure of failures) console.log(failure);
process.exitCode = failures.length > 0 ? 1 : 0;

async function small(title, work) {
  const rounds = { client: [], raw: [] };
  for (let round = 0; round < SMALL_ROUNDS; round += 1) {
    const { client, raw } = await work();
    rounds.client.push(client);
    rounds.raw.push(raw);
  }
  console.log(`${title}: ${compared(rounds.client, rounds.raw)}`);
}

function compared(client, raw) {
  const ratio = (key) => median(raw.map((cost) => cost[key])) / median(client.map((cost) => cost[key]));
  return `speed ${ratio("seconds").toFixed(2)}, processor ${(1 / ratio("cpu")).toFixed(2)}`;
}

function largest(costs) {
  const most = (part) => Math.max(...costs.map(({ growth }) => growth[part]));
  return { rss: most("rss"), heapUsed: most("heapUsed"), external: most("external") };
}

function mib(number) {
  return `${number.toFixed(0)} MiB`;
}

/** Each has a device of its own: none is slowed down by what another left in it. */
function transfer(who, what, bytes) {
  const images = what === "download" ? [`first.img=${FIRST}`, `image.img=${bytes}`] : [];
  return withDevice(images, async ({ url }) => {
    const child = fork(path.join(import.meta.dirname, "transfer.mjs"), [who, what, url, bytes, FIRST].map(String));
    const [cost] = await Promise.race([once(child, "message"), failing(child)]);
    return cost;
  });
}

async function withDevice(images, work) {
  const child = fork(path.join(import.meta.dirname, "device.mjs"), images);
  const [{ url }] = await Promise.race([once(child, "message"), failing(child)]);
  try {
    return await work({ url, tell: (count) => child.send({ events: count }) });
  } finally {
    child.disconnect();
  }
}

async function failing(child) {
  const [code] = await once(child, "exit");
  throw new Error(`${path.basename(child.spawnargs[1])} ended with ${code}`);
}
