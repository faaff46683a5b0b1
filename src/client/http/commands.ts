import type { Turns } from "../lanes/lanes";
import { whileBusy } from "./retry";
import type { CallOptions, RequestOptions, Transport } from "./transport";

/** Options of calls that change the device. */
export interface ChangeOptions extends CallOptions {
  /** Seconds to try again while the device answers that it is busy (409, nothing was done). Default 0. */
  busyRetry?: number | undefined;
}

/** Sends what changes one subsystem of a device: in order, and one at a time. */
export class Commands {
  readonly transport: Transport;
  readonly lane: Turns;

  constructor(transport: Transport, lane: Turns) {
    this.transport = transport;
    this.lane = lane;
  }

  async post(path: string, options: RequestOptions & ChangeOptions): Promise<void> {
    await this.ask(path, options);
  }

  /** As `post`, and returns the result. */
  ask<T>(path: string, { busyRetry, ...options }: RequestOptions & ChangeOptions): Promise<T> {
    const { signal } = options;
    return this.run((turn) => this.transport.post<T>(path, { ...options, signal: turn }), { signal, busyRetry });
  }

  /** Runs other work that must keep its order with these calls. @param work may be called again after a `BusyError`. */
  run<T>(work: (signal: AbortSignal) => Promise<T>, { signal, busyRetry }: ChangeOptions): Promise<T> {
    return this.lane.run((turn) => whileBusy(() => work(turn), { signal: turn, busyRetry }), signal);
  }
}
