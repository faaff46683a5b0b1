import { EventEmitter } from "node:events";
import type WebSocket from "ws";
import { pause } from "./deadline";
import { AuthError, PiKVMError, WebSocketError } from "./errors";
import type { Lane } from "./lane";
import { LinkSession } from "./link-session";
import { mergeEvent, parseEvent, type DeviceEvent, type StateChange } from "./merge";
import { openWebSocket } from "./socket";
import type { States } from "./states";
import type { Transport } from "./transport";

/** A change of the event connection. */
export interface ConnectionChange {
  connected: boolean;
  /** Why it is not connected; absent when it was closed on purpose. */
  error?: PiKVMError;
  /** Set when no further attempt is made because the device refused our credentials. */
  final?: true;
}

export interface LinkEvents {
  event: [DeviceEvent];
  state: [StateChange];
  connection: [ConnectionChange];
}

/** When the event connection is looked after. All in seconds. */
export interface LinkTiming {
  /** Silence after which the device is pinged. */
  pingAfter: number;
  /** Silence after which the connection counts as dead. */
  deadAfter: number;
  checkEvery: number;
  /** How long a closing handshake may take. */
  closeTimeout: number;
  /** The first pause before another attempt, at most; it doubles with each failure up to the ceiling. */
  backoffStart: number;
  backoffCeiling: number;
}

/** kvmd speaks every 5 s. */
const TIMING: LinkTiming = {
  pingAfter: 7,
  deadAfter: 15,
  checkEvery: 2.5,
  closeTimeout: 1,
  backoffStart: 1,
  backoffCeiling: 60,
};

/**
 * The one event WebSocket of a device, open while somebody holds it; reconnects by itself. Sockets are opened and closed within the
 * HID lane: kvmd drops queued keystrokes and releases held keys whenever any session opens or closes.
 */
export class EventLink extends EventEmitter<LinkEvents> {
  readonly #transport: Transport;
  readonly #hidLane: Lane;
  readonly #timing: LinkTiming;
  #holders = 0;
  #running: { stop: AbortController; ended: Promise<void> } | undefined;
  #states: States = {};
  #session: LinkSession | undefined;
  #connection: ConnectionChange = { connected: false };

  constructor(transport: Transport, hidLane: Lane, timing = TIMING) {
    super();
    // One listener for each subscription, however many there are.
    this.setMaxListeners(0);
    this.#transport = transport;
    this.#hidLane = hidLane;
    this.#timing = timing;
  }

  /** The merged states of this session, as far as the device has sent them. */
  get states(): Readonly<States> {
    return this.#states;
  }

  get connection(): Readonly<ConnectionChange> {
    return this.#connection;
  }

  /** The present session, for sending; undefined while not connected. */
  get session(): LinkSession | undefined {
    return this.#session;
  }

  /** Ends when the device is closed. */
  get closed(): AbortSignal {
    return this.#transport.closed;
  }

  /** Keeps the link open until the same number of releases. */
  hold(): void {
    this.#holders += 1;
    this.#start();
  }

  /** The last release closes the link, when no typing is in flight. */
  async release(): Promise<void> {
    this.#holders -= 1;
    const stopIfUnused = async (): Promise<void> => {
      if (this.#holders === 0) await this.#stop();
    };
    // Where there is no turn to wait for, because the device was closed or the lane is full, it ends at once.
    if (this.#holders === 0) await this.#hidLane.run(stopIfUnused).catch(stopIfUnused);
  }

  /** Closes the link at once, whoever holds it. */
  async close(): Promise<void> {
    this.#holders = 0;
    await this.#stop();
  }

  #start(): void {
    if (this.#running && !this.#running.stop.signal.aborted) return;
    const stop = new AbortController();
    this.#connection = { connected: false };
    const before = this.#running?.ended ?? Promise.resolve();
    const running = { stop, ended: before.then(() => this.#keepConnected(stop.signal)) };
    this.#running = running;
    void running.ended.then(() => {
      if (this.#running === running) this.#running = undefined;
    });
  }

  async #stop(): Promise<void> {
    this.#running?.stop.abort();
    await this.#running?.ended;
  }

  /** Never rejects. Ends when it is stopped, or when the device refuses our credentials. */
  async #keepConnected(stop: AbortSignal): Promise<void> {
    let failures = 0;
    for (;;) {
      try {
        const socket = await this.#open(stop);
        this.#states = {};
        const session = new LinkSession(socket);
        this.#session = session;
        this.#changeConnection({ connected: true });
        await this.#listen(socket, session, { stop, proven: () => (failures = 0) });
        break;
      } catch (cause) {
        if (stop.aborted) break;
        const error =
          cause instanceof PiKVMError ? cause : new WebSocketError("The event connection failed.", { cause });
        const final = error instanceof AuthError;
        this.#changeConnection({ connected: false, error, ...(final ? { final } : {}) });
        if (final) return;
        failures += 1;
        await pause(backoff(failures, this.#timing), stop).catch(() => undefined);
      }
    }
    this.#changeConnection({ connected: false });
  }

  #open(stop: AbortSignal): Promise<WebSocket> {
    return this.#hidLane.run((turn) => openWebSocket(this.#transport, "/api/ws?stream=0", turn), stop);
  }

  /** Receives until the session ends. @throws WebSocketError, unless it was stopped. */
  #listen(
    socket: WebSocket,
    session: LinkSession,
    { stop, proven }: { stop: AbortSignal; proven: () => void },
  ): Promise<void> {
    const { pingAfter, deadAfter, checkEvery, closeTimeout } = this.#timing;
    return new Promise((resolve, reject) => {
      let heard = Date.now();
      let failure: WebSocketError | undefined;
      const fail = (error: WebSocketError) => {
        failure ??= error;
        socket.terminate();
      };
      const heartbeat = setInterval(() => {
        const silence = (Date.now() - heard) / 1000;
        if (silence >= deadAfter) fail(new WebSocketError("The device went silent.", { code: "SILENT" }));
        else if (silence >= pingAfter) socket.ping();
      }, checkEvery * 1000);
      let impatience: NodeJS.Timeout | undefined;
      const leave = () => {
        socket.close(1000);
        impatience = setTimeout(() => socket.terminate(), closeTimeout * 1000);
      };
      stop.addEventListener("abort", leave, { once: true });
      if (stop.aborted) leave();
      socket.on("pong", () => (heard = Date.now()));
      socket.on("ping", () => (heard = Date.now()));
      socket.on("message", (data: Buffer, isBinary: boolean) => {
        heard = Date.now();
        if (stop.aborted) return;
        const event = isBinary ? undefined : parseEvent(data);
        if (isBinary) session.receiveBinary(data);
        else if (event === undefined)
          fail(new WebSocketError("The device sent something that is not an event.", { code: "BAD_EVENT" }));
        else {
          session.receive(event);
          if (this.#receive(event)) proven();
        }
      });
      socket.on("error", (cause: Error) =>
        fail(new WebSocketError(`The event connection broke: ${cause.message}`, { cause })),
      );
      socket.on("close", (code: number) => {
        clearInterval(heartbeat);
        clearTimeout(impatience);
        stop.removeEventListener("abort", leave);
        const error = failure ?? new WebSocketError(describeClose(code), { code: `WS_${code}` });
        this.#session = undefined;
        session.end(error);
        if (stop.aborted) resolve();
        else reject(error);
      });
      socket.resume();
    });
  }

  /** @returns whether the event carried a state. */
  #receive(event: DeviceEvent): boolean {
    this.emit("event", event);
    const change = mergeEvent(this.#states, event);
    if (!change) return false;
    this.#states = { ...this.#states, [change.kind]: change.state };
    this.emit("state", change);
    return true;
  }

  /** An outage is told once, however many attempts it takes and however they fail; its end by a refused login is told again. */
  #changeConnection(change: ConnectionChange): void {
    const before = this.#connection;
    this.#connection = change;
    const isFirstFailure = change.error !== undefined && before.error === undefined;
    if (before.connected !== change.connected || isFirstFailure || change.final) this.emit("connection", change);
  }
}

/** Exponential with full jitter: many devices or Node-REDs do not come back in step. Seconds. */
function backoff(failures: number, { backoffStart, backoffCeiling }: LinkTiming): number {
  return Math.random() * Math.min(backoffCeiling, backoffStart * 2 ** (failures - 1));
}

function describeClose(code: number): string {
  return code === 1000
    ? "The device closed the event connection; its service may be restarting."
    : `The event connection broke (${code}).`;
}
