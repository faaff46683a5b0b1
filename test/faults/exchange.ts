import type { Strike } from "./strike";

/** One request of the client, and what became of it. */
export interface Exchange {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  /** Whether the client has sent all of it. */
  sent: boolean;
  /** Whether the device has got all of it. */
  passed: boolean;
  /** Whether the client has got all of the device's own answer. */
  answered: boolean;
}

export const isChange = ({ method }: Pick<Exchange, "method">): boolean => method !== "GET";

/** What a request is for. */
export function phaseOf(exchange: Exchange): string {
  const [path = ""] = exchange.path.split("?");
  if (path === "/api/auth/login") return "login";
  if (path === "/api/ws") return "opening a WebSocket";
  return isChange(exchange) ? `changing by ${path}` : "looking";
}

/** What happens to which request. */
export interface Plan {
  strike: Strike;
  /**
   * What is struck: `changes` are the requests that change something, `requests` all of them, `frames` what is sent over
   * a WebSocket; anything else is a phase.
   */
  among: string;
  /** How many of these pass before. */
  after: number;
}
