import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { WebSocket } from "ws";
import { throwIfCancelled, within } from "../deadline";
import { ConnectionTimeoutError, WebSocketError, type PiKVMError } from "../errors";
import { NO_WEBSOCKETS } from "../http/answer";
import { networkError, targetOf } from "../http/network";
import { undici, ws } from "../libraries";
import { sentences } from "../sentences";
import type { Transport } from "../http/transport";
import { openSocket } from "../tls/connector";

const HOW = {
  /** kvmd itself refuses more than 4 MiB; a listing of images may be large. */
  maxPayload: 16 * 1024 * 1024,
  /** kvmd would compress each message and each picture: in a network at home that takes longer than to send it. */
  perMessageDeflate: false,
};
/** What of a refusal's body is read. */
const MAX_REFUSAL = 64 * 1024;

/** What is used of a WebSocket: the published types do not need those of `ws`. */
export interface DeviceSocket {
  send(data: string | Buffer, callback?: (error?: Error) => void): void;
  ping(): void;
  close(code: number): void;
  terminate(): void;
  resume(): void;
  on(event: "message", listener: (data: Buffer, isBinary: boolean) => void): unknown;
  on(event: "ping" | "pong", listener: () => void): unknown;
  on(event: "error", listener: (error: Error) => void): unknown;
  on(event: "close", listener: (code: number) => void): unknown;
}

export interface Opening {
  /** It has come through the gate of new connections. Default false: then it waits there. */
  isAdmitted?: boolean;
  /** It is opened even while everything else ends. Default false. */
  isLastWord?: boolean;
  /** See `ConnectionUse`. */
  patience?: number | undefined;
}

/**
 * Opens a WebSocket of the device with the transport's trust, credentials and time limit. It is paused, so that no
 * message is lost before the caller listens; resume it.
 * @param ends signals of which each ends the opening.
 * @throws APIError / AuthError of the status for a refused handshake; ConnectError, ConnectionTimeoutError,
 * WebSocketError.
 */
export async function openWebSocket(
  transport: Transport,
  path: string,
  ends: readonly (AbortSignal | undefined)[],
  { isAdmitted = false, isLastWord = false, patience }: Opening = {},
): Promise<DeviceSocket> {
  const signals = isLastWord ? ends : [...ends, transport.closed];
  const { connector, address } = transport;
  const connect = () => openSocket(isAdmitted ? connector.admitted : connector, address, patience);
  return transport.withAuth((headers) => handshake(transport, { path, headers, signals, connect }), { path, signals });
}

interface Handshake {
  path: string;
  headers: Record<string, string>;
  signals: readonly (AbortSignal | undefined)[];
  connect: () => Promise<Socket>;
}

async function handshake(transport: Transport, { path, headers, signals, connect }: Handshake): Promise<WebSocket> {
  const { address, timeout } = transport;
  const late = () =>
    new ConnectionTimeoutError(`${targetOf(address)} did not open the WebSocket in time.`, { retryable: true });
  // To load them takes none of the device's time.
  undici();
  const Opener = ws();
  return within(signals, { seconds: timeout, late }, async (deadline) => {
    throwIfCancelled(deadline.signal);
    let connection: Socket | undefined;
    let socket: WebSocket | undefined;
    try {
      connection = await deadline.race(destroyedWhenLate(connect(), deadline.signal));
      const opened = connection;
      const url = `${address.origin.replace(/^http/, "ws")}${address.path}${path}`;
      socket = new Opener(url, { headers, ...HOW, createConnection: () => opened });
      await deadline.race(upgraded(socket, transport));
      return socket;
    } catch (error) {
      // terminate() makes a socket that is not open yet emit one more error.
      socket?.on("error", () => undefined).terminate();
      connection?.destroy();
      throw networkError(error, { address, hasCertificate: transport.connector.hasCertificate });
    }
  });
}

/** Nobody waits for a connection that comes after the deadline. */
async function destroyedWhenLate(connecting: Promise<Socket>, signal: AbortSignal): Promise<Socket> {
  const connection = await connecting;
  if (signal.aborted) connection.destroy();
  return connection;
}

function upgraded(socket: WebSocket, transport: Transport): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once("open", () => {
      socket.off("error", fail);
      socket.pause();
      resolve();
    });
    // Errors of the network have codes that the one place for them knows; the others are ws's own about the handshake.
    const fail = (cause: Error & { code?: string }) =>
      reject(
        cause.code === undefined
          ? new WebSocketError(`The WebSocket could not be opened: ${cause.message}`, { cause })
          : cause,
      );
    socket.once("error", fail);
    socket.once("unexpected-response", (_, response) => {
      readRefusal(response).then(
        (text) => reject(refused(response, text, transport)),
        (cause: unknown) => reject(new WebSocketError("The refusal of the WebSocket was cut short.", { cause })),
      );
    });
  });
}

async function readRefusal(response: IncomingMessage): Promise<string> {
  let text = "";
  response.setEncoding("utf8");
  // With an encoding set, a response yields strings.
  for await (const chunk of response as AsyncIterable<string>) {
    text += chunk;
    if (text.length > MAX_REFUSAL) break;
  }
  return text;
}

function refused(response: IncomingMessage, text: string, transport: Transport): PiKVMError {
  const statusCode = response.statusCode ?? 0;
  if (statusCode < 300) {
    const message = sentences(`The WebSocket handshake was answered with HTTP ${statusCode}.`, NO_WEBSOCKETS);
    return new WebSocketError(`${message}.`, { code: `HTTP_${statusCode}` });
  }
  return transport.refusal({ statusCode, headers: response.headers, text, isHandshake: true });
}
