/**
 * Many small things: answers and events, through the client and without it. Each answers with what it cost, see
 * `timed`.
 */
import { once } from "node:events";
import { Pool } from "undici";
import WebSocket from "ws";
import pikvm from "../../dist/src/client/index.js";
import { HEADERS, LOGIN } from "./login.mjs";
import { timed } from "./measure.mjs";

/** Reads the state of the power buttons so many times. @param atOnce requests that run side by side. */
export async function gets({ url }, count, atOnce) {
  const kvm = await new pikvm.PiKVM({ address: url, ...LOGIN }).open();
  const pool = new Pool(url, { connections: 16 });
  const options = { path: "/api/atx", method: "GET", headers: HEADERS };
  const raw = async () => (await (await pool.request(options)).body.json()).result;
  const both = { client: () => kvm.atx.getState(), raw };
  // The first round of each opens the connections and is not counted.
  const cost = {};
  for (const round of [0, 1])
    for (const [name, get] of Object.entries(both)) cost[name] = await timed(() => repeated(get, count, round === 0 ? 16 : atOnce)); // prettier-ignore
  await kvm.close();
  await pool.close();
  return cost;
}

async function repeated(get, count, atOnce) {
  let left = count;
  const lines = Array.from({ length: atOnce }, async () => {
    while (left > 0) {
      left -= 1;
      await get();
    }
  });
  await Promise.all(lines);
}

/**
 * Hears so many events over the client's link, which merges them into states, and over a plain WebSocket, which only
 * parses them.
 */
export async function events(device, count) {
  return { client: await heardByClient(device, count), raw: await heardByWebSocket(device, count) };
}

async function heardByClient(device, count) {
  const kvm = await new pikvm.PiKVM({ address: device.url, ...LOGIN }).open();
  const stream = kvm.events();
  while (!("switch" in stream.states && "system" in (stream.states.info ?? {}))) await once(stream, "state");
  await silence(device);
  const cost = await timed(() => heard(device, count, (hear) => stream.on("state", ({ kind }) => hear(kind))));
  await kvm.close();
  return cost;
}

async function heardByWebSocket(device, count) {
  const socket = new WebSocket(`${device.url.replace("http", "ws")}/api/ws?stream=0`, { headers: HEADERS });
  await once(socket, "open");
  await silence(device);
  const cost = await timed(() =>
    heard(device, count, (hear) => socket.on("message", (data) => hear(JSON.parse(data.toString()).event_type))),
  );
  socket.close();
  return cost;
}

/** A request's answer comes after what the device had to say before. */
async function silence({ url }) {
  const pool = new Pool(url);
  await (await pool.request({ path: "/api/info", method: "GET", headers: HEADERS })).body.dump();
  await pool.close();
}

function heard({ tell }, count, listen) {
  return new Promise((resolve) => {
    let left = count;
    listen((kind) => {
      if (kind === "atx" && (left -= 1) === 0) resolve();
    });
    tell(count);
  });
}
