import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { createServer, type RequestListener } from "node:http";
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from "node:net";
import type { TestContext } from "node:test";
import { inspect } from "node:util";
import { errorKinds, PiKVM, PiKVMError, type PiKVMOptions } from "../../src/client";
import { type Simulator, type SimulatorOptions, startSimulator } from "../../src/simulator";

/** What must never be seen in anything that the client throws. */
export const SECRETS = {
  password: "Pa55-Hunter2!",
  totpSecret: "JBSWY3DPEHPK3PXP",
  text: "typed-Sesame-text",
};

/** So many tests of a file run at a time: most of them wait, and more would keep each other from being in time. */
export const SIDE_BY_SIDE = { concurrency: 6 };

export interface Bench {
  sim: Simulator;
  kvm: PiKVM;
}

/** A simulated device without TLS (unless asked) and an open client, both ended with the test. */
export async function bench(
  t: TestContext,
  simulator: SimulatorOptions = {},
  client: Partial<PiKVMOptions> = {},
): Promise<Bench> {
  const sim = await startSimulator({ tls: false, passwd: SECRETS.password, ...simulator });
  const kvm = await new PiKVM({ address: sim.url, user: "admin", password: SECRETS.password, ...client }).open();
  t.after(async () => {
    await kvm.close();
    await sim.close();
  });
  return { sim, kvm };
}

/** An open client for any address, closed with the test. */
export async function client(t: TestContext, options: Partial<PiKVMOptions> & { address: string }): Promise<PiKVM> {
  const kvm = await new PiKVM({ user: "admin", password: SECRETS.password, ...options }).open();
  t.after(() => kvm.close());
  return kvm;
}

/** Connects over HTTP and over a WebSocket. @returns what became of the two. */
export async function bothWays(kvm: PiKVM): Promise<unknown[]> {
  const http = await kvm.atx.getState().then(
    () => "connected",
    (error: unknown) => error,
  );
  const stream = kvm.events();
  const webSocket = await new Promise((resolve) =>
    stream.on("connection", ({ connected, error }) => resolve(connected ? "connected" : error)),
  );
  await stream.close();
  return [http, webSocket];
}

/** A server that does what no device does. @returns its `host:port`. */
export async function tcpServer(t: TestContext, onConnection: (socket: Socket) => void): Promise<string> {
  const server = createTcpServer(onConnection);
  return listening(t, server);
}

/** A server that accepts WebSockets and does as told. @param onSession gets the socket, and what to write first. */
export async function webSocketServer(
  t: TestContext,
  onSession: (socket: Socket, handshake: string, request: string) => void,
  { handshake = true } = {},
): Promise<string> {
  return tcpServer(t, (socket) => {
    socket.once("data", (request) => {
      const key = /^sec-websocket-key: (.*)$/im.exec(request.toString())?.[1]?.trim() ?? "";
      const accept = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
      const head = `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`;
      if (handshake) socket.write(head);
      onSession(socket, head, request.toString());
    });
  });
}

/** A WebSocket text frame from a server. */
export function textFrame(text: string): Buffer {
  const data = Buffer.from(text);
  if (data.length < 126) return Buffer.concat([Buffer.of(0x81, data.length), data]);
  const header = Buffer.alloc(10);
  header.writeUInt16BE(0x817f);
  header.writeBigUInt64BE(BigInt(data.length), 2);
  return Buffer.concat([header, data]);
}

export async function httpServer(t: TestContext, answer: RequestListener): Promise<string> {
  return listening(t, createServer(answer));
}

/** A server on a free port, ended with the test. @returns its `host:port`. */
export async function listening(t: TestContext, server: Server): Promise<string> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`; // it listens on a port, not on a pipe
}

/** What an error says, as far as it is the same every time. */
export interface Expected {
  name: string;
  code?: string;
  kinds?: string[];
  message?: RegExp;
  retryable?: boolean;
  outcome?: "unknown" | undefined;
  statusCode?: number;
  error?: string;
  errorMsg?: string;
  cause?: boolean;
}

/** The error of a call that must fail, checked against what was expected and against what holds for every error. */
export async function failure(work: Promise<unknown>, expected: Expected): Promise<PiKVMError> {
  const error = await work.then(
    () => assert.fail("it succeeded"),
    (thrown: unknown) => thrown,
  );
  checkError(error, expected);
  return error;
}

export function checkError(error: unknown, expected: Expected): asserts error is PiKVMError {
  assert.ok(error instanceof PiKVMError, inspect(error));
  const { kinds, message, cause, ...fields } = expected;
  const actual = error as PiKVMError & Record<string, unknown>; // its own fields are compared by name
  for (const [field, value] of Object.entries(fields))
    assert.equal(actual[field], value, `${field}: ${inspect(error)}`);
  if (kinds) assert.deepEqual(errorKinds(error), kinds);
  if (message) assert.match(error.message, message);
  if (cause) assert.ok(error.cause !== undefined, "the cause is kept");
  assert.equal(errorKinds(error)[0], error.name);
  assert.ok(Object.hasOwn(error, "code") && typeof error.code === "string" && error.code !== "");
  assert.equal(typeof error.retryable, "boolean");
  if (error.outcome === "unknown") {
    assert.equal(error.retryable, false, "what may have happened is not repeated");
    assert.match(error.message, /may or may not have been carried out/);
  } else assert.doesNotMatch(error.message, /may or may not/);
  assertNoSecrets(error);
}

function assertNoSecrets(value: unknown): void {
  const text = inspect(value, { depth: 12, showHidden: true, getters: true }) + String((value as Error).stack);
  for (const secret of Object.values(SECRETS)) assert.ok(!text.includes(secret), `${secret} in ${text}`);
  assert.doesNotMatch(text, /Basic [A-Za-z0-9+/=]{8}|auth_token=\w/);
}

/** POSTs that arrived at a device. */
export function posts(sim: Simulator, path?: string): string[] {
  return sim.requests
    .filter((request) => request.method === "POST" && (path === undefined || request.path === path))
    .map((request) => request.path);
}
