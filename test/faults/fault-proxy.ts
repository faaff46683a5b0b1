import { connect, createServer, type AddressInfo, type Server } from "node:net";
import { isChange, phaseOf, type Exchange, type Plan } from "./exchange";
import { FaultLine, type Road } from "./fault-line";
import type { Strike } from "./strike";

/**
 * Stands between one client and a device, at a TCP port of its own, and lets everything through but the one request that
 * it is told to strike.
 */
export class FaultProxy implements Road {
  /** What was asked since `begin`. */
  exchanges: Exchange[] = [];
  /** Whether a request was struck since `begin`. */
  hasStruck = false;
  /** Bytes that the client has sent over WebSockets since `begin`. */
  overSockets = 0;
  readonly happen: (what: "restart" | "expire") => void;
  readonly #server: Server;
  readonly #target: number;
  readonly #lines = new Set<FaultLine>();
  readonly #pending = new Set<Promise<void>>();
  #plan: Plan | undefined;

  /** @param target the device's port. @param happen lets something happen at the device. */
  constructor(target: number, happen: (what: "restart" | "expire") => void = () => undefined) {
    this.#target = target;
    this.happen = happen;
    this.#server = createServer({ allowHalfOpen: true }, (client) => {
      const line = new FaultLine(this, client, connect({ port: this.#target, host: "127.0.0.1", allowHalfOpen: true }));
      this.#lines.add(line);
      line.over.then(
        () => this.#lines.delete(line),
        () => undefined,
      );
    });
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`; // it listens on a port
  }

  /** Forgets what was, and strikes as is planned. */
  begin(plan?: Plan): void {
    this.exchanges = [];
    this.overSockets = 0;
    this.hasStruck = false;
    this.#plan = plan;
  }

  /** Resolves when nothing is on its way any more. */
  async idle(): Promise<void> {
    this.#plan = undefined;
    while (this.#pending.size > 0) await Promise.all(this.#pending);
  }

  async close(): Promise<void> {
    for (const line of this.#lines) line.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** The client begins a request. @returns what happens to it. */
  strikeFor(exchange: Exchange): Strike | undefined {
    this.exchanges.push(exchange);
    const among = this.#plan?.among;
    const isMeant = among === "requests" || (among === "changes" ? isChange(exchange) : among === phaseOf(exchange));
    return isMeant ? this.#struck() : undefined;
  }

  /** The client sends something over a WebSocket. @returns what happens to it. */
  strikeForFrames(bytes: number): Strike | undefined {
    this.overSockets += bytes;
    return this.#plan?.among === "frames" ? this.#struck() : undefined;
  }

  #struck(): Strike | undefined {
    const plan = this.#plan;
    if (!plan) return undefined;
    plan.after -= 1;
    if (plan.after >= 0) return undefined;
    this.#plan = undefined;
    this.hasStruck = true;
    return plan.strike;
  }

  /** Work that goes on although the client may be gone. */
  track(work: Promise<void>): void {
    const tracked = work.catch(() => undefined).finally(() => this.#pending.delete(tracked));
    this.#pending.add(tracked);
  }
}
