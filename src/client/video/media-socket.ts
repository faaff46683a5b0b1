import { Deadline, throwIfCancelled, within } from "../deadline";
import { ConfigurationError, ConnectionTimeoutError, PiKVMError, ResponseError } from "../errors";
import { FrameQueue, type MediaFrame, type VideoFormat } from "./frame-queue";
import type { MediaState } from "./media-state";
import { parseEvent } from "../events/merge";
import { targetOf } from "../http/network";
import { oneOf } from "../ranges";
import type { CallOptions, Transport } from "../http/transport";
import type { Connection, Frame } from "../sockets/connection";
import type { Sockets } from "../sockets/sockets";

/** First bytes of binary messages. */
const PING = Buffer.of(0x00);
const PONG = 0xff;
const FRAME = 0x01;
const REQUEST_KEYFRAME = Buffer.of(0x01);

/**
 * One WebSocket of the media daemon; from `media.open()`. Frames come while somebody watches (`PiKVM.video`). Close it
 * when done.
 */
export class MediaSocket implements AsyncDisposable {
  readonly #connection: Connection;
  readonly #transport: Transport;
  readonly #stop = new AbortController();
  /** Settles when the connection has ended; never rejects. */
  readonly ended: Promise<void>;
  #video: MediaState["video"] = {};
  #queue: FrameQueue | undefined;
  /** Of the first frame that was none, until somebody reads. */
  #badFrame: ResponseError | undefined;
  readonly #greeted: (() => void)[] = [];
  readonly #pinged: (() => void)[] = [];
  readonly #readers: (() => void)[] = [];

  /** @param signal cancels the opening only. */
  constructor(sockets: Sockets, transport: Transport, { signal }: CallOptions) {
    this.#transport = transport;
    const receive = (data: Buffer, isBinary: boolean) => (isBinary ? this.#takeBytes(data) : this.#takeEvent(data));
    const use = { name: "media connection", closed, receive };
    this.#connection = sockets.connectMedia(use, this.#stop.signal, signal);
    this.ended = this.#connection.ended.then(() => this.#wake());
  }

  /** The formats that this device streams. */
  get video(): MediaState["video"] {
    return this.#video;
  }

  /**
   * Waits until it is open and the device has told its formats.
   * @throws the errors of opening; ConnectionTimeoutError; CancelledError.
   */
  async greeted({ signal }: CallOptions): Promise<void> {
    await this.#connection.opened;
    this.#throwIfEnded();
    await this.#answer(this.#greeted, signal);
  }

  /**
   * Starts the frames; once for each socket. Not acknowledged.
   * @throws ConfigurationError for a format that the device does not stream, which it would ignore, and when they are
   * started already; what `ping` throws.
   */
  start(format: VideoFormat): void {
    this.#throwIfEnded();
    oneOf("The video format", format, Object.keys(this.#video));
    if (this.#queue) {
      throw new ConfigurationError(`This media connection streams ${this.#queue.format} already; open another one.`);
    }
    this.#queue = new FrameQueue(format);
    this.#send(JSON.stringify({ event_type: "start", event: { type: "video", format } }));
  }

  /**
   * Asks for a frame that a decoder can begin with; it comes as soon as the device has one. Not acknowledged.
   * @throws what `ping` throws.
   */
  requestKeyframe(): void {
    this.#throwIfEnded();
    this.#send(REQUEST_KEYFRAME);
  }

  /**
   * Resolves when the device answers.
   * @throws ConnectionTimeoutError when it does not; WebSocketError when the connection is broken; PiKVMError `CLOSED`
   * when it has been closed; CancelledError.
   */
  async ping({ signal }: CallOptions = {}): Promise<void> {
    this.#throwIfEnded();
    this.#send(PING);
    await this.#answer(this.#pinged, signal);
  }

  /**
   * The frames as they come, until it is left (`break`), which does not close the socket; H.264 begins with a key
   * frame. None come while nobody watches or there is no signal. A reader that is too slow loses frames (`dropped`): it
   * gets the latest 32 at most, as the device keeps them too, of H.264 from a key frame on. Ends when the socket is
   * closed.
   * @throws ResponseError with the code `JPEG` or `H264` for a frame that is not of its format, after which the frames
   * can be read on; WebSocketError when the connection breaks; CancelledError when cancelled and when the device is closed.
   */
  async *frames({ signal }: CallOptions = {}): AsyncGenerator<MediaFrame, void, undefined> {
    const deadline = new Deadline([signal, this.#transport.closed]);
    let asked = false;
    try {
      for (;;) {
        throwIfCancelled(deadline.signal);
        const frame = this.#queue?.next();
        if (frame) {
          asked = false;
          yield frame;
          continue;
        }
        if (this.#stop.signal.aborted) return;
        this.#throwIfBad();
        this.#throwIfEnded();
        // Only once, and for a reader who is there: a key frame is many times as large as another.
        if (this.#queue?.isBroken && !asked) this.requestKeyframe();
        asked = this.#queue?.isBroken ?? false;
        await deadline.race(new Promise<void>((resolve) => this.#readers.push(resolve)));
      }
    } finally {
      deadline[Symbol.dispose]();
    }
  }

  /** Ends it; closing twice does nothing. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #takeEvent(data: Buffer): void {
    const { event_type, event } = parseEvent(data);
    if (event_type !== "media") return;
    // The device's shape; what it leaves out is not offered.
    this.#video = (event as Partial<MediaState> | null)?.video ?? {};
    for (const resolve of this.#greeted.splice(0)) resolve();
  }

  #takeBytes(data: Buffer): void {
    if (data[0] === PONG) this.#pinged.shift()?.();
    if (data[0] !== FRAME || data.length < 2 || !this.#queue) return;
    try {
      this.#queue.add(data.subarray(2), data[1] === 1);
    } catch (error) {
      if (!(error instanceof ResponseError)) throw error;
      this.#badFrame ??= error;
    }
    this.#wake();
  }

  #throwIfBad(): void {
    const error = this.#badFrame;
    this.#badFrame = undefined;
    if (error) throw error;
  }

  /** Waits for the next answer of a kind. */
  #answer(waiting: (() => void)[], signal: AbortSignal | undefined): Promise<void> {
    const { address, timeout: seconds, closed } = this.#transport;
    const late = () =>
      new ConnectionTimeoutError(`${targetOf(address)} did not answer on the media connection in time.`, {
        retryable: true,
      });
    return within([signal, closed, this.#connection.end], { seconds, late }, (deadline) =>
      deadline.race(new Promise<void>((resolve) => waiting.push(resolve))),
    );
  }

  /** Where it does not arrive, the connection ends, and tells why. */
  #send(frame: Frame): void {
    this.#connection.send(frame).catch(() => undefined);
  }

  #wake(): void {
    for (const reader of this.#readers.splice(0)) reader();
  }

  #throwIfEnded(): void {
    if (this.#stop.signal.aborted) throw closed();
    throwIfCancelled(this.#connection.end);
  }
}

function closed(): PiKVMError {
  return new PiKVMError("The media connection has been closed.", { code: "CLOSED" });
}
