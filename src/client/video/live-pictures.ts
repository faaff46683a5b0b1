import { Deadline } from "../deadline";
import { Shared } from "../shared";
import type { MjpegFrame } from "./mjpeg";
import type { Streamer } from "./streamer";

/**
 * The pictures as they come. However many read them, the device sends one stream, which is read all the time: whoever
 * is slow misses pictures, and the next one is always the newest. One picture is kept.
 */
export class LivePictures {
  readonly #shared: Shared<Reading>;

  constructor(streamer: Streamer) {
    this.#shared = new Shared({
      open: (end) => new Reading(streamer.mjpeg({ signal: end })),
      isSpent: (reading) => reading.failure !== undefined,
    });
  }

  /** Until it is cancelled or left. Only while the video runs. @throws what `Streamer.mjpeg` throws. */
  async *read(signal: AbortSignal): AsyncGenerator<MjpegFrame, never, undefined> {
    const { thing: reading, release } = this.#shared.acquire();
    const deadline = new Deadline([signal]);
    try {
      for (let seen = 0; ;) {
        while (reading.count === seen && !reading.failure) await deadline.race(reading.next());
        if (reading.failure) throw reading.failure.error;
        // Before it is handed on: what comes while its reader is busy is the next.
        seen = reading.count;
        if (reading.newest) yield reading.newest;
      }
    } finally {
      deadline[Symbol.dispose]();
      void release();
    }
  }
}

/** The one MJPEG stream, read to its end. */
class Reading {
  newest: MjpegFrame | undefined;
  /** Pictures so far. */
  count = 0;
  /** Why there are no more. */
  failure: { error: unknown } | undefined;
  /** Readers that wait for the next picture. */
  readonly #waiting: (() => void)[] = [];

  constructor(frames: AsyncIterable<MjpegFrame>) {
    void this.#receive(frames);
  }

  /** Resolves with the next picture, and when there is none. */
  next(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Never rejects. */
  async #receive(frames: AsyncIterable<MjpegFrame>): Promise<void> {
    try {
      for await (const frame of frames) {
        this.newest = frame;
        this.count += 1;
        this.#wake();
      }
    } catch (error) {
      this.failure = { error };
    }
    this.#wake();
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
