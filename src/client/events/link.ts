import { EventEmitter } from "node:events";
import { pause } from "../deadline";
import { AuthError, PiKVMError, WebSocketError } from "../errors";
import type { Lane } from "../lanes/lane";
import { LinkSession } from "./link-session";
import { listen, SOCKET_TIMING, type SocketTiming } from "./listen";
import { mergeEvent, parseEvent, type DeviceEvent, type StateChange } from "./merge";
import { openWebSocket, type DeviceSocket } from "./socket";
import type { States } from "./states";
import type { Transport } from "../http/transport";

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
export interface LinkTiming extends SocketTiming {
  /** The first pause before another attempt, at most; it doubles with each failure up to the ceiling. */
  backoffStart: number;
  backoffCeiling: number;
}

const TIMING: LinkTiming = { ...SOCKET_TIMING, backoffStart: 1, backoffCeiling: 60 };

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
    if (this.#holders > 0) return;
    await this.#hidLane.runAnyway(async () => {
      if (this.#holders === 0) await this.#stop();
    });
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

  #open(stop: AbortSignal): Promise<DeviceSocket> {
    return this.#hidLane.run((turn) => openWebSocket(this.#transport, "/api/ws?stream=0", turn), stop);
  }

  /** Receives until the session ends. @throws WebSocketError, unless it was stopped. */
  async #listen(
    socket: DeviceSocket,
    session: LinkSession,
    { stop, proven }: { stop: AbortSignal; proven: () => void },
  ): Promise<void> {
    const receive = (data: Buffer, isBinary: boolean) => {
      if (isBinary) {
        session.receiveBinary(data);
        return;
      }
      const event = parseEvent(data);
      session.receive(event);
      if (this.#receive(event)) proven();
    };
    let end: unknown = new WebSocketError("The event connection was closed.", { code: "WS_1000" });
    try {
      await listen(socket, { stop, timing: this.#timing, receive, name: "event connection" });
    } catch (error) {
      end = error;
      throw error;
    } finally {
      this.#session = undefined;
      session.end(end);
    }
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
export function backoff(failures: number, { backoffStart, backoffCeiling } = TIMING): number {
  return Math.random() * Math.min(backoffCeiling, backoffStart * 2 ** (failures - 1));
}
