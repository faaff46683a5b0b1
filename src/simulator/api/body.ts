import type { IncomingMessage } from "node:http";

import type { Timers } from "../clock";
import type { Body } from "./subsystem";

/** nginx' limit everywhere but for typing and uploads. */
export const SMALL_BODY = 4096;
/** Of a chunked upload nginx knows the length only at its end; so much of its content is kept until then. */
const SPOOLED_BYTES = 4 * 1024 * 1024;

/** The body of a request with a known length, as it comes in. */
export function streamedBody(request: IncomingMessage, pace: Pace): Body {
  return bodyOf(Number(request.headers["content-length"] ?? 0), () => paced(request, pace));
}

/** @returns undefined when it is longer than nginx lets through. */
export async function smallBody(request: IncomingMessage, pace: Pace): Promise<Body | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of paced(request, pace)) {
    length += chunk.length;
    if (length > SMALL_BODY) return undefined;
    chunks.push(chunk);
  }
  return bodyOf(length, () => each(chunks));
}

/** A chunked upload: nginx takes it in whole before kvmd sees it, with a length. */
export async function spooledBody(request: IncomingMessage, pace: Pace): Promise<Body> {
  const kept: Buffer[] = [];
  let length = 0;
  for await (const chunk of paced(request, pace)) {
    kept.push(length < SPOOLED_BYTES ? Buffer.from(chunk) : Buffer.alloc(0));
    length += chunk.length;
  }
  const content = Buffer.concat(kept);
  return bodyOf(length, () => each([content, ...zeros(length - content.length)]));
}

/** Bytes per second, and whose seconds. */
export interface Pace {
  readonly bytesPerSecond: number;
  readonly timers: Timers;
}

function bodyOf(length: number, chunks: () => AsyncIterable<Buffer>): Body {
  return {
    length,
    chunks,
    async all() {
      const parts: Buffer[] = [];
      for await (const chunk of chunks()) parts.push(chunk);
      return Buffer.concat(parts);
    },
  };
}

async function* paced(request: IncomingMessage, { bytesPerSecond, timers }: Pace): AsyncGenerator<Buffer> {
  for await (const chunk of request) {
    const bytes = chunk as Buffer; // no encoding was set
    if (bytesPerSecond < Infinity) await timers.sleep((bytes.length / bytesPerSecond) * 1000);
    yield bytes;
  }
}

// oxlint-disable-next-line typescript/require-await -- a list in the shape of a stream
async function* each(chunks: Iterable<Buffer>): AsyncGenerator<Buffer> {
  yield* chunks;
}

function* zeros(length: number): Generator<Buffer> {
  const chunk = Buffer.alloc(64 * 1024);
  for (let left = length; left > 0; left -= chunk.length) yield chunk.subarray(0, left);
}
