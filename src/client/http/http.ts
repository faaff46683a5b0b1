import type { Readable } from "node:stream";
import type { Dispatcher } from "undici";
import type { Answer } from "./answer";
import { Deadline } from "../deadline";
import { CancelledError, ConnectionTimeoutError, lostAnswer, PiKVMError, ResponseError } from "../errors";
import { Exchange, type Head } from "./exchange";
import { isBroken, networkError, targetOf } from "./network";
import { Pool, type PoolName } from "./pool";
import type { Connector } from "../tls/connector";
import type { Address, Method } from "../vocabulary";

/** One HTTP request to a device, and what may end it. */
export interface HttpRequest {
  method: Method;
  /** Below the sub-path, with the query. */
  path: string;
  headers: Record<string, string>;
  /** What opens a stream is called when it is sent. */
  body?: string | Buffer | (() => Readable) | undefined;
  /** Whether it changes the device. */
  changes: boolean;
  /**
   * Seconds for what `limited` names. They begin at once: the wait for a free connection and connecting take their
   * part.
   */
  timeout: number;
  limited: Limited;
  /** Whose connections it uses. */
  pool: PoolName;
  /** Each of them ends it. */
  signals: readonly (AbortSignal | undefined)[];
  /**
   * Seconds for which the answer is waited for when a signal ends what was sent already: a busy device may carry it out
   * late, and what comes next must not overtake it. Default 0.
   */
  settleTime?: number | undefined;
  /**
   * Told, also when it takes too long, what resolves when that answer has come, or never will: it is listened for as
   * long again, and a minute at most, when nobody waits for it any more.
   */
  onLeft?: ((over: Promise<void>) => void) | undefined;
}

/**
 * For what the time is. `all`: the request and its whole answer. `steps`: each step by itself, where each piece of a
 * body that is sent or received begins a new one. `head`: everything before the body of the answer, which may then take
 * as long as it likes.
 */
export type Limited = "all" | "steps" | "head";

/** An answer that has begun. Its body must be read or discarded. */
export interface OpenAnswer {
  statusCode: number;
  headers: Answer["headers"];
  changes: boolean;
  body: Body;
  /** As in `Answer`. */
  secrets?: readonly string[];
}

/** An answer whose body has been read, with its bytes. */
export class WholeAnswer implements Answer {
  readonly statusCode: number;
  readonly headers: Answer["headers"];
  readonly changes: boolean;
  readonly secrets: readonly string[];
  readonly #pieces: Buffer[];
  #bytes: Buffer | undefined;

  constructor({ statusCode, headers, changes, secrets = [] }: OpenAnswer, pieces: Buffer[]) {
    this.statusCode = statusCode;
    this.headers = headers;
    this.changes = changes;
    this.secrets = secrets;
    this.#pieces = pieces;
  }

  /** A copy: a piece may be a part of something larger, and who gets it may keep it. */
  get bytes(): Buffer {
    return (this.#bytes ??= Buffer.concat(this.#pieces));
  }

  get text(): string {
    const [first] = this.#pieces;
    return (first && this.#pieces.length === 1 ? first : this.bytes).toString("utf8");
  }
}

/** Seconds for which an answer is listened for that nobody waits for any more, at most. */
const MAX_LISTENING = 60;
/** Bytes. The largest JSON answer is the list of a storage with many images. */
const MAX_ANSWER = 32 * 1024 * 1024;

/** Sends requests to one device. It knows nothing of what they mean. */
export class Http {
  readonly #address: Address;
  readonly #pools: Record<PoolName, Pool>;
  readonly #hasCertificate: boolean;

  constructor(address: Address, connect: Connector) {
    this.#address = address;
    this.#hasCertificate = connect.hasCertificate;
    const pool = (name: PoolName) => new Pool(name, address.origin, connect);
    this.#pools = { calls: pool("calls"), "any calls": pool("any calls"), streams: pool("streams") };
  }

  /**
   * Sends a request.
   * @returns the answer, of whatever status, as soon as its head has arrived.
   * @throws the errors of the network, of the time limit and of cancelling.
   */
  async open(request: HttpRequest): Promise<OpenAnswer> {
    const { changes, limited, timeout } = request;
    const { dispatcher } = this.#pools[request.pool];
    const exchange = new Exchange();
    const about = { address: this.#address, hasCertificate: this.#hasCertificate };
    const ourError = (error: unknown) => networkError(error, { ...about, changeSent: exchange.sent && changes });
    const deadline = new Deadline(request.signals, {
      seconds: timeout,
      late: () => this.#late(request, exchange),
    });
    try {
      if (deadline.error) throw deadline.error;
      deadline.onEnd((error) => {
        const { settleTime = 0, onLeft } = request;
        const patience = error instanceof CancelledError ? settleTime : 0;
        if (exchange.sent && onLeft)
          onLeft(exchange.leaveLater(() => error, patience, Math.min(timeout, MAX_LISTENING)));
        else if (exchange.sent && patience > 0) exchange.endLater(() => error, patience);
        else exchange.end(() => error);
      });
      dispatcher.dispatch(this.#optionsOf(request, deadline, exchange), exchange);
      let { head } = exchange;
      for (; !head; head = exchange.head) await exchange.news();
      if (limited !== "all") deadline.lift();
      const body = new Body(exchange, deadline, { head, changes, limited, ourError });
      return { statusCode: head.statusCode, headers: head.headers, changes, body };
    } catch (error) {
      deadline[Symbol.dispose]();
      throw ourError(error);
    }
  }

  /** Ends all connections, whatever runs over them. */
  async destroy(): Promise<void> {
    await Promise.all(Object.values(this.#pools).map((pool) => pool.destroy()));
  }

  #optionsOf(request: HttpRequest, deadline: Deadline, exchange: Exchange): Dispatcher.DispatchOptions {
    const { method, headers, limited } = request;
    const path = this.#address.path + request.path;
    if (!isStream(request.body)) return { path, method, headers, body: request.body ?? null };
    const body = request.body();
    exchange.body = body;
    // undici tells of its errors, but does not listen to it all the time.
    body.on("error", () => undefined);
    const renew = () => deadline.renew();
    // It must not begin before undici listens too.
    if (limited === "steps") body.pause().on("data", renew).on("end", renew);
    // A device may answer before it has read all of a long body; such a connection must not be used for another
    // request.
    return { path, method, headers, body, reset: true };
  }

  #late({ pool: name, changes, timeout }: HttpRequest, { sent, starved, answered }: Exchange): PiKVMError {
    const target = targetOf(this.#address);
    const pool = this.#pools[name];
    if (!sent && pool.isFull) {
      const message = `No connection to ${target} was free in time: ${pool.taken}. Nothing was sent.`;
      return new ConnectionTimeoutError(message, { code: "NO_FREE_CONNECTION", retryable: true });
    }
    if (starved) {
      const message = `What is to be sent gave nothing for ${timeout} s: is it a copy of a stream, or read elsewhere?`;
      return new PiKVMError(message, { code: "SOURCE" });
    }
    const message = answered
      ? `The answer of ${target} did not end in time; one that never ends must be read as a stream.`
      : `${target} did not answer in time.`;
    return new ConnectionTimeoutError(message, { retryable: true, ...lostAnswer(sent && changes) });
  }
}

interface BodyOptions {
  head: Head;
  changes: boolean;
  limited: Limited;
  ourError: (cause: unknown) => Error;
}

/** The body of an answer, piece by piece. Iterate it once, or discard it: either gives the connection back. */
export class Body implements AsyncIterable<Buffer> {
  readonly #exchange: Exchange;
  readonly #deadline: Deadline;
  readonly #options: BodyOptions;

  constructor(exchange: Exchange, deadline: Deadline, options: BodyOptions) {
    this.#exchange = exchange;
    this.#deadline = deadline;
    this.#options = options;
  }

  /** For who does not need the rest of it. Its connection is closed, unless all of it has arrived already. */
  discard(): void {
    this.#deadline[Symbol.dispose]();
    this.#exchange.end(() => new CancelledError("The rest of the answer is not wanted."));
  }

  /**
   * @throws ResponseError when it is cut short; ConnectError when the connection breaks; the errors of the time limit
   * and of cancelling.
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer, void, undefined> {
    try {
      while (!this.isOver) {
        // Twice as quick as yield*, which makes promises of its own.
        for (const piece of await this.pieces()) yield piece;
      }
    } finally {
      this.discard();
    }
  }

  /** Whether all of it has been read. */
  get isOver(): boolean {
    return this.#exchange.isOver;
  }

  /** What has arrived meanwhile, or else what comes next; nothing at the end. @throws the same. */
  async pieces(): Promise<Buffer[]> {
    const exchange = this.#exchange;
    const isStepped = this.#options.limited === "steps";
    try {
      if (isStepped) this.#deadline.renew();
      let pieces = exchange.take();
      while (pieces.length === 0 && !exchange.isOver) {
        await exchange.news();
        pieces = exchange.take();
      }
      return pieces;
    } catch (cause) {
      const { ourError } = this.#options;
      throw ourError(this.#deadline.error ?? (isBroken(cause) ? cause : this.#cutShort(cause)));
    } finally {
      // The time of the step is over: how long the reader takes with the piece is not the fault of the device.
      if (isStepped) this.#deadline.lift();
    }
  }

  #cutShort(cause: unknown): ResponseError {
    return new ResponseError("The device's answer was cut short.", this.#options.head, {
      cause,
      code: "CUT_SHORT",
      retryable: true,
      ...lostAnswer(this.#options.changes),
    });
  }
}

/** Reads an answer to its end. */
export async function whole(answer: OpenAnswer): Promise<WholeAnswer> {
  const { body } = answer;
  const check = (length: number): void => {
    if (!(length > MAX_ANSWER)) return;
    const message = `The answer is longer than ${MAX_ANSWER / 1024 / 1024} MiB.`;
    throw new ResponseError(message, answer, { code: "TOO_LONG", ...lostAnswer(answer.changes) });
  };
  try {
    // What says so itself need not come first.
    check(Number(answer.headers["content-length"]));
    const all: Buffer[] = [];
    let length = 0;
    while (!body.isOver)
      for (const piece of await body.pieces()) {
        all.push(piece);
        length += piece.length;
        check(length);
      }
    return new WholeAnswer(answer, all);
  } finally {
    body.discard();
  }
}

/** Whether it can be read only once. */
export const isStream = (body: HttpRequest["body"]): body is () => Readable => typeof body === "function";
