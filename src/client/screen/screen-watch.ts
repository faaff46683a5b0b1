import { Deadline, pause, throwIfCancelled } from "../deadline";
import { APIError, CancelledError, ConfigurationError, PiKVMError } from "../errors";
import { Reconnect, type ConnectionChange } from "../reconnect";
import { LivePictures } from "../video/live-pictures";
import { inRange } from "../ranges";
import { SharedAttempts } from "../shared-attempts";
import { observerOf, type Observer, type Picture, type PictureCondition, type Sighting } from "./sightings";
import { isOutside, regionOf, type OcrOptions } from "../video/snapshot";
import type { Streamer } from "../video/streamer";
import { textMatcher, type TextMatcher, type TextPattern } from "./text-match";
import type { CallOptions } from "../http/transport";
import type { Video } from "../video/video";

interface TextCondition extends Pick<OcrOptions, "langs" | "region"> {
  mode: "text";
  pattern: TextPattern;
  /**
   * Seconds from one look to the next at least, 0 to 3600; a small board takes up to 20 s to read a whole screen.
   * Default 1.
   */
  interval?: number | undefined;
}

/** What of a screen is told. `rate`: pictures per second that are looked at, 0.01 to 30; default 1. */
export type ScreenCondition = (PictureCondition & { rate?: number | undefined }) | TextCondition;

export interface WatchScreenOptions extends CallOptions {
  /**
   * Told when the pictures begin to come, when they do not come any more (once for each outage), and when they do
   * again.
   */
  onConnection?: (change: ConnectionChange) => void;
}

/** Something that happened on the screen, with the picture. Others may have the same Buffer: change a copy. */
export interface ScreenChange extends Picture, Sighting {
  /** For a text: all that was read, and what of it was found (null when it is gone). */
  text?: string;
  found?: string | null;
}

/** What is seen as long as the video runs; undefined when there is nothing to tell. */
type Looking = (running: AbortSignal) => AsyncGenerator<ScreenChange | undefined, void, undefined>;

const RATE = { min: 0.01, max: 30, unit: " pictures per second" };
const INTERVAL = { min: 0, max: 3600, unit: " s" };
/** Up to this rate pictures are asked for one by one; beyond, the stream with all of them costs less. */
const SLOW = 1;
/** Seconds until there must be a video; it is not started while something is being typed. */
const START_TIME = 20;
/** Seconds after its start in which a video without a signal is not believed: the first picture is still to come. */
const SETTLE_TIME = 3;
const SETTLE_INTERVAL = 0.25;

/** Seconds that a device takes at most to run its video again, e.g. after its settings were changed. */
const RESTART_TIME = 10;

const now = (): number => performance.now() / 1000;

/** Watches the screen for as long as somebody wants to know. */
export class ScreenWatch {
  readonly #streamer: Streamer;
  readonly #video: Video;
  readonly #live: LivePictures;
  readonly #attempts = new SharedAttempts();

  constructor(streamer: Streamer, video: Video) {
    this.#streamer = streamer;
    this.#video = video;
    this.#live = new LivePictures(streamer);
  }

  /** See `Screen.watch`. */
  watch(condition: ScreenCondition, options: WatchScreenOptions): AsyncGenerator<ScreenChange, void, undefined> {
    return this.#keepLooking(this.#looking(condition), options);
  }

  /** @throws ConfigurationError for what cannot be looked for. */
  #looking(condition: ScreenCondition): Looking {
    if (condition.mode === "text") {
      const { pattern, interval = 1, region = {} } = condition;
      inRange("The interval", interval, INTERVAL);
      regionOf(region);
      const text = new TextOnScreen(this.#streamer, textMatcher(pattern), condition);
      return (running) => readAgain(text, interval, running);
    }
    const observer = observerOf(condition);
    const rate = inRange("The rate", condition.rate ?? 1, RATE);
    return (running) => {
      observer.interrupted?.();
      const pictures = rate > SLOW ? this.#live.read(running) : this.#snapshots(running);
      return lookAgain(pictures, observer, 1 / rate, running);
    };
  }

  async *#keepLooking(
    looking: Looking,
    { signal, onConnection = () => undefined }: WatchScreenOptions,
  ): AsyncGenerator<ScreenChange, void, undefined> {
    const attempt = this.#attempts.join();
    const wait = attempt.failed.bind(attempt);
    const untilTrial = (...signals: (AbortSignal | undefined)[]) => this.#video.untilTrial(...signals);
    const reconnect = new Reconnect({ onChange: onConnection, untilTrial, grace: restartTime, wait });
    try {
      for (;;) {
        try {
          for await (const seen of this.#whileVideoRuns(looking, signal)) {
            reconnect.connected();
            reconnect.proven();
            attempt.worked();
            if (seen) yield seen;
          }
        } catch (error) {
          throwIfCancelled(signal);
          if (!mayPass(error)) throw error;
          await reconnect.failed(error, signal, this.#video.closed);
        }
      }
    } finally {
      attempt.leave();
    }
  }

  async *#whileVideoRuns(
    looking: Looking,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<ScreenChange | undefined, void, undefined> {
    const lease = await this.#video.acquire({ timeout: START_TIME, allowOffline: true, signal });
    const running = new Deadline([signal, lease.signal]);
    try {
      yield* looking(running.signal);
    } finally {
      running[Symbol.dispose]();
      await lease.release();
    }
  }

  async *#snapshots(signal: AbortSignal): AsyncGenerator<Picture, void, undefined> {
    for (;;) yield await this.#streamer.snapshot({ allowOffline: true, signal });
  }
}

const FINAL = [ConfigurationError, CancelledError];

/** Whether it may work again without anybody's doing: not after wrong settings or a cancel. */
function mayPass(error: unknown): error is PiKVMError {
  return error instanceof PiKVMError && (!FINAL.some((kind) => error instanceof kind) || isOutside(error));
}

/** When the device answers and its video does not run, the video is usually just starting anew. */
function restartTime(error: PiKVMError): number {
  return error instanceof APIError || isOutside(error) ? RESTART_TIME : 0;
}

/** Looks at the newest picture, and then at the newest one after the interval: what comes meanwhile is left out. */
async function* lookAgain(
  pictures: AsyncIterable<Picture>,
  observer: Observer,
  interval: number,
  running: AbortSignal,
): AsyncGenerator<ScreenChange | undefined, void, undefined> {
  const start = now();
  let due = start;
  for await (const picture of pictures) {
    const isStarting = isSettling(picture, start);
    // Counted from when it was due, so that pictures that come a little late do not lower the rate.
    due = Math.max(due + (isStarting ? Math.min(interval, SETTLE_INTERVAL) : interval), now());
    const sighting = isStarting ? undefined : observer.see(picture, now());
    yield sighting && { ...sighting, ...factsOf(picture) };
    throwIfCancelled(running);
    if (due > now()) await pause(due - now(), running);
  }
}

/** What just starts has no signal yet. */
const isSettling = ({ online }: Picture, start: number): boolean => online === false && now() - start < SETTLE_TIME;

function factsOf({ image, online, width, height, timestamp }: Picture): Picture {
  return { image, online, width, height, timestamp };
}

async function* readAgain(
  text: TextOnScreen,
  interval: number,
  running: AbortSignal,
): AsyncGenerator<ScreenChange | undefined, void, undefined> {
  const start = now();
  for (;;) {
    const lookedAt = now();
    yield await text.look(start, running);
    await pause(Math.max(0, interval - (now() - lookedAt)), running);
  }
}

class TextOnScreen {
  readonly #streamer: Streamer;
  readonly #match: TextMatcher;
  readonly #options: Pick<OcrOptions, "langs" | "region">;
  #isShown = false;

  constructor(streamer: Streamer, match: TextMatcher, { langs, region }: Pick<OcrOptions, "langs" | "region">) {
    this.#streamer = streamer;
    this.#match = match;
    this.#options = { langs, region };
  }

  /** @param start when the video was started. */
  async look(start: number, signal: AbortSignal): Promise<ScreenChange | undefined> {
    const read = await this.#streamer.ocr({ ...this.#options, allowOffline: true, signal });
    if ((this.#match(read) !== undefined) === this.#isShown) return undefined;
    const picture = await this.#streamer.snapshot({ allowOffline: true, signal });
    // Without a signal it is the device that writes something into its picture.
    const text = picture.online === false ? "" : read;
    const found = this.#match(text);
    if ((found !== undefined) === this.#isShown || isSettling(picture, start)) return undefined;
    this.#isShown = found !== undefined;
    return { event: this.#isShown ? "text_shown" : "text_gone", text, found: found ?? null, ...factsOf(picture) };
  }
}
