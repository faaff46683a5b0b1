import type { Readable } from "node:stream";
import { Agent, type Dispatcher } from "undici";
import type { Address } from "./address";
import type { Answer } from "./answer";
import { Deadline, throwIfCancelled } from "./deadline";
import { ConnectionTimeoutError, lostAnswer, ResponseError } from "./errors";
import { networkError, targetOf } from "./network";
import { noteSending, type Progress } from "./sending";
import type { Connector } from "./trust";

/** One HTTP request to a device. */
export interface HttpRequest {
  method: "GET" | "POST";
  /** Below the sub-path, with the query. */
  path: string;
  headers: Record<string, string>;
  body?: string | Buffer | Readable | undefined;
  /** Whether it changes the device. */
  changes: boolean;
  /** Seconds for all of it: waiting for a free connection, connecting, the answer's head and body. */
  timeout: number;
  /** End it. */
  signals: readonly (AbortSignal | undefined)[];
}

/** Idle connections are given up before nginx does so after 10 s, so that a POST never meets a dying one. */
const KEEP_ALIVE = { keepAliveTimeout: 4000, keepAliveMaxTimeout: 8000 };
/** A device has little to say at once; more requests wait for a free connection. */
const CONNECTIONS = 16;
/** The largest JSON answer is the listing of an image storage. */
const MAX_ANSWER = 32 * 1024 * 1024;

/** The connections to one device, and requests with their whole answers over them. The only user of undici's requests. */
export class Http {
  readonly #address: Address;
  readonly #agent: Dispatcher;

  constructor(address: Address, connect: Connector) {
    this.#address = address;
    // Time limits are the Deadline's, one for all phases of a request.
    this.#agent = new Agent({
      ...KEEP_ALIVE,
      connections: CONNECTIONS,
      connect,
      headersTimeout: 0,
      bodyTimeout: 0,
    }).compose(noteSending);
  }

  /** @throws the errors of the network and of cancelling; an answer of any status is returned. */
  async exchange(request: HttpRequest): Promise<Answer> {
    const progress: Progress = { sent: false };
    const changeSent = (): boolean => progress.sent && request.changes;
    using deadline = new Deadline(request.signals, {
      seconds: request.timeout,
      late: () => timedOut(this.#address, changeSent()),
    });
    throwIfCancelled(deadline.signal);
    try {
      return await deadline.race(this.#send(request, deadline.signal, progress));
    } catch (error) {
      throw networkError(error, { address: this.#address, changeSent: changeSent() });
    }
  }

  /** Ends all connections, whatever runs over them. */
  async destroy(): Promise<void> {
    await this.#agent.destroy();
  }

  async #send(request: HttpRequest, signal: AbortSignal, progress: Progress): Promise<Answer> {
    const { method, path, headers, body, changes } = request;
    const response = await this.#agent.request({
      origin: this.#address.origin,
      path: this.#address.path + path,
      method,
      headers,
      body: body ?? null,
      signal,
      opaque: progress,
    });
    const text = await readText(response, changes);
    return { statusCode: response.statusCode, headers: response.headers, text, changes };
  }
}

async function readText(response: Dispatcher.ResponseData<Progress>, changes: boolean): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    // undici's body is typed as a stream of anything; without an encoding it yields Buffers.
    for await (const chunk of response.body as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > MAX_ANSWER) break;
      chunks.push(chunk);
    }
  } catch (cause) {
    throw new ResponseError("The device's answer was cut short.", response, {
      cause,
      code: "CUT_SHORT",
      retryable: true,
      ...lostAnswer(changes),
    });
  }
  if (length > MAX_ANSWER) {
    const message = `The answer is longer than ${MAX_ANSWER / 1024 / 1024} MiB.`;
    throw new ResponseError(message, response, { code: "TOO_LONG", ...lostAnswer(changes) });
  }
  return Buffer.concat(chunks).toString("utf8");
}

function timedOut(address: Address, changeSent: boolean): ConnectionTimeoutError {
  const message = `${targetOf(address)} did not answer in time.`;
  return new ConnectionTimeoutError(message, { retryable: true, ...lostAnswer(changeSent) });
}
