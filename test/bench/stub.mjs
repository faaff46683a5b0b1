/**
 * What stands in for a device: it answers from recordings and does nothing else, so that it is never what is measured.
 * A process of its own. It tells its parent its addresses, and does what is asked at its `control` address. Any number
 * of devices are told apart by the number that their path begins with: `/17/api/atx`.
 */
import { createServer } from "node:http";
import net from "node:net";
import tls from "node:tls";
import { WebSocketServer } from "ws";
import certificates from "../../dist/src/simulator/server/certificate.js";
import { answers, respond } from "./stub-answers.mjs";
import { Listeners } from "./stub-events.mjs";

const HOST = "127.0.0.1";
const identity = certificates.issueCertificate({ hosts: [HOST] });
const listeners = new Listeners();
const upgrades = new WebSocketServer({ noServer: true, perMessageDeflate: false });
const http = createServer({ keepAliveTimeout: 60_000 }, respond);
http.on("upgrade", (request, socket, head) =>
  upgrades.handleUpgrade(request, socket, head, (webSocket) => listeners.add(webSocket, socket, deviceOf(request.url))),
);

/** The number of the device that is asked; 0 when it has none. */
const deviceOf = (url) => Number(/^[/]([0-9]+)[/]/.exec(url)?.[1] ?? 0);

/** Milliseconds at which connections came. */
let connects = [];
const open = new Set();

/** Answers what is known without Node's own server, which would take longer than what is measured. */
function serve(socket) {
  connects.push(performance.now());
  open.add(socket);
  socket.on("close", () => open.delete(socket));
  socket.on("error", () => socket.destroy());
  socket.setNoDelay(true);
  socket.on("data", function answer(chunk) {
    const known = answers.get(pathOf(chunk));
    if (known !== undefined) {
      socket.write(known);
      return;
    }
    socket.off("data", answer);
    socket.pause();
    socket.unshift(chunk);
    http.emit("connection", socket);
    process.nextTick(() => socket.resume());
  });
}

/** Of a GET request that is there as a whole. */
function pathOf(chunk) {
  if (chunk[0] !== 0x47 || chunk.at(-1) !== 0x0a || chunk.at(-3) !== 0x0a) return "";
  return chunk.latin1Slice(4, chunk.indexOf(0x20, 4)).replace(/^[/][0-9]+/, "");
}

const servers = { plain: net.createServer(serve), tls: tls.createServer(identity, serve) };
for (const server of Object.values(servers)) await listening(server, 0);
const ports = Object.fromEntries(Object.entries(servers).map(([name, server]) => [name, server.address().port]));

const ACTIONS = {
  send: (options) => listeners.send(options),
  pace: (options) => listeners.pace(options),
  listeners: () => listeners.count,
  /** @returns when connections came, in milliseconds, and forgets them. */
  connects() {
    const all = connects;
    connects = [];
    return all;
  },
  /** Nothing answers any more until it is started again. */
  async stop() {
    const closed = Object.values(servers).map((server) => new Promise((resolve) => server.close(resolve)));
    for (const socket of open) socket.destroy();
    await Promise.all(closed);
  },
  async start() {
    connects = [];
    for (const [name, server] of Object.entries(servers)) await listening(server, ports[name]);
    return performance.now();
  },
};

const control = createServer(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url, "http://control");
  const answer = await ACTIONS[pathname.slice(1)](JSON.parse(searchParams.get("options") ?? "{}"));
  response.end(JSON.stringify(answer ?? null));
});
await listening(control, 0);

process.on("disconnect", () => process.exit());
process.send({
  plain: `http://${HOST}:${ports.plain}`,
  tls: `https://${HOST}:${ports.tls}`,
  control: `http://${HOST}:${control.address().port}`,
  ca: identity.cert,
  fingerprint: certificates.fingerprintOf(identity.cert),
});

function listening(server, port) {
  return new Promise((resolve, reject) => {
    server.once("error", reject).listen({ port, host: HOST, backlog: 2048 }, () => {
      server.off("error", reject);
      resolve();
    });
  });
}
