import { Lane } from "../lanes/lane";
import { Shared, type Sharing } from "../shared";
import type { Transport } from "../http/transport";
import { Connection, type ConnectionUse } from "./connection";
import { openWebSocket } from "./socket";

/** A viewer counts as somebody who watches, for whom the device runs its video. */
export type SessionKind = "listener" | "viewer";

/** How something is shared that lives on sessions of kvmd. */
export interface SessionSharing<T> extends Omit<Sharing<T>, "open" | "inTurn"> {
  /** @param sessions opens sessions for it. They close when nobody uses it any more. */
  open: (sessions: Sessions) => T;
}

/** Opens sessions of kvmd, in their turn. */
export interface Sessions {
  /** Ends when they are to be closed. */
  end: AbortSignal;
  connect: (kind: SessionKind, use: ConnectionUse) => Connection;
}

/**
 * The one place that opens WebSockets of a device; the turns of keyboard and mouse are here, too.
 *
 * kvmd drops queued keystrokes and releases held keys whenever any session, which is a WebSocket of `/api/ws`, opens or
 * closes. Therefore sessions open and close in a turn of keyboard and mouse only, and whoever types keeps the turn for
 * as long as typing may be in the device's queue. The exception is closing the device, which waits for nobody.
 */
export class Sockets {
  readonly hidLane: Lane;
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
    this.hidLane = new Lane("the keyboard and mouse", transport.closed);
  }

  /** Ends when the device is closed. */
  get closed(): AbortSignal {
    return this.#transport.closed;
  }

  /** As `Access.untilTrial`. */
  untilTrial(...signals: readonly (AbortSignal | undefined)[]): Promise<void> {
    return this.#transport.access.untilTrial(...signals);
  }

  /** Something that lives on sessions of kvmd; there is no other way to open one. */
  share<T>({ open, ...sharing }: SessionSharing<T>): Shared<T> {
    return new Shared({
      ...sharing,
      open: (end) => open({ end, connect: (kind, use) => this.#connect(kind, use, end) }),
      inTurn: (close) => this.hidLane.runAnyway(close),
    });
  }

  /**
   * A WebSocket of the media daemon beside kvmd. It is no session of kvmd: it opens and closes without disturbing those
   * who type.
   * @param signal cancels the opening only.
   */
  connectMedia(use: ConnectionUse, close: AbortSignal, signal: AbortSignal | undefined): Connection {
    return new Connection(use, close, () => openWebSocket(this.#transport, "/api/media/ws", [signal, close]));
  }

  #connect(kind: SessionKind, use: ConnectionUse, close: AbortSignal): Connection {
    const path = `/api/ws?stream=${kind === "viewer" ? 1 : 0}`;
    return new Connection(use, close, () =>
      this.hidLane.run((turn) => openWebSocket(this.#transport, path, [turn]), close),
    );
  }
}
