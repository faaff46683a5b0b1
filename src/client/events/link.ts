import { EventEmitter } from "node:events";
import { WebSocketError, type PiKVMError } from "../errors";
import { ownTurn } from "../own-turn";
import { BACKOFF, Reconnect, type Backoff, type ConnectionChange, type Retry } from "../reconnect";
import type { Lease, Shared } from "../shared";
import { SOCKET_TIMING, type SocketTiming } from "../sockets/listen";
import type { Sessions, Sockets } from "../sockets/sockets";
import { FirstReadings } from "./first-readings";
import { LinkSession } from "./link-session";
import { KnownStates } from "./known-states";
import { parseEvent, type DeviceEvent, type StateChange } from "./merge";
import type { States } from "./states";

export interface LinkEvents {
  /** With its size in bytes. */
  event: [event: DeviceEvent, size: number];
  state: [StateChange];
  connection: [ConnectionChange];
  /** Each attempt that failed, also in one outage. */
  retry: [Retry];
}

/** In seconds. */
export interface LinkTiming extends SocketTiming, Backoff {}

/** The one event connection of a device, open while somebody holds it; it reconnects by itself. */
export class EventLink extends EventEmitter<LinkEvents> {
  /** Ends when the device is closed. */
  readonly closed: AbortSignal;
  readonly #timing: LinkTiming;
  readonly #shared: Shared<Sessions>;
  readonly #untilTrial: Sockets["untilTrial"];
  /** Resolves when the last run has ended. */
  #ended: Promise<void> = Promise.resolve();
  #states = new KnownStates();
  readonly #first: FirstReadings;
  #session: LinkSession | undefined;
  #reconnect: Reconnect;

  constructor(sockets: Sockets, timing: LinkTiming = { ...SOCKET_TIMING, ...BACKOFF }) {
    super();
    // One listener for each subscription, however many there are.
    this.setMaxListeners(0);
    this.closed = sockets.closed;
    this.#timing = timing;
    this.#first = new FirstReadings(sockets.presence, (change) => this.emit("state", change));
    this.#untilTrial = (...signals) => sockets.untilTrial(...signals);
    this.#reconnect = new Reconnect({ onChange: () => undefined, untilTrial: this.#untilTrial });
    this.#shared = sockets.share({
      open: (sessions) => {
        this.#start(sessions);
        return sessions;
      },
      closed: () => {
        // While it says goodbye, nothing can be sent any more.
        this.#session = undefined;
        return this.#ended;
      },
    });
  }

  /** The merged states of this session, as far as the device has sent them. */
  get states(): Readonly<States> {
    return this.#first.without(this.#states.all);
  }

  get connection(): Readonly<ConnectionChange> {
    return this.#reconnect.connection;
  }

  /** The present session, for sending; undefined while not connected. */
  get session(): LinkSession | undefined {
    return this.#session?.ended.aborted ? undefined : this.#session;
  }

  /** Keeps the link open until it is released. */
  hold(): Lease<unknown> {
    return this.#shared.acquire();
  }

  /** Closes the link at once, whoever holds it. */
  async close(): Promise<void> {
    await this.#shared.close();
  }

  #start(sessions: Sessions): void {
    const reconnect = new Reconnect({
      backoff: this.#timing,
      untilTrial: this.#untilTrial,
      // A run that ends while the next one waits for that says nothing any more.
      onChange: (change) => this.#reconnect === reconnect && this.emit("connection", change),
      onRetry: (retry) => this.emit("retry", retry),
    });
    this.#reconnect = reconnect;
    this.#ended = this.#ended.then(() => this.#keepConnected(sessions, reconnect));
  }

  /** Never rejects. Ends when nobody holds the link any more. */
  async #keepConnected({ end, connect }: Sessions, reconnect: Reconnect): Promise<void> {
    // Many devices may be deployed at once, or lost, of which all who use them are told.
    await ownTurn();
    for (;;) {
      const error = await this.#connect(connect, reconnect);
      if (end.aborted) break;
      // Where nobody else is lost it is told at once, before anybody waits for the next session.
      const turn = ownTurn();
      if (turn) await turn;
      await reconnect.failed(error, end).catch(() => undefined);
    }
    reconnect.closed();
  }

  /** Connects once. @returns why the session has ended, or could not begin. */
  async #connect(connect: Sessions["connect"], reconnect: Reconnect): Promise<PiKVMError> {
    const { ended } = connect("listener", {
      name: "event connection",
      timing: this.#timing,
      patience: reconnect.patience,
      closed: () => new WebSocketError("The event connection was closed.", { code: "WS_1000" }),
      onOpen: (connection) => {
        this.#states = new KnownStates();
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
        if (this.#receive(event, data.length)) reconnect.proven();
      },
    });
    const reason = await ended;
    this.#session = undefined;
    this.#first.drop();
    return reason;
  }

  /** @returns whether the event carried a state. */
  #receive(event: DeviceEvent, size: number): boolean {
    this.emit("event", event, size);
    const change = this.#states.take(event, size);
    if (!change) return false;
    if (!this.#first.hold(change)) this.emit("state", change);
    return true;
  }
}
