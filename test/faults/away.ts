import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import type { Fault } from "../../src/simulator";

/** What may be asked of a device that runs in another process. Times are simulated milliseconds. */
export interface Asked {
  /** What is still connected to it, in work, and its clock. */
  look: { answer: { connections: number; sessions: number; working: number; now: number } };
  /** It loses its power. */
  outage: { ms: number; answer: undefined };
  restart: { answer: undefined };
  /** Nobody is logged in any more. */
  expire: { answer: undefined };
  /** Its WebSockets break. */
  drop: { answer: undefined };
  /** From now on one call, or as many as are said, goes wrong. */
  fault: { fault: Fault; answer: undefined };
  /** No call goes wrong any more. */
  mend: { answer: undefined };
}

export type Order = { [Kind in keyof Asked]: { kind: Kind } & Omit<Asked[Kind], "answer"> }[keyof Asked];
export type Answer<Kind extends keyof Asked = keyof Asked> = Asked[Kind]["answer"];

/** How a device is reached, and how to log in. */
export interface Target {
  url: string;
  fingerprint: string;
  auth: string;
}

/** Simulated devices in a process of their own, so that nothing of theirs is counted. */
export class Away {
  readonly targets: readonly Target[];
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #orders = 0;

  private constructor(child: ChildProcess, targets: readonly Target[]) {
    this.#child = child;
    this.targets = targets;
    child.on("message", ({ order, answer }: { order: number; answer: Answer }) => {
      this.#waiting.get(order)?.(answer);
      this.#waiting.delete(order);
    });
  }

  /** @param speed how many times faster than ours their time goes. */
  static async start(speed: number): Promise<Away> {
    const child = fork(require.resolve("./away-devices"), [String(speed)]);
    const [targets] = (await once(child, "message")) as [Target[]]; // the first that it says
    return new Away(child, targets);
  }

  ask<Kind extends keyof Asked>(device: number, order: Extract<Order, { kind: Kind }>): Promise<Answer<Kind>> {
    const number = (this.#orders += 1);
    this.#child.send({ number, device, order });
    return new Promise((resolve) => this.#waiting.set(number, resolve));
  }

  async stop(): Promise<void> {
    const ended = once(this.#child, "exit");
    this.#child.kill();
    await ended;
  }
}
