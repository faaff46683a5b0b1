import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Exchange } from "./exchange";
import { Framing } from "./framing";
import { BUSY, foreignParts, offsetOf, type Strike } from "./strike";

type OfAnswer = Extract<Strike, { kind: "cut" | "late" | "foreign" | "drip" | "twice" }>;

/** Whether the device's answer is held back until it is there. */
const isOfAnswer = (strike: Strike): strike is OfAnswer =>
  ["foreign", "drip", "twice"].includes(strike.kind) || ("of" in strike && strike.of === "answer");

/** Who decides what happens to what goes over a connection, and counts it. */
export interface Road {
  /** Bytes that the client has sent over WebSockets. */
  overSockets: number;
  /** Lets something happen at the device. */
  happen: (what: "restart" | "expire") => void;
  /** The client begins a request. @returns what happens to it. */
  strikeFor: (exchange: Exchange) => Strike | undefined;
  /** The client sends something over a WebSocket. @returns what happens to it. */
  strikeForFrames: (bytes: number) => Strike | undefined;
  /** Work that goes on although the client may be gone. */
  track: (work: Promise<void>) => void;
}

/** One connection of the client, with its own to the device. */
export class FaultLine {
  readonly over: Promise<unknown>;
  readonly #road: Road;
  readonly #client: Socket;
  readonly #device: Socket;
  #request = new Framing(false);
  #answer = new Framing(true);
  #exchange: Exchange | undefined;
  #strike: Strike | undefined;
  /** Bytes of the request that the device has got. */
  #passed = 0;
  /** Nothing goes through any more. */
  #isDead = false;
  #isSocket = false;
  /** What the device has sent behind the answer that is held back. */
  #behind: Buffer[] | undefined;
  /** The device gets the request although the client is gone. */
  #isOnItsWay = false;

  constructor(road: Road, client: Socket, device: Socket) {
    this.#road = road;
    this.#client = client;
    this.#device = device;
    for (const socket of [client, device]) socket.setNoDelay(true).on("error", () => undefined);
    client.on("data", (chunk: Buffer) => this.#fromClient(chunk));
    device.on("data", (chunk: Buffer) => this.#fromDevice(chunk));
    client.on("end", () => {
      if (this.#isDead || this.#isOnItsWay) client.destroy();
      else device.end();
    });
    device.on("end", () => this.#isDead || this.#isOnItsWay || client.end());
    client.on("close", () => this.#isOnItsWay || device.destroy());
    device.on("close", () => this.#isDead || client.destroy());
    this.over = Promise.all([client, device].map((socket) => new Promise((resolve) => socket.once("close", resolve))));
  }

  destroy(): void {
    this.#client.destroy();
    this.#device.destroy();
  }

  #fromClient(chunk: Buffer): void {
    if (this.#isSocket) {
      this.#passFrames(chunk);
      return;
    }
    // Only one that is over has another one behind it.
    if (this.#request.isWhole) this.#next();
    this.#request.take(chunk);
    if (this.#request.head === undefined) return;
    this.#exchange ??= this.#begin();
    this.#exchange.sent = this.#request.isWhole;
    this.#pass(this.#request, this.#exchange);
  }

  #passFrames(chunk: Buffer): void {
    const strike = this.#road.strikeForFrames(chunk.length);
    if (this.#isDead) return;
    if (strike?.kind === "cut") {
      this.#device.write(
        chunk.subarray(0, strike.at === "end" ? chunk.length : Math.floor(strike.part * chunk.length)),
      );
      this.#end(strike.how);
    } else if (strike?.kind === "late") {
      this.#client.pause();
      const pass = sleep(strike.ms).then(() => {
        this.#device.write(chunk);
        this.#client.resume();
      });
      this.#road.track(pass);
    } else {
      this.#device.write(chunk);
      if (strike?.kind === "restart") this.#road.happen("restart");
      if (strike?.kind === "foreign") for (const part of foreignParts(strike.what)) this.#client.write(part);
    }
  }

  #next(): void {
    this.#request = new Framing(false);
    this.#answer = new Framing(true);
    this.#exchange = this.#strike = this.#behind = undefined;
    this.#passed = 0;
  }

  #begin(): Exchange {
    const [method = "", path = ""] = this.#request.firstLine.split(" ");
    const exchange = { method, path, sent: false, passed: false, answered: false };
    this.#strike = this.#road.strikeFor(exchange);
    return exchange;
  }

  #pass(request: Framing, exchange: Exchange): void {
    const strike = this.#strike;
    if (this.#isDead) return;
    if (strike?.kind === "busy" || (strike?.kind === "foreign" && !strike.after)) {
      const parts = strike.kind === "busy" ? [BUSY] : foreignParts(strike.what);
      if (exchange.sent) for (const part of parts) this.#client.write(part);
      return;
    }
    if (strike?.kind === "late" && strike.of === "request") {
      if (exchange.sent) this.#road.track(this.#passLater(request.bytes, exchange, strike.ms));
      return;
    }
    const isCut = strike?.kind === "cut" && strike.of === "request";
    const limit = isCut ? offsetOf(strike.at, strike.part, request.head ?? 0, request.total) : Infinity;
    const end = Math.min(limit, request.bytes.length);
    if (strike?.kind === "expire" && this.#passed === 0) this.#road.happen("expire");
    this.#device.write(request.bytes.subarray(this.#passed, end));
    this.#passed = end;
    exchange.passed = request.isWhole && end === request.total;
    // When it has begun with it.
    if (strike?.kind === "restart" && exchange.passed)
      this.#road.track(sleep(5).then(() => this.#road.happen("restart")));
    if (isCut && (end >= limit || exchange.passed)) this.#end(strike.how);
  }

  /** The device gets it whatever the client does meanwhile. */
  async #passLater(bytes: Buffer, exchange: Exchange, ms: number): Promise<void> {
    this.#isOnItsWay = true;
    await sleep(ms);
    exchange.passed = true;
    const isOver = new Promise<void>((resolve) => {
      this.#device.once("data", () => resolve()).once("close", resolve);
    });
    this.#device.write(bytes);
    await isOver;
    this.#isOnItsWay = false;
    if (this.#client.destroyed) this.#device.destroy();
  }

  #fromDevice(chunk: Buffer): void {
    if (this.#isDead) return;
    if (this.#isSocket) {
      this.#client.write(chunk);
      return;
    }
    if (this.#behind) {
      this.#behind.push(chunk);
      return;
    }
    const rest = this.#answer.take(chunk);
    const strike = this.#strike;
    if (!strike || !isOfAnswer(strike)) {
      this.#client.write(chunk);
      if (this.#answer.isWhole) this.#wholeAnswer();
    } else if (this.#answer.isWhole) {
      this.#behind = [rest];
      this.#road.track(this.#deliver(strike, this.#answer.bytes));
    }
  }

  /** The client has all of the device's answer. */
  #wholeAnswer(): void {
    if (!this.#exchange) return;
    this.#exchange.answered = !this.#client.destroyed;
    this.#isSocket = this.#answer.firstLine.includes(" 101 ");
    for (const chunk of this.#behind ?? []) this.#client.write(chunk);
    this.#behind = undefined;
  }

  async #deliver(strike: OfAnswer, bytes: Buffer): Promise<void> {
    switch (strike.kind) {
      case "cut": {
        const place = offsetOf(strike.at, strike.part, this.#answer.head ?? 0, this.#answer.total);
        this.#client.write(bytes.subarray(0, place));
        if (place >= bytes.length) this.#wholeAnswer();
        this.#end(strike.how);
        return;
      }
      case "foreign":
        for (const part of foreignParts(strike.what)) this.#client.write(part);
        return;
      case "late":
        await sleep(strike.ms);
        break;
      case "drip":
        for (let piece = 0; piece < strike.pieces - 1; piece += 1) {
          this.#client.write(pieceOf(bytes, piece, strike.pieces));
          await sleep(strike.ms);
        }
        this.#client.write(pieceOf(bytes, strike.pieces - 1, strike.pieces));
        this.#wholeAnswer();
        return;
      case "twice":
        this.#client.write(Buffer.concat([bytes, bytes]));
        this.#wholeAnswer();
        return;
    }
    this.#client.write(bytes);
    this.#wholeAnswer();
  }

  #end(how: "fin" | "rst" | "hang"): void {
    this.#isDead = true;
    // What the client sends before it hears of a reset nobody gets.
    if (how === "rst" && this.#isSocket) this.#road.overSockets += 1;
    for (const socket of [this.#client, this.#device])
      if (how === "fin") socket.end();
      else if (how === "rst") socket.resetAndDestroy();
  }
}

function pieceOf(bytes: Buffer, piece: number, pieces: number): Buffer {
  const [from, to] = [piece, piece + 1].map((part) => Math.floor((part * bytes.length) / pieces));
  return bytes.subarray(from, to);
}
