/** What the stub sends over its WebSockets. */
import { readFileSync } from "node:fs";
import { once } from "node:events";
import path from "node:path";

const RECORDING = path.resolve(import.meta.dirname, "../recordings/kvmd-4.197/ws/connect-stream0.jsonl");
/** The recording goes on with what comes every 5 s. */
const FIRST_SECOND = 1000;
const told = readFileSync(RECORDING, "utf8")
  .split("\n")
  .flatMap((line) => (line === "" ? [] : [JSON.parse(line)]))
  .flatMap(({ ms, text }) => (text && ms < FIRST_SECOND ? [text] : []));

/** All states, as every session begins with them. */
const BEGINNING = Buffer.concat(told.map((event) => framed(event)));
const HID = told.find(({ event_type }) => event_type === "hid");
/** About 300 bytes each; the first differs from the beginning, and the second from the first, in one LED. */
const PAIR = [true, false].map(hid);
/** Frames that are written in one piece. */
const TOGETHER = 50;
const BATCH = Buffer.concat(Array.from({ length: TOGETHER }, (_, index) => framed(PAIR[index % 2])));

function hid(caps) {
  const { keyboard, ...event } = HID.event;
  const leds = { ...keyboard.leds, caps };
  return { ...HID, event: { ...event, keyboard: { ...keyboard, leds } } };
}

/** A text frame of less than 64 KiB. */
function framed(event) {
  const text = Buffer.from(JSON.stringify(event));
  const head =
    text.length < 126 ? Buffer.of(0x81, text.length) : Buffer.of(0x81, 126, text.length >> 8, text.length & 255);
  return Buffer.concat([head, text]);
}

/** Everybody who listens to the devices. */
export class Listeners {
  /** The numbers of their devices. */
  #devices = new Map();
  #pace;

  get count() {
    return this.#devices.size;
  }

  add(webSocket, socket, device) {
    this.#devices.set(socket, device);
    webSocket.on("error", () => undefined);
    socket.on("close", () => this.#devices.delete(socket));
    socket.write(BEGINNING);
  }

  /** Sends so many events to each of a device, or of all, as fast as they are taken. */
  send({ count, device }) {
    for (const socket of this.#of(device)) void flood(socket, count);
  }

  /**
   * Sends so many events a second altogether, to each of a device, or of all, in turn, until it is told otherwise.
   * @param stamped - with the time at which each was sent.
   */
  pace({ perSecond, device, stamped = false }) {
    clearInterval(this.#pace);
    if (!perSecond) return;
    const sockets = this.#of(device);
    const begin = performance.now();
    let sent = 0;
    this.#pace = setInterval(() => {
      for (const due = ((performance.now() - begin) / 1000) * perSecond; sent < due; sent += 1) {
        const which = Math.floor(sent / sockets.length) % 2;
        sockets[sent % sockets.length]?.write(stamped ? framed(stampedEvent(PAIR[which])) : PACED[which]);
      }
    }, 1);
  }

  #of(device) {
    return [...this.#devices].flatMap(([socket, own]) => (device === undefined || own === device ? [socket] : []));
  }
}

const PACED = PAIR.map(framed);

/** The clock is the same in all processes of a computer. */
function stampedEvent({ event_type, event }) {
  return { event_type, event: { ...event, sent: Number(process.hrtime.bigint()) / 1e6 } };
}

async function flood(socket, count) {
  for (let left = count; left > 0; left -= TOGETHER) {
    if (!socket.write(BATCH)) await once(socket, "drain").catch(() => undefined);
    if (socket.destroyed) return;
  }
}
