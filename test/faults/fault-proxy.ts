import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { Framing } from "./framing";
import { BUSY, FOREIGN, offsetOf, type Strike } from "./strike";

/** One request of the client, and what became of it. */
export interface Exchange {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  /** Whether the client has sent all of it. */
  sent: boolean;
  /** Whether the device has got all of it. */
  passed: boolean;
  /** Whether the client has got all of the device's own answer. */
  answered: boolean;
}

export const isChange = ({ method }: Pick<Exchange, "method">): boolean => method !== "GET";

/** What happens to which request. */
export interface Plan {
  strike: Strike;
  /** What is struck: a request that changes something, any request, or what is sent over a WebSocket. */
  among: "changes" | "requests" | "frames";
  /** How many of these pass before. */
  after: number;
}

/**
 * Stands between one client and a device, at a TCP port of its own, and lets everything through but the one request that
 * it is told to strike.
 */
export class FaultProxy {
  /** What was asked since `begin`. */
  exchanges: Exchange[] = [];
  /** Whether a request was struck since `begin`. */
  hasStruck = false;
  /** Bytes that the client has sent over WebSockets since `begin`. */
  overSockets = 0;
  readonly happen: (what: "restart" | "expire") => void;
  readonly #server: Server;
  readonly #target: number;
  readonly #lines = new Set<Line>();
  readonly #pending = new Set<Promise<void>>();
  #plan: Plan | undefined;

  /** @param target the device's port. @param happen lets something happen at the device. */
  constructor(target: number, happen: (what: "restart" | "expire") => void = () => undefined) {
    this.#target = target;
    this.happen = happen;
    this.#server = createServer({ allowHalfOpen: true }, (client) => {
      const line = new Line(this, client, connect({ port: this.#target, host: "127.0.0.1", allowHalfOpen: true }));
      this.#lines.add(line);
      line.over.then(
        () => this.#lines.delete(line),
        () => undefined,
      );
    });
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`; // it listens on a port
  }

  /** Forgets what was, and strikes as is planned. */
  begin(plan?: Plan): void {
    this.exchanges = [];
    this.overSockets = 0;
    this.hasStruck = false;
    this.#plan = plan;
  }

  /** Resolves when nothing is on its way any more. */
  async idle(): Promise<void> {
    this.#plan = undefined;
    while (this.#pending.size > 0) await Promise.all(this.#pending);
  }

  async close(): Promise<void> {
    for (const line of this.#lines) line.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** The client begins a request. @returns what happens to it. */
  strikeFor(exchange: Exchange): Strike | undefined {
    this.exchanges.push(exchange);
    if (this.#plan?.among === "frames" || (this.#plan?.among === "changes" && !isChange(exchange))) return undefined;
    return this.#struck();
  }

  /** The client sends something over a WebSocket. @returns what happens to it. */
  strikeForFrames(bytes: number): Strike | undefined {
    this.overSockets += bytes;
    return this.#plan?.among === "frames" ? this.#struck() : undefined;
  }

  #struck(): Strike | undefined {
    const plan = this.#plan;
    if (!plan) return undefined;
    plan.after -= 1;
    if (plan.after >= 0) return undefined;
    this.#plan = undefined;
    this.hasStruck = true;
    return plan.strike;
  }

  /** Work that goes on although the client may be gone. */
  track(work: Promise<void>): void {
    const tracked = work.catch(() => undefined).finally(() => this.#pending.delete(tracked));
    this.#pending.add(tracked);
  }
}

type OfAnswer = Extract<Strike, { kind: "cut" | "late" | "foreign" | "drip" | "twice" }>;

/** Whether the device's answer is held back until it is there. */
const isOfAnswer = (strike: Strike): strike is OfAnswer =>
  ["foreign", "drip", "twice"].includes(strike.kind) || ("of" in strike && strike.of === "answer");

/** One connection of the client, with its own to the device. */
class Line {
  readonly over: Promise<unknown>;
  readonly #proxy: FaultProxy;
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
  /** The device gets the request although the client is gone. */
  #isOnItsWay = false;

  constructor(proxy: FaultProxy, client: Socket, device: Socket) {
    this.#proxy = proxy;
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
    const strike = this.#proxy.strikeForFrames(chunk.length);
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
      this.#proxy.track(pass);
    } else this.#device.write(chunk);
  }

  #next(): void {
    this.#request = new Framing(false);
    this.#answer = new Framing(true);
    this.#exchange = this.#strike = undefined;
    this.#passed = 0;
  }

  #begin(): Exchange {
    const [method = "", path = ""] = this.#request.firstLine.split(" ");
    const exchange = { method, path, sent: false, passed: false, answered: false };
    this.#strike = this.#proxy.strikeFor(exchange);
    return exchange;
  }

  #pass(request: Framing, exchange: Exchange): void {
    const strike = this.#strike;
    if (this.#isDead) return;
    if (strike?.kind === "busy" || (strike?.kind === "foreign" && !strike.after)) {
      if (exchange.sent)
        this.#client.write(Buffer.from(strike.kind === "busy" ? BUSY : FOREIGN[strike.what], "latin1"));
      return;
    }
    if (strike?.kind === "late" && strike.of === "request") {
      if (exchange.sent) this.#proxy.track(this.#passLater(request.bytes, exchange, strike.ms));
      return;
    }
    const isCut = strike?.kind === "cut" && strike.of === "request";
    const limit = isCut ? offsetOf(strike.at, strike.part, request.head ?? 0, request.total) : Infinity;
    const end = Math.min(limit, request.bytes.length);
    if (strike?.kind === "expire" && this.#passed === 0) this.#proxy.happen("expire");
    this.#device.write(request.bytes.subarray(this.#passed, end));
    this.#passed = end;
    exchange.passed = request.isWhole && end === request.total;
    // When it has begun with it.
    if (strike?.kind === "restart" && exchange.passed)
      this.#proxy.track(sleep(5).then(() => this.#proxy.happen("restart")));
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
    this.#answer.take(chunk);
    const strike = this.#strike;
    if (!strike || !isOfAnswer(strike)) {
      this.#client.write(chunk);
      this.#wholeAnswer();
    } else if (this.#answer.isWhole) this.#proxy.track(this.#deliver(strike, this.#answer));
  }

  /** The client has all of the device's answer. */
  #wholeAnswer(): void {
    if (!this.#answer.isWhole || !this.#exchange) return;
    this.#exchange.answered = !this.#client.destroyed;
    this.#isSocket = this.#answer.firstLine.includes(" 101 ");
  }

  async #deliver(strike: OfAnswer, answer: Framing): Promise<void> {
    const { bytes } = answer;
    switch (strike.kind) {
      case "cut": {
        const place = offsetOf(strike.at, strike.part, answer.head ?? 0, answer.total);
        this.#client.write(bytes.subarray(0, place));
        if (place >= bytes.length) this.#wholeAnswer();
        this.#end(strike.how);
        return;
      }
      case "foreign":
        this.#client.write(Buffer.from(FOREIGN[strike.what], "latin1"));
        return;
      case "late":
        await sleep(strike.ms);
        this.#client.write(bytes);
        break;
      case "drip":
        for (let piece = 0; piece < strike.pieces; piece += 1) {
          const [from, to] = [piece, piece + 1].map((part) => Math.floor((part * bytes.length) / strike.pieces));
          this.#client.write(bytes.subarray(from, to));
          await sleep(strike.ms);
        }
        break;
      case "twice":
        this.#client.write(Buffer.concat([bytes, bytes]));
        break;
    }
    this.#wholeAnswer();
  }

  #end(how: "fin" | "rst" | "hang"): void {
    this.#isDead = true;
    for (const socket of [this.#client, this.#device])
      if (how === "fin") socket.end();
      else if (how === "rst") socket.resetAndDestroy();
  }
}
