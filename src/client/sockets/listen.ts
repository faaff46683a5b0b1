import { WebSocketError } from "../errors";
import type { DeviceSocket } from "./socket";

/** Times of the heartbeat and of closing, in seconds. */
export interface SocketTiming {
  /** Silence after which the device is pinged. */
  pingAfter: number;
  /** Silence after which the connection counts as dead. */
  deadAfter: number;
  checkEvery: number;
  /** How long a closing handshake may take. */
  closeTimeout: number;
}

/** kvmd speaks every 5 s. */
export const SOCKET_TIMING: SocketTiming = { pingAfter: 7, deadAfter: 15, checkEvery: 2.5, closeTimeout: 1 };

/** How to listen. */
export interface Listening {
  /** Closes the socket. */
  close: AbortSignal;
  timing: SocketTiming;
  /** Gets each message. When it throws a WebSocketError, the socket is terminated. */
  receive: (data: Buffer, isBinary: boolean) => void;
  /** What the connection is for, in messages: `event connection`. */
  name: string;
}

/**
 * Receives from a WebSocket until it ends. A heartbeat notices a connection that is dead although nobody has closed it.
 * @throws WebSocketError when it breaks or is closed by the device, unless it was closed by us.
 */
export function listen(socket: DeviceSocket, { close, timing, receive, name }: Listening): Promise<void> {
  const { pingAfter, deadAfter, checkEvery, closeTimeout } = timing;
  return new Promise((resolve, reject) => {
    // A device may speak thousands of times a second: whether it was heard is looked at with each heartbeat only.
    let isHeard = true;
    // Seconds, as the heartbeats count them: by the clock one of them may come a hair too early, and a computer that was
    // busy or asleep would take its own silence for that of the device.
    let silence = 0;
    let failure: WebSocketError | undefined;
    const fail = (error: WebSocketError) => {
      failure ??= error;
      socket.terminate();
    };
    const heartbeat = setInterval(() => {
      silence = isHeard ? 0 : silence + checkEvery;
      isHeard = false;
      if (silence >= deadAfter) fail(new WebSocketError("The device went silent.", { code: "SILENT" }));
      else if (silence >= pingAfter) socket.ping();
    }, checkEvery * 1000);
    let closing: NodeJS.Timeout | undefined;
    const sayGoodbye = () => {
      socket.close(1000);
      closing = setTimeout(() => socket.terminate(), closeTimeout * 1000);
    };
    close.addEventListener("abort", sayGoodbye, { once: true });
    if (close.aborted) sayGoodbye();
    socket.on("pong", () => (isHeard = true));
    socket.on("ping", () => (isHeard = true));
    socket.on("message", (data: Buffer, isBinary: boolean) => {
      isHeard = true;
      if (closing || failure) return;
      try {
        receive(data, isBinary);
      } catch (cause) {
        if (!(cause instanceof WebSocketError)) throw cause;
        fail(cause);
      }
    });
    socket.on("error", (cause: Error & { code?: string }) => fail(brokenBy(cause, name)));
    socket.on("close", (code: number) => {
      clearInterval(heartbeat);
      clearTimeout(closing);
      close.removeEventListener("abort", sayGoodbye);
      if (close.aborted) resolve();
      else reject(failure ?? new WebSocketError(describeClose(name, code), { code: `WS_${code}` }));
    });
    socket.resume();
  });
}

/** What ws says of a message that is longer than 16 MiB, and of one in too many pieces. */
const TOO_LONG = new Set(["WS_ERR_UNSUPPORTED_MESSAGE_LENGTH", "WS_ERR_TOO_MANY_BUFFERED_PARTS"]);

function brokenBy(cause: Error & { code?: string }, name: string): WebSocketError {
  const message = `The ${name} broke: ${cause.message}`;
  const isTooLong = TOO_LONG.has(cause.code ?? "");
  return new WebSocketError(message, { cause, ...(isTooLong ? { code: "TOO_MUCH", retryable: false } : {}) });
}

function describeClose(name: string, code: number): string {
  return code === 1000
    ? `The device closed the ${name}; its service may be restarting.`
    : `The ${name} broke (${code}).`;
}
