import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";

import { type RawData, type WebSocket, WebSocketServer } from "ws";

import { FatalMessageError } from "../hid/hid-input";
import { KvmdError } from "../api/errors";
import { dumps, isObject, type Json, type JsonObject, parse } from "../api/python";
import { notUpgraded, SERVER, STRICT_TRANSPORT } from "../api/reply";
import { Heartbeat } from "./heartbeat";
import type { Announcement, Context, Route, Subsystem } from "../api/subsystem";
import { SINCE } from "../since";
import { Wire } from "./wire";
import * as valid from "../api/validators";

const MAX_MESSAGE = 4 * 1024 * 1024;
const PONG = Buffer.of(0xff);

/**
 * The full states after a connect, in the order in which a device was seen to send them. It promises no order; what is
 * not named here comes last.
 */
const BURST_ORDER = [
  ...["gpio", "atx", "msd", "ocr", "streamer", "info.auth", "hid_keymaps", "info.fan", "switch", "clients", "hid"],
  ...["info.meta", "info.node", "info.extras", "info.uptime", "info.system", "info.health"],
];

interface Session {
  readonly socket: WebSocket;
  readonly stream: boolean;
  /** It gets whole states under their old names. */
  readonly legacy: boolean;
  readonly heartbeat: Heartbeat;
  /** Messages until a fault cuts the line. */
  left: number;
  /** Called once it is over. */
  readonly ended: () => void;
}

export interface AcceptOptions {
  readonly stream: boolean;
  readonly legacy?: boolean | undefined;
  readonly breakAfter?: number;
  readonly ended?: () => void;
}

/** The WebSocket sessions of `/api/ws`. */
export class Sessions {
  readonly #context: Context;
  readonly #subsystems: readonly Subsystem[];

  /** Whether the front speaks TLS, which shows in the head of the 101. */
  secure = true;
  /** Sessions opened since the start of the simulator. */
  opened = 0;
  readonly #open = new Set<Session>();
  readonly #server = new WebSocketServer({ noServer: true, perMessageDeflate: true, maxPayload: MAX_MESSAGE });
  readonly #announcements: readonly Announcement[];
  readonly #wire: Wire;
  readonly #inputs: NonNullable<Subsystem["inputs"]>;
  readonly #opcodes: NonNullable<Subsystem["opcodes"]>;

  constructor(context: Context, subsystems: readonly Subsystem[]) {
    this.#context = context;
    this.#subsystems = subsystems;
    const clients: Announcement = { slot: "clients", type: "clients", event: () => this.#clients() };
    this.#announcements = [clients, ...subsystems.flatMap((part) => part.announcements ?? [])].sort(
      (a, b) => placeOf(a) - placeOf(b),
    );
    const full = (type: string) => this.#announcements.find((one) => one.type === type)?.event();
    this.#wire = new Wire(context.age, full);
    this.#server.on("headers", (lines) => this.dressUp(lines));
    // Object.assign is typed any
    this.#inputs = Object.assign({}, ...subsystems.map((part) => part.inputs ?? {})) as NonNullable<
      Subsystem["inputs"]
    >;
    this.#opcodes = Object.assign({}, ...subsystems.map((part) => part.opcodes ?? {})) as NonNullable<
      Subsystem["opcodes"]
    >;
  }

  get count(): number {
    return this.#open.size;
  }

  /** Reached only by requests that do not ask for an upgrade. */
  readonly routes: readonly Route[] = [
    {
      method: "GET",
      path: "/ws",
      handle: (request) => {
        valid.boolOr(request.param("stream"), true);
        return notUpgraded(request.headers);
      },
    },
  ];

  accept(request: IncomingMessage, socket: Duplex, head: Buffer, options: AcceptOptions): void {
    this.#server.handleUpgrade(request, socket, head, (webSocket) => this.#begin(webSocket, options));
  }

  broadcast(type: string, event: JsonObject): void {
    for (const session of this.#open) this.#tell(session, type, event);
  }

  /** @param code - null cuts the lines without a close frame. */
  end(code: number | null): void {
    for (const session of [...this.#open]) {
      this.#forget(session);
      if (code === null) session.socket.terminate();
      else session.socket.close(code);
    }
  }

  /** Cuts every line without a close frame; kvmd lives on and notices. */
  drop(): void {
    for (const { socket } of [...this.#open]) socket.terminate();
  }

  /** Makes the head of the 101 nginx's. */
  dressUp(lines: string[]): void {
    const [status = "", ...rest] = lines.filter((line) => /^(HTTP|Sec-WebSocket)/.test(line));
    lines.splice(
      0,
      lines.length,
      status,
      `Server: ${SERVER}`,
      `Date: ${new Date(this.#context.clock.wall()).toUTCString()}`,
      "Connection: upgrade",
      "Upgrade: websocket",
      ...rest,
      ...(this.secure ? [STRICT_TRANSPORT.join(": ")] : []),
    );
  }

  #begin(socket: WebSocket, options: AcceptOptions): void {
    const { stream, breakAfter = Infinity, ended = () => undefined } = options;
    const legacy = this.#wire.isLegacy(options.legacy);
    const heartbeat = new Heartbeat(this.#context.timers, socket);
    const session: Session = { socket, stream, legacy, heartbeat, left: breakAfter, ended };
    this.#open.add(session);
    this.opened += 1;
    this.#note("Registered new", session);
    socket.on("message", (data, isBinary) => this.#receive(session, bytesOf(data), isBinary));
    // A broken line and a message over the limit also end in "close".
    socket.on("error", () => undefined);
    socket.on("close", () => this.#leave(session));
    if (this.#context.age.since(SINCE.partialEvents)) this.#welcome(session);
    else this.#welcomeAsBefore(session);
  }

  #welcome(session: Session): void {
    const { major, minor } = this.#context.age;
    this.#send(session, "loop", { version: { major, minor } });
    this.#changed(true);
    for (const announcement of this.#announcements) this.broadcast(announcement.type, announcement.event());
    for (const part of this.#subsystems) part.sessionOpened?.();
  }

  /** Old ones told the new session alone, and last that they had told everything. */
  #welcomeAsBefore(session: Session): void {
    this.#changed(true);
    for (const one of this.#announcements) this.#tell(session, one.type, one.event());
    if (this.#context.age.since(SINCE.loopEvent)) this.#send(session, "loop", {});
  }

  #leave(session: Session): void {
    if (!this.#open.has(session)) return;
    this.#forget(session);
    this.#changed(false);
  }

  #forget(session: Session): void {
    this.#open.delete(session);
    session.heartbeat.stop();
    session.ended();
    this.#note("Removed", session);
  }

  #note(what: string, { stream }: Session): void {
    const shown = `{'stream': ${stream ? "True" : "False"}}`;
    this.#context.log(
      "server",
      `${what} client session: WsSession(id=${this.opened}, ${shown}); clients now: ${this.#open.size}`,
    );
  }

  #changed(hasOpened: boolean): void {
    for (const part of this.#subsystems) part.sessionsChanged?.(this.#clients().count, hasOpened);
    this.broadcast("clients", this.#clients());
  }

  #clients(): { count: number } {
    return { count: [...this.#open].filter(({ stream }) => stream).length };
  }

  #tell(session: Session, type: string, event: JsonObject): void {
    for (const message of this.#wire.messages(type, event, session.legacy)) this.#send(session, ...message);
  }

  #send(session: Session, type: string, event: JsonObject): void {
    if (session.left <= 0) return;
    session.left -= 1;
    const cut = session.left === 0;
    session.socket.send(dumps({ event_type: type, event }), () => {
      if (cut) session.socket.terminate();
    });
  }

  /** kvmd acknowledges nothing and reports no error: what it cannot use it drops. */
  #receive(session: Session, data: Buffer, isBinary: boolean): void {
    session.heartbeat.heard();
    try {
      if (isBinary) this.#receiveBinary(session, data);
      else this.#receiveText(session, data.toString("utf8"));
    } catch (error) {
      if (error instanceof FatalMessageError) session.socket.close(1000);
      else if (
        !(
          error instanceof KvmdError ||
          error instanceof TypeError ||
          error instanceof RangeError ||
          error instanceof SyntaxError
        )
      )
        throw error;
    }
  }

  #receiveText(session: Session, message: string): void {
    const { event_type: type, event } = asMessage(parse(message));
    if (type === "ping") this.#send(session, "pong", {});
    else this.#inputs[type]?.(event);
  }

  #receiveBinary(session: Session, data: Buffer): void {
    const { age } = this.#context;
    if (data.length === 0) throw new FatalMessageError("no opcode");
    if (!age.since(SINCE.binaryFrames)) throw new FatalMessageError("no text");
    const opcode = data.readUInt8(0);
    if (opcode === 0) {
      if (age.since(SINCE.binaryPing)) session.socket.send(PONG);
    } else if (opcode > 2 || age.since(SINCE.binaryKeys)) this.#opcodes[opcode]?.(data.subarray(1));
  }
}

function placeOf({ slot }: Announcement): number {
  const place = BURST_ORDER.indexOf(slot);
  return place < 0 ? BURST_ORDER.length : place;
}

function asMessage(value: Json): { event_type: string; event: JsonObject } {
  if (!isObject(value) || typeof value.event_type !== "string" || !isObject(value.event))
    throw new TypeError("no event");
  return { event_type: value.event_type, event: value.event };
}

function bytesOf(data: RawData): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data);
  return Buffer.isBuffer(data) ? data : Buffer.from(data);
}
