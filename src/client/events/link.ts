import { EventEmitter } from "node:events";
import { AuthError, WebSocketError, type PiKVMError } from "../errors";
import { BACKOFF, Reconnect, type Backoff, type ConnectionChange, type Retry } from "../reconnect";
import type { Lease, Shared } from "../shared";
import { SOCKET_TIMING, type SocketTiming } from "../sockets/listen";
import type { Sessions, Sockets } from "../sockets/sockets";
import { LinkSession } from "./link-session";
import { mergeEvent, parseEvent, type DeviceEvent, type StateChange } from "./merge";
import type { States } from "./states";

export interface LinkEvents {
  event: [DeviceEvent];
  state: [StateChange];
  connection: [ConnectionChange];
  /** Each attempt that failed, also in one outage. */
  retry: [Retry];
}

/** In seconds. */
export interface LinkTiming extends SocketTiming, Backoff {}

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
  #reconnect = new Reconnect({ onChange: () => undefined });

  constructor(sockets: Sockets, timing: LinkTiming = { ...SOCKET_TIMING, ...BACKOFF }) {
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
    return this.#reconnect.connection;
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
    const reconnect = new Reconnect({
      backoff: this.#timing,
      // A run that ends while the next one waits for that says nothing any more.
      onChange: (change) => this.#reconnect === reconnect && this.emit("connection", change),
      onRetry: (retry) => this.emit("retry", retry),
    });
    this.#reconnect = reconnect;
    this.#ended = this.#ended
      .then(() => this.#keepConnected(run.sessions, reconnect))
      .then(() => {
        run.isRunning = false;
      });
  }

  /** Never rejects. Ends when nobody holds the link any more, or when the device refuses our credentials. */
  async #keepConnected({ end, connect }: Sessions, reconnect: Reconnect): Promise<void> {
    for (;;) {
      const error = await this.#connect(connect, reconnect);
      if (end.aborted) break;
      if (error instanceof AuthError) {
        reconnect.refused(error);
        return;
      }
      await reconnect.failed(error, end).catch(() => undefined);
    }
    reconnect.closed();
  }

  /** Connects once. @returns why the session has ended, or could not begin. */
  async #connect(connect: Sessions["connect"], reconnect: Reconnect): Promise<PiKVMError> {
    const { ended } = connect("listener", {
      name: "event connection",
      timing: this.#timing,
      closed: () => new WebSocketError("The event connection was closed.", { code: "WS_1000" }),
      onOpen: (connection) => {
        this.#states = {};
        this.#session = new LinkSession(connection);
        reconnect.connected();
      },
      receive: (data, isBinary) => {
        if (isBinary) {
          this.#session?.receiveBinary(data);
          return;
        }
        const event = parseEvent(data);
        this.#session?.receive(event);
        if (this.#receive(event)) reconnect.proven();
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
}
