/** A simulator and the shortest way to talk to it; no code of the client takes part. */
import { request as plainRequest, type IncomingMessage } from "node:http";
import { request as secureRequest } from "node:https";
import type { TestContext } from "node:test";

import WebSocket from "ws";

import { issueCertificate, type Simulator, type SimulatorOptions, startSimulator } from "../../src/simulator";
import type { JsonObject } from "../../src/simulator/api/python";

export const ADMIN = { "X-KVMD-User": "admin", "X-KVMD-Passwd": "admin" };

const IDENTITY = issueCertificate();

/** A simulator that ends with the test. */
export async function device(t: TestContext, options: SimulatorOptions = {}): Promise<Simulator> {
  const simulator = await startSimulator({ tls: IDENTITY, ...options });
  t.after(() => simulator.close());
  return simulator;
}

export interface Answer {
  readonly status: number;
  readonly reason: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Buffer;
  readonly text: string;
  /** The envelope's result. */
  readonly result: JsonObject;
  header(name: string): string | undefined;
}

export interface CallOptions {
  headers?: Readonly<Record<string, string>>;
  body?: Buffer | string;
  chunked?: boolean;
  signal?: AbortSignal;
  /** So many bytes of the body are enough; a body that breaks off is taken as it is. */
  upTo?: number;
}

/** One request on a connection of its own, with the administrator's headers unless others are given. */
export function call(base: string, method: string, path: string, options: CallOptions = {}): Promise<Answer> {
  const { headers = ADMIN, body, chunked = false } = options;
  const url = base + path;
  const length = body === undefined || chunked ? {} : { "Content-Length": String(Buffer.byteLength(body)) };
  const signal = options.signal === undefined ? {} : { signal: options.signal };
  return new Promise((resolve, reject) => {
    const send = url.startsWith("https:") ? secureRequest : plainRequest;
    const request = send(url, {
      method,
      agent: false,
      rejectUnauthorized: false,
      headers: { ...headers, ...length },
      ...signal,
    });
    request.on("response", (message) => void answerOf(message, options.upTo).then(resolve, reject));
    request.on("upgrade", (message, socket) => {
      socket.destroy();
      answerOf(message).then(resolve, reject);
    });
    request.on("error", reject);
    if (chunked) request.flushHeaders();
    request.end(body);
  });
}

async function answerOf(message: IncomingMessage, upTo?: number): Promise<Answer> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    if (message.statusCode !== 101)
      for await (const chunk of message) {
        const bytes = chunk as Buffer; // no encoding was set
        chunks.push(bytes);
        length += bytes.length;
        if (length >= (upTo ?? Infinity)) break;
      }
  } catch (error) {
    if (upTo === undefined) throw error;
  }
  const body = Buffer.concat(chunks);
  const { rawHeaders } = message;
  const headers = rawHeaders.flatMap((name, index) => (index % 2 === 0 ? [[name, rawHeaders[index + 1] ?? ""] as const] : [])); // prettier-ignore
  return {
    status: message.statusCode ?? 0,
    reason: message.statusMessage ?? "",
    headers,
    body,
    text: body.toString("utf8"),
    get result() {
      return (JSON.parse(body.toString("utf8")) as { result: JsonObject }).result; // the device's envelope
    },
    header: (name) => headers.find(([known]) => known.toLowerCase() === name.toLowerCase())?.[1],
  };
}

export interface Event {
  readonly event_type: string;
  readonly event: JsonObject;
}

/** An open event socket that keeps what it got. */
export interface Listening {
  readonly socket: WebSocket;
  readonly events: Event[];
  /** Binary messages, as hex. */
  readonly binary: string[];
  /** The close code; settles when it is closed. */
  readonly closed: Promise<number>;
}

export async function listen(t: TestContext, { url }: Simulator, query = "?stream=0"): Promise<Listening> {
  const socket = new WebSocket(`${url.replace(/^http/, "ws")}/api/ws${query}`, { rejectUnauthorized: false, headers: ADMIN, perMessageDeflate: false }); // prettier-ignore
  t.after(() => socket.terminate());
  const events: Event[] = [];
  const binary: string[] = [];
  socket.on("message", (data: Buffer, isBinary) => {
    if (isBinary) binary.push(data.toString("hex"));
    else events.push(JSON.parse(data.toString("utf8")) as Event); // the device's format
  });
  socket.on("error", () => undefined);
  const closed = new Promise<number>((resolve) => socket.on("close", resolve));
  await until(() => events.some(({ event_type: type, event }) => type === "info" && "health" in event));
  return { socket, events, binary, closed };
}

/** Resolves when the condition holds; polls, for what has no event to wait for. */
export async function until(condition: () => boolean, what = condition.toString()): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`Still not true: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
