/** What may go wrong between a client and a device, switchable per request. */
export type FaultKind =
  /** Everything goes well, only later. */
  | { kind: "delay"; ms: number }
  /** No answer ever; the connection stays open. */
  | { kind: "hang" }
  /** The connection is reset (RST) instead of an answer. */
  | { kind: "reset" }
  /** The head and half of the body, then the connection is gone. */
  | { kind: "cut" }
  /** Bytes that are no HTTP. */
  | { kind: "garbage" }
  | { kind: "status"; code: number; body?: string; contentType?: string; headers?: Readonly<Record<string, string>> }
  /** `"ok": false` in an HTTP 200. */
  | { kind: "not-ok"; error?: string; message?: string }
  /** A proxy's HTML page. */
  | { kind: "proxy-error"; code?: 502 | 504 }
  /** An HTML page with status 200, as a login page of somebody in between. */
  | { kind: "html" }
  /** Half of the JSON, with the Content-Length of that half. */
  | { kind: "truncated" }
  | { kind: "redirect"; location: string; code?: number }
  /** The body of request and answer go at this pace. */
  | { kind: "slow"; bytesPerSecond: number }
  /** WebSocket only: accepted, and then silence, without pongs or events. */
  | { kind: "half-open" }
  /** WebSocket only: cut without a close frame after so many messages from the device. */
  | { kind: "break"; messages: number };

export type Fault = FaultKind & {
  method?: string;
  /** The whole path, or a pattern for path and query (`/api/atx?x=y`). Every request when absent. */
  path?: string | RegExp;
  /** How often; until removed when absent. */
  times?: number;
  /**
   * The operation is carried out first, and only its answer goes wrong. Without it nothing happens on the device,
   * except with `delay`, `cut`, `truncated` and `slow`, which need the true answer.
   */
  after?: boolean;
};

export interface FaultHandle {
  /** How often it struck. */
  readonly hits: number;
  remove(): void;
}

interface FaultTarget {
  readonly method: string;
  readonly path: string;
  readonly search: string;
  /** It asks for a WebSocket. */
  readonly upgrade: boolean;
}

/** The faults that are set and wait for a request. */
export class Faults {
  #active: { fault: Fault; hits: number }[] = [];

  add(fault: Fault): FaultHandle {
    const entry = { fault, hits: 0 };
    this.#active.push(entry);
    return {
      get hits() {
        return entry.hits;
      },
      remove: () => {
        this.#active = this.#active.filter((other) => other !== entry);
      },
    };
  }

  clear(): void {
    this.#active = [];
  }

  /** The first one that matches; it counts as used. */
  take({ method, path, search, upgrade }: FaultTarget): Fault | undefined {
    const entry = this.#active.find(({ fault, hits }) => {
      const { times = Infinity } = fault;
      if (hits >= times || (isWebSocketOnly(fault) && !upgrade)) return false;
      return matches(fault, method, path, search);
    });
    if (entry === undefined) return undefined;
    entry.hits += 1;
    return entry.fault;
  }
}

function isWebSocketOnly({ kind }: Fault): boolean {
  return kind === "half-open" || kind === "break";
}

function matches(fault: Fault, method: string, path: string, search: string): boolean {
  if (fault.method !== undefined && fault.method.toUpperCase() !== method) return false;
  if (fault.path === undefined) return true;
  return typeof fault.path === "string" ? fault.path === path : fault.path.test(path + search);
}
