import { Agent, type Dispatcher } from "undici";
import { noteSent, type RequestStage } from "./request-stage";
import type { Connector } from "../tls/connector";

/** Idle connections are given up before nginx does so after 10 s, so that a POST never meets a dying one. */
const KEEP_ALIVE = { keepAliveTimeout: 4000, keepAliveMaxTimeout: 8000 };
/** A device has little to say at once; more requests wait for a free connection. */
const CONNECTIONS = 16;

/**
 * What does not wait for the others: the calls of the subsystems, which end soon or take turns; any calls, of which nobody knows how long
 * they take; and streams, which end when their readers like.
 */
export type PoolName = "calls" | "any calls" | "streams";

/** Why all its connections are taken. */
const TAKEN: Record<PoolName, string> = {
  calls: `${CONNECTIONS} calls are being answered`,
  "any calls": `${CONNECTIONS} calls are being answered`,
  streams: `${CONNECTIONS} streams are open; read them to their end or destroy them`,
};

/** Connections to one device for one kind of requests. */
export class Pool {
  /** What to say of it when it is full. */
  readonly taken: string;
  readonly #agent: Agent;
  readonly #dispatcher: Dispatcher;

  constructor(name: PoolName, connect: Connector) {
    this.taken = TAKEN[name];
    // Time limits are the Deadline's, one for all phases of a request.
    this.#agent = new Agent({
      ...KEEP_ALIVE,
      connections: CONNECTIONS,
      connect,
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    this.#dispatcher = this.#agent.compose(noteSent);
  }

  /** Whether a request must wait until another's answer is over. */
  get isFull(): boolean {
    return Object.values(this.#agent.stats).some(({ running }) => running >= CONNECTIONS);
  }

  request(options: Dispatcher.RequestOptions<RequestStage>): Promise<Dispatcher.ResponseData<RequestStage>> {
    return this.#dispatcher.request(options);
  }

  /** Ends all connections, whatever runs over them. */
  destroy(): Promise<void> {
    return this.#agent.destroy();
  }
}
