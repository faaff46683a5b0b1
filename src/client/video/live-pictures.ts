import { Deadline } from "../deadline";
import type { MjpegFrame } from "./mjpeg";
import type { Streamer } from "./streamer";

/** The MJPEG stream that is shared, and who reads it. */
interface Shared {
  readers: number;
  newest: MjpegFrame | undefined;
  /** Pictures so far. */
  count: number;
  /** Why it has ended. */
  end: { error: unknown } | undefined;
  readonly stop: AbortController;
  /** Readers that wait for the next picture. */
  waiting: (() => void)[];
}

/**
 * The pictures as they come. However many read them, the device sends one stream, which is read all the time: whoever is slow misses
 * pictures, and the next one is always the newest. One picture is kept.
 */
export class LivePictures {
  readonly #streamer: Streamer;
  #shared: Shared | undefined;

  constructor(streamer: Streamer) {
    this.#streamer = streamer;
  }

  /** Until it is cancelled or left. Only while the video runs. @throws what `Streamer.mjpeg` throws. */
  async *read(signal: AbortSignal): AsyncGenerator<MjpegFrame, never, undefined> {
    const shared = this.#join();
    const deadline = new Deadline([signal]);
    try {
      for (let seen = 0; ;) {
        while (shared.count === seen && !shared.end)
          await deadline.race(new Promise<void>((resolve) => shared.waiting.push(resolve)));
        if (shared.end) throw shared.end.error;
        // Before it is handed on: what comes while its reader is busy is the next.
        seen = shared.count;
        if (shared.newest) yield shared.newest;
      }
    } finally {
      deadline[Symbol.dispose]();
      this.#leave(shared);
    }
  }

  #join(): Shared {
    let shared = this.#shared;
    if (!shared) {
      const stop = new AbortController();
      shared = { readers: 0, newest: undefined, count: 0, end: undefined, stop, waiting: [] };
      this.#shared = shared;
      void this.#receive(shared);
    }
    shared.readers += 1;
    return shared;
  }

  #leave(shared: Shared): void {
    shared.readers -= 1;
    if (shared.readers > 0) return;
    if (this.#shared === shared) this.#shared = undefined;
    shared.stop.abort();
  }

  /** Never rejects. */
  async #receive(shared: Shared): Promise<void> {
    const wake = () => {
      for (const resolve of shared.waiting.splice(0)) resolve();
    };
    try {
      for await (const frame of this.#streamer.mjpeg({ signal: shared.stop.signal })) {
        shared.newest = frame;
        shared.count += 1;
        wake();
      }
    } catch (error) {
      shared.end = { error };
    }
    if (this.#shared === shared) this.#shared = undefined;
    wake();
  }
}
