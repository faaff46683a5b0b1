/**
 * A bare stub of many devices in one process, each at an address of its own (127.1.0.1, 127.1.0.2, …) and all at the
 * same port: the simulator is slower than what is measured. `node device.mjs <count> [tls]`, with an IPC channel.
 */
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { readFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { WebSocketServer } from "ws";
import { addressOf } from "./addresses.mjs";

const [count, scheme] = [Number(process.argv[2]), process.argv[3]];
/** A session as a real device begins it. */
const RECORDED = path.join(import.meta.dirname, "../../recordings/kvmd-4.197/ws/connect-stream0.jsonl");
const GREETING = greeting();
const OK = JSON.stringify({ ok: true, result: {} });

const sockets = new Set();
/** When each connection was accepted, and each WebSocket opened, in milliseconds of this process. */
let connects = [];
let opened = [];
let port = 0;

const webSockets = new WebSocketServer({ noServer: true });
const servers = [];
for (let index = 0; index < count; index += 1) servers.push(await deviceAt(addressOf(index)));
setInterval(tell, 1000, JSON.stringify({ event_type: "atx", event: { leds: { power: true, hdd: false } } }));
process.send({ port });

process.on("message", async ({ restart, silence, report, devices = count }) => {
  if (report) process.send(measured());
  if (silence) for (const socket of sockets) socket.pause();
  if (restart === undefined) return;
  const those = servers.slice(0, devices);
  await Promise.all(those.map(stopped));
  await sleep(restart * 1000);
  connects = [];
  opened = [];
  const since = performance.now();
  await Promise.all(those.map((server) => listening(server)));
  process.send({ listeningAfter: performance.now() - since });
});
process.on("disconnect", () => process.exit());

async function deviceAt(address) {
  const answer = (_, response) => response.writeHead(200, { "Content-Type": "application/json" }).end(OK);
  const server = scheme === "tls" ? createTlsServer(await certificate(), answer) : createServer(answer);
  server.own = { address, sockets: new Set() };
  server.on("connection", (socket) => {
    connects.push(performance.now());
    for (const set of [sockets, server.own.sockets]) {
      set.add(socket);
      socket.on("close", () => set.delete(socket)).on("error", () => undefined);
    }
  });
  server.on("upgrade", (request, socket, head) =>
    webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      opened.push(performance.now());
      for (const text of GREETING) webSocket.send(text);
    }),
  );
  await listening(server);
  port ||= server.address().port;
  return server;
}

function listening(server) {
  return new Promise((resolve) => server.listen({ port, host: server.own.address, backlog: 1024 }, resolve));
}

function stopped(server) {
  for (const socket of server.own.sockets) socket.destroy();
  return new Promise((resolve) => server.close(resolve));
}

let turn = 0;
/** One event a second for each, spread over the second. */
function tell(text) {
  const all = [...webSockets.clients];
  turn += 1;
  for (const [index, client] of all.entries())
    setTimeout(() => client.readyState === client.OPEN && client.send(text), (1000 * index) / all.length);
}

function measured() {
  const rate = Math.max(
    0,
    ...connects.map((at) => connects.filter((other) => other >= at && other < at + 1000).length),
  );
  const [first = 0] = connects;
  return { sessions: webSockets.clients.size, connects: connects.length, rate, first, last: opened.at(-1) ?? 0 };
}

/** What a real device says in its first second. */
function greeting() {
  const lines = readFileSync(RECORDED, "utf8").trim().split("\n").map((line) => JSON.parse(line)); // prettier-ignore
  return lines.filter(({ dir, ms }) => dir === "<" && ms < 1000).map(({ text }) => JSON.stringify(text));
}

let made;
/** One for all. */
async function certificate() {
  made ??= (await import("../../../dist/src/simulator/server/certificate.js")).default.issueCertificate();
  return made;
}
