import { once } from "node:events";
import type { ServerResponse } from "node:http";

import type { Pace } from "../api/body";
import type { Clock } from "../clock";
import { reasonOf, type Reply, SERVER, STRICT_TRANSPORT } from "../api/reply";

interface DeliveryOptions {
  readonly clock: Clock;
  readonly secure: boolean;
  readonly pace: Pace;
  /** Ends the connection when so much of the body is out. */
  readonly cutAt?: "half" | undefined;
}

const SLICES_PER_SECOND = 10;

/** Sends an answer with the head that nginx gives it. Resolves when the body is out or the client gone. */
export async function deliver(response: ServerResponse, reply: Reply, options: DeliveryOptions): Promise<void> {
  response.sendDate = false;
  response.writeHead(reply.status, reasonOf(reply), head(reply, options));
  const body = Buffer.isBuffer(reply.body) ? [reply.body] : reply.body;
  try {
    await Promise.race([send(response, body, reply, options), abandoned(response)]);
    response.end();
    if (reply.close === true) response.once("finish", () => response.socket?.end());
  } catch {
    // A body that breaks off takes the connection with it; what was written before still arrives.
    if (response.socket) response.socket.destroySoon();
    else response.destroy();
  }
}

/** Rejects when the client goes away, for a body that has nothing to say for a long time; otherwise never settles. */
function abandoned(response: ServerResponse): Promise<never> {
  return new Promise((_, reject) => {
    response.once("close", () => reject(new Error("the client is gone")));
  });
}

async function send(
  response: ServerResponse,
  body: Iterable<Buffer> | AsyncIterable<Buffer>,
  reply: Reply,
  { pace, cutAt }: DeliveryOptions,
): Promise<void> {
  const total = lengthOf(reply) ?? Infinity;
  const limit = cutAt === "half" ? (total === Infinity ? 1 : Math.floor(total / 2)) : Infinity;
  let sent = 0;
  for await (const chunk of body)
    for (const slice of slices(chunk, pace.bytesPerSecond)) {
      const part = slice.subarray(0, Math.max(0, limit - sent));
      await write(response, part);
      sent += slice.length;
      if (sent >= limit) throw new Error("cut");
      if (pace.bytesPerSecond < Infinity) await pace.timers.sleep((slice.length / pace.bytesPerSecond) * 1000);
    }
  if (cutAt === "half") throw new Error("cut");
}

async function write(response: ServerResponse, part: Buffer): Promise<void> {
  if (response.destroyed) throw new Error("the client is gone");
  if (part.length === 0 || response.write(part)) return;
  const gone = new AbortController();
  const onClose = (): void => gone.abort();
  response.once("close", onClose);
  try {
    await once(response, "drain", { signal: gone.signal });
  } finally {
    response.off("close", onClose);
  }
}

function* slices(chunk: Buffer, bytesPerSecond: number): Generator<Buffer> {
  const size = bytesPerSecond === Infinity ? chunk.length : Math.max(1, Math.floor(bytesPerSecond / SLICES_PER_SECOND));
  for (let offset = 0; offset < chunk.length; offset += size) yield chunk.subarray(offset, offset + size);
}

function lengthOf(reply: Reply): number | undefined {
  return Buffer.isBuffer(reply.body) ? reply.body.length : reply.length;
}

/** Names and values in the order in which nginx sends them. */
function head(reply: Reply, { clock, secure }: DeliveryOptions): string[] {
  const length = lengthOf(reply);
  const bodiless = reply.status === 204 || reply.status === 304;
  const lines: [string, string][] = [
    ["Server", SERVER],
    ["Date", new Date(clock.wall()).toUTCString()],
  ];
  if (reply.contentType !== undefined && !bodiless) lines.push(["Content-Type", reply.contentType]);
  if (!bodiless)
    lines.push(length === undefined ? ["Transfer-Encoding", "chunked"] : ["Content-Length", String(length)]);
  // Said in so many words because Node would otherwise add a Keep-Alive header, which nginx does not send.
  lines.push(["Connection", reply.close === true ? "close" : "keep-alive"]);
  for (const [name, value] of reply.headers ?? []) lines.push([name, value]);
  if (secure && reply.forgetful !== true) lines.push([...STRICT_TRANSPORT]);
  return lines.flat();
}
