/**
 * Nodes of the bench's own, by type.
 * - bench-source sends a message each time `begin` is called.
 * - bench-sink hands each message to who hears it, by the sink's id.
 * - bench-fetch asks a device with nothing but undici, bench-socket listens with nothing but ws. What they cost is the
 *   limit of what this package's nodes can reach.
 * - bench-nothing is there and does nothing.
 */
import { Pool } from "undici";
import WebSocket from "ws";

/** As many as the client has. */
const CONNECTIONS = 16;

/** @param heard - by id of a sink, what gets its messages. */
export function referenceNodes(red, heard) {
  return {
    "bench-source": function (config) {
      red.nodes.createNode(this, config);
      this.begin = (msg) => this.send(msg);
    },
    "bench-sink": function (config) {
      red.nodes.createNode(this, config);
      this.on("input", (msg, _, done) => {
        heard.get(config.id)?.(msg);
        done();
      });
    },
    "bench-fetch": function (config) {
      red.nodes.createNode(this, config);
      const pool = poolOf(config.url, config.ca);
      this.on("input", (msg, send, done) => {
        resultFrom(pool, config.path).then((payload) => {
          msg.payload = payload;
          send(msg);
          done();
        }, done);
      });
      this.on("close", (done) => void pool.destroy().then(() => done()));
    },
    "bench-socket": function (config) {
      red.nodes.createNode(this, config);
      const socket = new WebSocket(`${config.url.replace("http", "ws")}/api/ws?stream=0`, { ca: config.ca });
      socket.on("error", (error) => this.error(error));
      socket.on("message", (data) => {
        const { event_type: topic, event: payload } = JSON.parse(data.toString());
        this.send({ topic, payload });
      });
      this.on("close", () => socket.terminate());
    },
    "bench-nothing": function (config) {
      red.nodes.createNode(this, config);
    },
  };
}

/** Connections to a stand-in with nothing but undici. @param ca - where it is asked over TLS. */
export function poolOf(url, ca) {
  return new Pool(url, { connections: CONNECTIONS, connect: ca === undefined ? {} : { ca } });
}

/** What the device answers there. */
export async function resultFrom(pool, at) {
  const { body } = await pool.request({ path: at, method: "GET", headers: HEADERS });
  return (await body.json()).result;
}

const HEADERS = { "X-KVMD-User": "admin", "X-KVMD-Passwd": "admin" };
