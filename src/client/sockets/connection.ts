import { setMaxListeners } from "node:events";
import { PiKVMError, WebSocketError } from "../errors";
import { listen, SOCKET_TIMING, type SocketTiming } from "./listen";
import type { DeviceSocket } from "./socket";

/** What is sent over a WebSocket: text or binary. */
export type Frame = string | Buffer;

/** What a connection is for. */
export interface ConnectionUse {
  /** In messages: `event connection`. */
  name: string;
  /** Why it has ended when it was closed by us. */
  closed: () => PiKVMError;
  /** Called when it is open, before anything is received. */
  onOpen?: (connection: Connection) => void;
  /** Gets each message. The connection is given up when it throws a WebSocketError. */
  receive: (data: Buffer, isBinary: boolean) => void;
  timing?: SocketTiming;
  /**
   * Seconds for TCP and TLS where a connection was made before, in a tenth of that time; else as long as any connection
   * has. What was given up is to be tried again. Default as long as any.
   */
  patience?: number | undefined;
}

/** One WebSocket of the device from its opening to its end: it is opened, listened to with a heartbeat, and closed. */
export class Connection {
  readonly #name: string;
  readonly #end = new AbortController();
  /** Resolves when it is open, and when it cannot be opened. */
  readonly opened: Promise<void>;
  /** Resolves with the reason of its end. */
  readonly ended: Promise<PiKVMError>;
  #socket: DeviceSocket | undefined;

  /** @param close closes it, also while it is being opened. */
  constructor(use: ConnectionUse, close: AbortSignal, open: (close: AbortSignal) => Promise<DeviceSocket>) {
    this.#name = use.name;
    setMaxListeners(0, this.end);
    let opened: () => void = () => undefined;
    this.opened = new Promise((resolve) => (opened = resolve));
    this.ended = this.#run(use, close, async () => {
      const socket = await open(close);
      this.#socket = socket;
      use.onOpen?.(this);
      opened();
      return socket;
    });
    void this.ended.then(opened);
  }

  /** Ends when it could not be opened, when it breaks, and when it is closed. Its reason is a `PiKVMError`. */
  get end(): AbortSignal {
    return this.#end.signal;
  }

  /**
   * Resolves when the operating system has taken it, which is later when the device does not keep up.
   * @throws WebSocketError; the device may have got what was sent before it.
   */
  send(frame: Frame): Promise<void> {
    return new Promise((resolve, reject) => {
      if (!this.#socket) throw new WebSocketError(`The ${this.#name} is not open yet.`);
      this.#socket.send(frame, (cause) => {
        if (cause) reject(new WebSocketError(`The ${this.#name} broke.`, { cause, outcome: "unknown" }));
        else resolve();
      });
    });
  }

  /** Never rejects. */
  async #run(
    { name, closed, receive, timing = SOCKET_TIMING }: ConnectionUse,
    close: AbortSignal,
    open: () => Promise<DeviceSocket>,
  ): Promise<PiKVMError> {
    let reason: PiKVMError;
    try {
      await listen(await open(), { close, timing, receive, name });
      reason = closed();
    } catch (error) {
      this.#socket?.terminate();
      if (close.aborted) reason = closed();
      else reason = error instanceof PiKVMError ? error : new WebSocketError(`The ${name} failed.`, { cause: error });
    }
    this.#end.abort(reason);
    return reason;
  }
}
