import { Readable } from "node:stream";
import type { Dispatcher } from "undici";
import type { Answer } from "./answer";
import { cancelledBy, Deadline, throwIfCancelled } from "../deadline";
import { ConnectionTimeoutError, lostAnswer, PiKVMError, ResponseError } from "../errors";
import { isBroken, networkError, targetOf } from "./network";
import { Pool, type PoolName } from "./pool";
import type { RequestStage } from "./request-stage";
import type { Connector } from "../tls/connector";
import type { Address, Method } from "../vocabulary";

/** One HTTP request to a device, and what may end it. */
export interface HttpRequest {
  method: Method;
  /** Below the sub-path, with the query. */
  path: string;
  headers: Record<string, string>;
  body?: string | Buffer | AsyncIterable<Buffer> | undefined;
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
export interface WholeAnswer extends Answer {
  bytes: Buffer;
}

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
    const pool = (name: PoolName) => new Pool(name, connect);
    this.#pools = { calls: pool("calls"), "any calls": pool("any calls"), streams: pool("streams") };
  }

  /**
   * Sends a request.
   * @returns the answer, of whatever status, as soon as its head has arrived.
   * @throws the errors of the network, of the time limit and of cancelling.
   */
  async open(request: HttpRequest): Promise<OpenAnswer> {
    const stage: RequestStage = { sent: false, starved: false, answered: false };
    const changeSent = (): boolean => stage.sent && request.changes;
    const about = { address: this.#address, hasCertificate: this.#hasCertificate };
    const ourError = (error: unknown) => networkError(error, { ...about, changeSent: changeSent() });
    const deadline = new Deadline(request.signals, {
      seconds: request.timeout,
      late: () => this.#late(request, stage),
    });
    try {
      throwIfCancelled(deadline.signal);
      const response = await deadline.race(this.#send(request, deadline, stage));
      stage.answered = true;
      if (request.limited !== "all") deadline.lift();
      const { statusCode, headers } = response;
      const body = new Body(response, deadline, { changes: request.changes, limited: request.limited, ourError });
      return { statusCode, headers, changes: request.changes, body };
    } catch (error) {
      deadline[Symbol.dispose]();
      throw ourError(error);
    }
  }

  /** Ends all connections, whatever runs over them. */
  async destroy(): Promise<void> {
    await Promise.all(Object.values(this.#pools).map((pool) => pool.destroy()));
  }

  #send(request: HttpRequest, deadline: Deadline, stage: RequestStage): Promise<Dispatcher.ResponseData<RequestStage>> {
    const { method, path, headers, body, limited } = request;
    const stepped = limited === "steps" ? deadline : undefined;
    const isStream = typeof body === "object" && !Buffer.isBuffer(body);
    return this.#pools[request.pool].request({
      origin: this.#address.origin,
      path: this.#address.path + path,
      method,
      headers,
      body: isStream ? streamOf(body, stepped, stage) : (body ?? null),
      // A device may answer before it has read all of a long body; such a connection must not be used for another
      // request.
      reset: isStream,
      signal: deadline.signal,
      opaque: stage,
    });
  }

  #late({ pool: name, changes, timeout }: HttpRequest, { sent, starved, answered }: RequestStage): PiKVMError {
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
  changes: boolean;
  limited: Limited;
  ourError: (cause: unknown) => Error;
}

/** The body of an answer, piece by piece. Iterate it once, or discard it: either gives the connection back. */
export class Body implements AsyncIterable<Buffer> {
  readonly #response: Dispatcher.ResponseData<RequestStage>;
  readonly #deadline: Deadline;
  readonly #options: BodyOptions;

  constructor(response: Dispatcher.ResponseData<RequestStage>, deadline: Deadline, options: BodyOptions) {
    this.#response = response;
    this.#deadline = deadline;
    this.#options = options;
    // Who iterates it gets its errors; when nobody does, they must not end the process.
    response.body.on("error", () => undefined);
  }

  /** For who does not need the rest of it. Its connection is closed, unless all of it has arrived already. */
  discard(): void {
    this.#deadline[Symbol.dispose]();
    this.#response.body.destroy();
  }

  /**
   * @throws ResponseError when it is cut short; ConnectError when the connection breaks; the errors of the time limit
   * and of cancelling.
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer, void, undefined> {
    const deadline = this.#deadline;
    // undici's body is typed as a stream of anything; without an encoding it yields Buffers.
    const pieces = this.#response.body[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    const stepped = this.#options.limited === "steps";
    try {
      for (;;) {
        if (stepped) deadline.renew();
        const piece = await deadline.race(pieces.next());
        if (piece.done === true) return;
        // The time of the step is over: how long the reader takes with the piece is not the fault of the device.
        if (stepped) deadline.lift();
        yield piece.value;
      }
    } catch (cause) {
      if (deadline.signal.aborted) throw this.#options.ourError(cancelledBy(deadline.signal));
      throw this.#options.ourError(isBroken(cause) ? cause : this.#cutShort(cause));
    } finally {
      this.discard();
    }
  }

  #cutShort(cause: unknown): ResponseError {
    return new ResponseError("The device's answer was cut short.", this.#response, {
      cause,
      code: "CUT_SHORT",
      retryable: true,
      ...lostAnswer(this.#options.changes),
    });
  }
}

/** Reads an answer to its end. */
export async function whole({ body, ...answer }: OpenAnswer): Promise<WholeAnswer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > MAX_ANSWER) {
      const message = `The answer is longer than ${MAX_ANSWER / 1024 / 1024} MiB.`;
      throw new ResponseError(message, answer, { code: "TOO_LONG", ...lostAnswer(answer.changes) });
    }
    chunks.push(chunk);
  }
  const bytes = Buffer.concat(chunks);
  return {
    ...answer,
    bytes,
    get text() {
      return bytes.toString("utf8");
    },
  };
}

/**
 * The body as a stream that notes when it is waited for, and that begins a new step of the deadline with each piece.
 */
function streamOf(body: AsyncIterable<Buffer>, deadline: Deadline | undefined, stage: RequestStage): Readable {
  async function* pieces(): AsyncGenerator<Buffer> {
    stage.starved = true;
    for await (const piece of body) {
      stage.starved = false;
      deadline?.renew();
      yield piece;
      stage.starved = true;
    }
    stage.starved = false;
    deadline?.renew();
  }
  return Readable.from(pieces(), { objectMode: false });
}
