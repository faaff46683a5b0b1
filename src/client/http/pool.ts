import type { Agent, Dispatcher } from "undici";
import { undici } from "../libraries";
import { noteSent, type RequestStage } from "./request-stage";
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
  readonly #connect: Connector;
  /** Made for the first request: many a device has none. */
  #made: { agent: Agent; dispatcher: Dispatcher } | undefined;

  constructor(name: PoolName, connect: Connector) {
    this.taken = TAKEN[name];
    this.#connect = connect;
  }

  /** Whether a request must wait until another's answer is over. */
  get isFull(): boolean {
    return Object.values(this.#made?.agent.stats ?? {}).some(({ running }) => running >= CONNECTIONS);
  }

  request(options: Dispatcher.RequestOptions<RequestStage>): Promise<Dispatcher.ResponseData<RequestStage>> {
    this.#made ??= this.#make();
    return this.#made.dispatcher.request(options);
  }

  /** Ends all connections, whatever runs over them. */
  async destroy(): Promise<void> {
    await this.#made?.agent.destroy();
  }

  #make(): { agent: Agent; dispatcher: Dispatcher } {
    const { Agent } = undici();
    // The time limit of a request is its Deadline, one for all of its phases.
    const endless = { headersTimeout: 0, bodyTimeout: 0 };
    const agent = new Agent({ ...KEEP_ALIVE, connections: CONNECTIONS, connect: this.#connect, ...endless });
    return { agent, dispatcher: agent.compose(noteSent()) };
  }
}
