import { EventEmitter, getEventListeners } from "node:events";
import { readdirSync } from "node:fs";
import { Session, type Runtime } from "node:inspector";
import { Socket } from "node:net";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { PiKVM } from "../../src/client";

/** By this name the inspector, which runs code by its text, hands over what it has found. */
const TAKE = "__takeLiving";

/** What is alive in this process, by what can be counted exactly, and its memory. */
export interface Living {
  /** Clients that something still holds, whether or not they were closed. */
  clients: number;
  /** Of all emitters and signals. */
  listeners: number;
  timers: number;
  sockets: number;
  /** What keeps the process running. */
  handles: number;
  descriptors: number;
  /** KiB, after a collection. */
  heap: number;
  /** KiB outside of the heap, mostly buffers. */
  external: number;
}

/** Counts what is alive after a collection. */
export class Census {
  readonly #session = new Session();
  readonly #collect: () => void;
  /** What is counted inherits from it: to look through the whole heap once is enough. */
  readonly #counted = {};

  constructor() {
    this.#session.connect();
    setFlagsFromString("--expose-gc");
    this.#collect = runInNewContext("gc") as () => void; // what the flag adds
    const timer = setTimeout(() => undefined, 0);
    for (const prototype of [EventEmitter.prototype, EventTarget.prototype, PiKVM.prototype, prototypeOf(timer)])
      Object.setPrototypeOf(prototype, this.#counted);
    clearTimeout(timer);
  }

  async take(): Promise<Living> {
    const counts = { clients: 0, listeners: 0, timers: 0, sockets: 0 };
    await this.#find((one) => {
      if (one instanceof EventEmitter) counts.listeners += listenersOf(one);
      if (one instanceof Socket && !one.destroyed) counts.sockets += 1;
      if (one instanceof AbortSignal) counts.listeners += getEventListeners(one, "abort").length;
      if (one instanceof PiKVM) counts.clients += 1;
      // Also those that do not keep the process running.
      if (Reflect.get(one, "_destroyed") === false && "_idleTimeout" in one) counts.timers += 1;
    });
    // What only waits for its turn is none.
    const handles = process.getActiveResourcesInfo().filter((kind) => kind !== "Immediate").length;
    const descriptors = readdirSync("/proc/self/fd").length;
    this.#collect();
    const { heapUsed, external } = process.memoryUsage();
    return { ...counts, handles, descriptors, heap: heapUsed / 1024, external: external / 1024 };
  }

  close(): void {
    this.#session.disconnect();
  }

  /** Hands over what is counted, after a collection; no prototypes. */
  async #find(take: (one: object) => void): Promise<void> {
    const takeAll = (found: object[]) => {
      for (const one of found) if (!Object.hasOwn(one, "constructor")) take(one);
    };
    Reflect.set(globalThis, TAKE, Object.assign(takeAll, { counted: this.#counted }));
    const root = await this.#ask<Runtime.EvaluateReturnType>("evaluate", { expression: `${TAKE}.counted` });
    const query = { prototypeObjectId: root.result.objectId };
    const { objects } = await this.#ask<Runtime.QueryObjectsReturnType>("queryObjects", query);
    const functionDeclaration = `function () { ${TAKE}(this); }`;
    const call = { objectId: objects.objectId, functionDeclaration };
    const { exceptionDetails } = await this.#ask<Runtime.CallFunctionOnReturnType>("callFunctionOn", call);
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description);
    await this.#ask("releaseObjectGroup", {});
    Reflect.deleteProperty(globalThis, TAKE);
  }

  #ask<T>(method: string, params: object): Promise<T> {
    return new Promise((resolve, reject) => {
      const group = { objectGroup: "living" };
      this.#session.post(
        `Runtime.${method}`,
        { ...params, ...group },
        (error: Error | null, answer?: object) => (error ? reject(error) : resolve(answer as T)), // as the protocol of the inspector says
      );
    });
  }
}

const prototypeOf = (one: object): object => Object.getPrototypeOf(one) as object; // only made by hand it has none

function listenersOf(one: Pick<EventEmitter, "eventNames" | "listenerCount">): number {
  // What was made without its constructor has none.
  const names = Reflect.get(one, "_events") ? one.eventNames() : [];
  return names.reduce((sum, name) => sum + one.listenerCount(name), 0);
}
