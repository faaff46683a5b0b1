import { pause, within } from "../deadline";
import { CancelledError } from "../errors";
import { GATE } from "../gate";
import { Lane } from "../lanes/lane";
import type { Presence } from "../presence";
import { Shared, type Sharing } from "../shared";
import type { Transport } from "../http/transport";
import { Connection, type ConnectionUse } from "./connection";
import { HidQueue } from "./hid-queue";
import { Unanswered } from "./unanswered";
import { openWebSocket, type DeviceSocket, type Opening } from "./socket";

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
  /** Whether one, of whomever, has its turn and waits for the device's answer. */
  isOpening: () => boolean;
  connect: (kind: SessionKind, use: ConnectionUse) => Connection;
}

/** Seconds until kvmd must have said something in a new session. */
const GREETING = 1;
/** Seconds for a session that opens and closes. */
const DROPPING = 1.5;

/**
 * The one place that opens WebSockets of a device; the turns of keyboard and mouse are here, too.
 *
 * kvmd drops queued keystrokes and releases held keys whenever any session, which is a WebSocket of `/api/ws`, opens or
 * closes. Therefore sessions open and close in a turn of keyboard and mouse only, when nothing of ours can be in the
 * device's queue any more. The exceptions are closing the device, which waits for nobody, and what is cancelled.
 */
export class Sockets {
  readonly hidLane: Lane;
  /** What of ours may be in the device's queue. */
  readonly queue = new HidQueue();
  /** What the device may still do for who does not wait for it any more. */
  readonly unanswered: Unanswered;
  readonly #transport: Transport;
  #opening = 0;
  /** Each opens a session that waits for its turn. */
  readonly #waiting = new Set<() => Promise<void>>();
  /** Those that open in somebody else's turn; undefined while nobody lets them in. */
  #letIn: Promise<void>[] | undefined;

  constructor(transport: Transport) {
    this.#transport = transport;
    this.hidLane = new Lane("the keyboard and mouse", transport.closed);
    this.unanswered = new Unanswered(transport.address.origin + transport.address.path);
  }

  /** Ends when the device is closed. */
  get closed(): AbortSignal {
    return this.#transport.closed;
  }

  /** Since when the device has been there. */
  get presence(): Presence {
    return this.#transport.presence;
  }

  /** As `Access.untilTrial`. */
  untilTrial(...signals: readonly (AbortSignal | undefined)[]): Promise<void> {
    return this.#transport.access.untilTrial(...signals);
  }

  /** Something that lives on sessions of kvmd; there is no other way to open one. */
  share<T>({ open, ...sharing }: SessionSharing<T>): Shared<T> {
    return new Shared({
      ...sharing,
      open: (end) => {
        const connect: Sessions["connect"] = (kind, use) => this.#connect(kind, use, end);
        return open({ end, isOpening: () => this.#opening > 0, connect });
      },
      inTurn: (close) =>
        this.hidLane.runAnyway(async () => {
          await this.queue.drained([this.closed]).catch(() => undefined);
          await close();
        }),
    });
  }

  /**
   * For who has the turn of keyboard and mouse and needs a session: those that wait for their turn, or come while the
   * work goes on, open within this one.
   */
  async letIn<T>(work: () => Promise<T>): Promise<T> {
    // Who opens one is told what becomes of it; here only their ends are waited for.
    const opening = (this.#letIn = [...this.#waiting].map((open) => open().catch(() => undefined)));
    try {
      return await work();
    } finally {
      this.#letIn = undefined;
      await Promise.all(opening);
    }
  }

  /**
   * A WebSocket of the media daemon beside kvmd. It is no session of kvmd: it opens and closes without disturbing those
   * who type.
   * @param signal cancels the opening only.
   */
  connectMedia(use: ConnectionUse, close: AbortSignal, signal: AbortSignal | undefined): Connection {
    return new Connection(use, close, () => openWebSocket(this.#transport, "/api/media/ws", [signal, close]));
  }

  /**
   * Makes the device drop what it has not typed and release all keys, by a session that opens and closes; kvmd before
   * 4.111 does that when it closes only, and `/api/hid/reset` leaves most of a long queue. Only in a turn of keyboard
   * and mouse; also when the device was closed meanwhile, since the next who uses it must not find a queue.
   * @param whileOpen seconds for which the device may still get more; the session closes after them.
   * @returns whether it was possible.
   */
  async dropTyping(whileOpen: number): Promise<boolean> {
    const end = new AbortController();
    let greet = (): void => undefined;
    const greeted = new Promise<void>((resolve) => (greet = resolve));
    const use: ConnectionUse = {
      name: "connection that ends typing",
      closed: () => new CancelledError("It has done its work."),
      receive: () => greet(),
    };
    const connection = new Connection(use, end.signal, () =>
      this.#open("listener", [end.signal], { isLastWord: true }),
    );
    const late = () => new CancelledError("The device did not say anything.");
    try {
      await within([connection.end], { seconds: DROPPING, late }, (deadline) => deadline.race(greeted));
      if (whileOpen > 0) await pause(whileOpen, connection.end);
    } catch {
      return false;
    } finally {
      end.abort();
      await connection.ended;
    }
    this.queue.clear();
    await this.queue.drained([this.closed]).catch(() => undefined);
    return true;
  }

  #connect(kind: SessionKind, { receive, ...use }: ConnectionUse, close: AbortSignal): Connection {
    let greet: (() => void) | undefined;
    const greeted = new Promise<void>((resolve) => (greet = resolve));
    const heard = (data: Buffer, isBinary: boolean): void => {
      this.presence.seen();
      greet?.();
      // Once: to resolve what is resolved takes longer than to read an event.
      greet = undefined;
      receive(data, isBinary);
    };
    const openInTurn = (): Promise<DeviceSocket> =>
      new Promise((resolve, reject) => {
        const turn = async (signal: AbortSignal): Promise<void> => {
          await this.queue.drained([signal]);
          resolve(await this.#open(kind, [signal], { isAdmitted: true, patience: use.patience }));
          // kvmd opens a session, drops what is queued, and greets: who types before that loses it.
          const limit = { seconds: GREETING, late: () => new CancelledError("No greeting.") };
          await within([signal], limit, (deadline) => deadline.race(Promise.race([greeted, connection.ended])));
        };
        void this.#inTurn(turn, close).catch(reject);
      });
    const open = async (): Promise<DeviceSocket> => {
      // Those who want to type need not wait for others that are lost, too.
      const leave = await GATE.enter(this, kind === "viewer" ? "acting" : "keeping", close);
      return openInTurn().finally(leave);
    };
    const connection = new Connection({ ...use, receive: heard }, close, open);
    void connection.ended.then(() => {
      if (close.aborted) return;
      this.#transport.access.doubt();
      this.presence.lost();
    });
    return connection;
  }

  /** In a turn of its own, or in that of somebody who lets it in. */
  #inTurn(open: (signal: AbortSignal) => Promise<void>, close: AbortSignal): Promise<void> {
    const begin = () => within([close, this.closed], undefined, ({ signal }) => open(signal));
    if (this.#letIn) {
      const opening = begin();
      this.#letIn.push(opening.catch(() => undefined));
      return opening;
    }
    return new Promise((resolve, reject) => {
      let begun: Promise<void> | undefined;
      const once = (): Promise<void> => {
        begun ??= begin();
        // Its own turn may come much later.
        begun.then(resolve, reject);
        return begun;
      };
      this.#waiting.add(once);
      void this.hidLane
        .run(once, close)
        .then(resolve, reject)
        .finally(() => this.#waiting.delete(once));
    });
  }

  async #open(kind: SessionKind, ends: readonly AbortSignal[], opening: Opening): Promise<DeviceSocket> {
    this.#opening += 1;
    try {
      return await openWebSocket(this.#transport, `/api/ws?stream=${kind === "viewer" ? 1 : 0}`, ends, opening);
    } finally {
      this.#opening -= 1;
    }
  }
}
