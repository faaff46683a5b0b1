import { EventEmitter } from "node:events";
import { pause } from "../deadline";
import { AuthError, WebSocketError, type PiKVMError } from "../errors";
import type { Lease, Shared } from "../shared";
import { SOCKET_TIMING, type SocketTiming } from "../sockets/listen";
import type { Sessions, Sockets } from "../sockets/sockets";
import { LinkSession } from "./link-session";
import { mergeEvent, parseEvent, type DeviceEvent, type StateChange } from "./merge";
import type { States } from "./states";

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

/** What keeps the link connected for as long as somebody holds it. */
interface Run {
  sessions: Sessions;
  /** False again when the device has refused our credentials. */
  isRunning: boolean;
}

/** The one event connection of a device, open while somebody holds it; it reconnects by itself. */
export class EventLink extends EventEmitter<LinkEvents> {
  /** Ends when the device is closed. */
  readonly closed: AbortSignal;
  readonly #timing: LinkTiming;
  readonly #shared: Shared<Run>;
  /** Resolves when the last run has ended. */
  #ended: Promise<void> = Promise.resolve();
  #states: States = {};
  #session: LinkSession | undefined;
  #connection: ConnectionChange = { connected: false };

  constructor(sockets: Sockets, timing = TIMING) {
    super();
    // One listener for each subscription, however many there are.
    this.setMaxListeners(0);
    this.closed = sockets.closed;
    this.#timing = timing;
    this.#shared = sockets.share({
      open: (sessions): Run => ({ sessions, isRunning: false }),
      closed: () => this.#ended,
    });
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
    return this.#session?.ended.aborted ? undefined : this.#session;
  }

  /** Keeps the link open until it is released; after a refused login it is tried again. */
  hold(): Lease<unknown> {
    const lease = this.#shared.acquire();
    this.#start(lease.thing);
    return lease;
  }

  /** Closes the link at once, whoever holds it. */
  async close(): Promise<void> {
    await this.#shared.close();
  }

  #start(run: Run): void {
    if (run.isRunning) return;
    run.isRunning = true;
    this.#connection = { connected: false };
    this.#ended = this.#ended
      .then(() => this.#keepConnected(run.sessions))
      .then(() => {
        run.isRunning = false;
      });
  }

  /** Never rejects. Ends when nobody holds the link any more, or when the device refuses our credentials. */
  async #keepConnected({ end, connect }: Sessions): Promise<void> {
    let failures = 0;
    for (;;) {
      const error = await this.#connect(connect, () => (failures = 0));
      if (end.aborted) break;
      const final = error instanceof AuthError;
      this.#changeConnection({ connected: false, error, ...(final ? { final } : {}) });
      if (final) return;
      failures += 1;
      await pause(backoff(failures, this.#timing), end).catch(() => undefined);
    }
    this.#changeConnection({ connected: false });
  }

  /** Connects once. @param proven called when the device has told a state. @returns why the session has ended, or could not begin. */
  async #connect(connect: Sessions["connect"], proven: () => void): Promise<PiKVMError> {
    const { ended } = connect("listener", {
      name: "event connection",
      timing: this.#timing,
      closed: () => new WebSocketError("The event connection was closed.", { code: "WS_1000" }),
      onOpen: (connection) => {
        this.#states = {};
        this.#session = new LinkSession(connection);
        this.#changeConnection({ connected: true });
      },
      receive: (data, isBinary) => {
        if (isBinary) {
          this.#session?.receiveBinary(data);
          return;
        }
        const event = parseEvent(data);
        this.#session?.receive(event);
        if (this.#receive(event)) proven();
      },
    });
    const reason = await ended;
    this.#session = undefined;
    return reason;
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
