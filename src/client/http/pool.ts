import { Agent, type Dispatcher } from "undici";
import type { Exchange } from "./exchange";
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
  readonly #agent: Agent;

  constructor(name: PoolName, connect: Connector) {
    this.taken = TAKEN[name];
    // The time limit of a request is its Deadline, one for all of its phases.
    this.#agent = new Agent({
      ...KEEP_ALIVE,
      connections: CONNECTIONS,
      connect,
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  }

  /** Whether a request must wait until another's answer is over. */
  get isFull(): boolean {
    return Object.values(this.#agent.stats).some(({ running }) => running >= CONNECTIONS);
  }

  dispatch(options: Dispatcher.DispatchOptions, exchange: Exchange): void {
    this.#agent.dispatch(options, exchange);
  }

  /** Ends all connections, whatever runs over them. */
  destroy(): Promise<void> {
    return this.#agent.destroy();
  }
}
