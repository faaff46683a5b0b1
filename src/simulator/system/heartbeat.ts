import type { WebSocket } from "ws";

import type { Timer, Timers } from "../clock";

const QUIET_MS = 15_000;
/** Of the client's time, which no clock of ours makes faster. */
const PATIENCE_MS = 7_500;

/** Pings a quiet client and, when even that is not answered, cuts the line without a close frame. */
export class Heartbeat {
  readonly #timers: Timers;
  readonly #socket: WebSocket;
  #timer: Timer;

  constructor(timers: Timers, socket: WebSocket) {
    this.#timers = timers;
    this.#socket = socket;
    this.#timer = this.#wait();
    socket.on("pong", () => this.heard());
    socket.on("ping", () => this.heard());
  }

  /** The client said something, whatever it was. */
  heard(): void {
    this.#timer.cancel();
    this.#timer = this.#wait();
  }

  stop(): void {
    this.#timer.cancel();
  }

  #wait(): Timer {
    return this.#timers.after(QUIET_MS, () => {
      this.#socket.ping();
      this.#timer = this.#timers.after(PATIENCE_MS * this.#timers.clock.speed, () => this.#socket.terminate());
    });
  }
}
