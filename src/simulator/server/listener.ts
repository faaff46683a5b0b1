import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createSecureServer, Server as SecureServer } from "node:https";
import { type AddressInfo, createServer as createTcpServer, type Server as TcpServer, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { TLSSocket } from "node:tls";

import type { Identity } from "./certificate";

/** nginx closes idle connections after this, in real time. */
const KEEP_ALIVE_MS = 10_000;

interface Handlers {
  answer(request: IncomingMessage, response: ServerResponse): Promise<void>;
  upgrade?(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void>;
  /** Plain HTTP where TLS is spoken. */
  answerPlain?(request: IncomingMessage, response: ServerResponse): Promise<void>;
}

/** A listening port and the TCP connections that came through it. */
export class Listener {
  readonly #host: string;
  readonly sockets = new Set<Socket>();
  port = 0;
  readonly #server: Server | SecureServer;
  /** Who listens: the server itself, or what hands TLS and plain HTTP to one server each. */
  readonly #door: TcpServer;

  constructor(host: string, identity: Identity | undefined, handlers: Handlers) {
    this.#host = host;
    // An upload may take as long as it likes.
    const options = { keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: 0 };
    this.#server = identity === undefined ? createServer(options) : createSecureServer({ ...options, ...identity });
    this.#server.on("request", (request: IncomingMessage, response: ServerResponse) => {
      void handlers.answer(request, response);
    });
    this.#door = identity === undefined ? this.#server : doorBefore(this.#server, plainServer(handlers));
    this.#door.on("connection", (socket: Socket) => this.#track(socket));
    // A client that does not trust the certificate.
    this.#server.on("tlsClientError", () => undefined);
    // Without this Node would serve a request that asks for an upgrade as if it had not asked.
    if (handlers.upgrade === undefined) return;
    this.#server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      socket.on("error", () => socket.destroy());
      void handlers.upgrade?.(request, socket, head);
    });
  }

  /** @param port - 0 takes any free one. */
  async listen(port: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#door.once("error", reject);
      this.#door.listen(port, this.#host, () => {
        this.#door.off("error", reject);
        resolve();
      });
    });
    this.port = (this.#door.address() as AddressInfo).port; // it listens on a port, not on a pipe
  }

  /** Nobody listens any more, and every connection is gone. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.#door.close(() => resolve());
    });
    this.cut();
    await closed;
  }

  /** New connections see another certificate; the old ones end, as when nginx restarts. */
  present(identity: Identity): void {
    if (this.#server instanceof SecureServer) this.#server.setSecureContext(identity);
    this.cut();
  }

  /** Every connection is gone; new ones are taken. */
  cut(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  /** Sends a TCP reset instead of an orderly end. */
  reset(socket: Duplex): void {
    const port = socket instanceof TLSSocket ? socket.remotePort : undefined;
    const raw = [...this.sockets].find((candidate) => candidate === socket || candidate.remotePort === port);
    // The TLS socket on top of it ends with it. Destroying that one too leaves Node's server with a connection that it
    // trips over when it closes.
    if (raw) raw.resetAndDestroy();
    else socket.destroy();
  }

  #track(socket: Socket): void {
    this.sockets.add(socket);
    socket.once("close", () => this.sockets.delete(socket));
    socket.on("error", () => undefined);
  }
}

const TLS_HANDSHAKE = 0x16;

/** Looks at the first byte of each connection, as nginx does, and hands it on. */
function doorBefore(secure: TcpServer, plain: TcpServer): TcpServer {
  return createTcpServer((socket) => {
    socket.once("data", (bytes: Buffer) => {
      socket.pause();
      socket.unshift(bytes);
      const first = bytes[0] ?? 0;
      const isTls = first === TLS_HANDSHAKE || first >= 0x80;
      (isTls ? secure : plain).emit("connection", socket);
      // TLS takes what there is by itself.
      if (!isTls) socket.resume();
    });
  });
}

function plainServer(handlers: Handlers): TcpServer {
  const server = createServer();
  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    void handlers.answerPlain?.(request, response);
  });
  return server;
}
