import type { Dispatcher, Pool as Connections } from "undici";
import { undici } from "../libraries";
import type { Connector } from "../tls/connector";

/**
 * Milliseconds for which a connection without work is kept. The web server of a device closes it after 10 s; we do so
 * before, so that no POST is sent over a connection that is just being closed.
 */
const KEEP_ALIVE = { keepAliveTimeout: 4000, keepAliveMaxTimeout: 8000 };
/** Of each pool. A device answers few requests at a time; more of them wait here for a free connection. */
const CONNECTIONS = 16;

/**
 * Requests of one kind do not wait for connections that those of another kind have taken. `calls`: those of the
 * subsystems, which end soon or take turns. `any calls`: what a user sends by path, which may take any time. `streams`:
 * they end when their readers want.
 */
export type PoolName = "calls" | "any calls" | "streams";

/** Why no connection is free, for an error. */
const TAKEN: Record<PoolName, string> = {
  calls: `${CONNECTIONS} calls are being answered`,
  "any calls": `${CONNECTIONS} calls are being answered`,
  streams: `${CONNECTIONS} streams are open; read them to their end or destroy them`,
};

/** Connections to one device for one kind of requests. */
export class Pool {
  /** Why no connection is free when it is full. */
  readonly taken: string;
  readonly #origin: string;
  readonly #connect: Connector;
  /** Made for the first request: many a device has none. */
  #connections: Connections | undefined;

  constructor(name: PoolName, origin: string, connect: Connector) {
    this.taken = TAKEN[name];
    this.#origin = origin;
    this.#connect = connect;
  }

  /** Whether a request must wait until another's answer is over. */
  get isFull(): boolean {
    return (this.#connections?.stats.running ?? 0) >= CONNECTIONS;
  }

  /** What sends requests to it. It is made for the first one, which takes longer than some limit their time to. */
  get dispatcher(): Dispatcher {
    return (this.#connections ??= this.#make());
  }

  /** Ends all connections, whatever runs over them. */
  async destroy(): Promise<void> {
    await this.#connections?.destroy();
  }

  #make(): Connections {
    const Connections = undici().Pool;
    // The time limit of a request is its Deadline, one for all of its phases.
    const endless = { headersTimeout: 0, bodyTimeout: 0 };
    return new Connections(this.#origin, {
      ...KEEP_ALIVE,
      ...endless,
      connections: CONNECTIONS,
      connect: this.#connect,
    });
  }
}
