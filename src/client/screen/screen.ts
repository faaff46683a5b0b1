import { pause, throwIfCancelled, within, type Deadline } from "../deadline";
import { PiKVMError, UnavailableError, WebSocketError } from "../errors";
import { inRange } from "../ranges";
import { ScreenWatch, type ScreenChange, type ScreenCondition, type WatchScreenOptions } from "./screen-watch";
import { isOutside, type OcrOptions, type Snapshot, type SnapshotOptions } from "../video/snapshot";
import type { SetStreamerParams, Streamer } from "../video/streamer";
import type { StreamerState } from "../video/streamer-state";
import { textMatcher, type TextPattern } from "./text-match";
import { lateError, type FoundText, type Seen, type WaitForTextOptions } from "./text-wait";
import { noPictureIn, type Video, type VideoOptions } from "../video/video";
import { changeSettings, type ChangeSettingsOptions } from "../video/video-settings";
import type { StateWaiter } from "../events/state-waiter";
import { Wait, type Observing } from "../wait";

interface VideoTime {
  /** Seconds until there must be a picture, when the video has to be started or is just restarting. Default 15. */
  videoTimeout?: number;
}

export type ScreenshotOptions = Omit<SnapshotOptions, "load" | "save"> & VideoTime;
export type ReadTextOptions = Omit<OcrOptions, "load" | "save"> & VideoTime;

const DAY = 86_400;
/** Seconds until what has failed for a moment is tried again. A device looks at its video once a second. */
const RETRY_INTERVAL = 1;

/** The screen of the computer, whether or not somebody watches: the video is started while it is needed. */
export class Screen {
  readonly #streamer: Streamer;
  readonly #video: Video;
  readonly #watch: ScreenWatch;
  readonly #waiter: StateWaiter;

  constructor(streamer: Streamer, video: Video, waiter: StateWaiter) {
    this.#streamer = streamer;
    this.#video = video;
    this.#watch = new ScreenWatch(streamer, video);
    this.#waiter = waiter;
  }

  /**
   * Changes settings of the video and waits until the device has taken them over, which is about a second later. See
   * `Streamer.setParams`.
   * @returns the state with the new settings as `params`; the running video has them some seconds later (`applied`).
   * @throws ConfigurationError for no settings; WaitTimeoutError when the device does not take them over; what
   * `Streamer.setParams` throws.
   */
  changeSettings(params: SetStreamerParams, options: ChangeSettingsOptions = {}): Promise<StreamerState> {
    return changeSettings(this.#streamer, this.#waiter, params, options);
  }

  /**
   * A picture. See `Streamer.snapshot`.
   * @throws WaitTimeoutError with the code `NO_SIGNAL` when the computer sends no picture (unless `allowOffline`), or
   * `NOT_STARTED`; what `Video.acquire` and `Streamer.snapshot` throw.
   */
  snapshot({ videoTimeout: timeout = 15, ...options }: ScreenshotOptions = {}): Promise<Snapshot> {
    return this.#watching({ timeout, ...options }, () => this.#streamer.snapshot(options));
  }

  /** The text on the screen. See `Streamer.ocr`. @throws as `snapshot`. */
  readText({ videoTimeout: timeout = 15, ...options }: ReadTextOptions = {}): Promise<string> {
    return this.#watching({ timeout, ...options }, () => this.#streamer.ocr(options));
  }

  /**
   * Waits until a text is on the screen, or gone from it. A screen without a signal has no text, but that is not taken
   * for gone unless `darkIsGone`. While the screen
   * cannot be read (the video restarts, its connection breaks, the device answers with an error that passes, the
   * picture is too small for the region) nothing is known of it: that is neither, and `holdFor` begins anew.
   * @throws WaitTimeoutError, with the text that was seen last as `lastValue`; ConfigurationError for a pattern that
   * cannot be looked for; errors that will not go away by waiting.
   */
  async waitForText(pattern: TextPattern, options: WaitForTextOptions): Promise<FoundText> {
    const { gone = false, next = false, timeout, interval = 1, holdFor = 0, langs, region } = options;
    const isDarkKnown = !gone || options.darkIsGone === true;
    const wanted = { gone, next, holdFor };
    const match = textMatcher(pattern);
    inRange("The interval", interval, { min: 0, max: 3600, unit: " s" });
    inRange("The timeout", timeout, { min: 0, max: DAY, unit: " s" });
    inRange("The time to stay", holdFor, { min: 0, max: DAY, unit: " s" });
    const seen: Seen = {};
    const late = () => lateError(pattern.text, wanted, timeout, seen, this.#video.stage);
    const wait = new Wait<string>({ isRight: (text) => gone === (match(text) === undefined), holdFor, next });
    const text = await within([options.signal], { seconds: timeout, late }, async ({ signal }) => {
      for (;;) {
        try {
          return await this.#whileVideoRuns(signal, (running) => {
            seen.isReached = true;
            return wait.until(running, this.#reading({ langs, region }, interval, seen, isDarkKnown));
          });
        } catch (error) {
          throwIfCancelled(signal);
          // A device that was there comes back; one that was never reached may have another address.
          const mayComeBack = error instanceof WebSocketError || (seen.isReached === true && isPassing(error));
          if (!mayComeBack) throw error;
          await pause(RETRY_INTERVAL, signal);
        }
      }
    });
    return { found: match(text) ?? null, text };
  }

  /**
   * Tells what happens on the screen until it is cancelled or left (`break`): every picture at a rate; those that
   * differ from the last one told; that the picture stands still for some time, and moves again; that the signal is
   * lost, and comes back; that a text is shown, and gone. Who is slow in taking them gets the newest picture next;
   * nothing piles up. The video runs meanwhile. An outage is sat out, with growing pauses, and told once by
   * `onConnection`, as is a refused login, and each trial of it; what was seen before it counts on. At first the state
   * is only learnt, except for `frames`, the first picture of `changes`, and a text that is shown already.
   * @throws ConfigurationError for what is out of range, at once; CancelledError.
   */
  watch(condition: ScreenCondition, options: WatchScreenOptions = {}): AsyncGenerator<ScreenChange, void, undefined> {
    return this.#watch.watch(condition, options);
  }

  /** @param work gets a deadline that ends when the video's connection breaks. */
  async #whileVideoRuns<T>(signal: AbortSignal, work: (running: Deadline) => Promise<T>): Promise<T> {
    const lease = await this.#video.acquire({ timeout: DAY, allowOffline: true, signal });
    try {
      return await within([signal, lease.signal], undefined, work);
    } finally {
      void lease.release();
    }
  }

  /** The text on the screen, at most once in `interval` seconds. */
  #reading(options: OcrOptions, interval: number, seen: Seen, isDarkKnown: boolean): Observing<string> {
    let begun = 0;
    let atLeast = interval;
    return {
      look: async (signal) => {
        begun = performance.now();
        const text = await this.#look({ ...options, signal }, seen, isDarkKnown);
        atLeast = text === undefined ? Math.max(interval, RETRY_INTERVAL) : interval;
        return text;
      },
      interval: () => Math.max(0, atLeast - (performance.now() - begun) / 1000),
    };
  }

  /** What can be read now, empty without a signal if that is wanted; undefined when it is not known. */
  async #look(options: OcrOptions, seen: Seen, isDarkKnown: boolean): Promise<string | undefined> {
    throwIfCancelled(options.signal);
    const before = this.#video.stage;
    try {
      seen.text = await this.#streamer.ocr(options);
      seen.error = undefined;
      return seen.text;
    } catch (error) {
      throwIfCancelled(options.signal);
      if (!isPassing(error) && !isOutside(error)) throw error;
      seen.error = error;
    }
    // A video that starts has no signal for a moment: it counts when there was none from before the look until after
    // it.
    const isDark =
      seen.error instanceof UnavailableError && before === "no signal" && this.#video.stage === "no signal";
    if (isDark) seen.text = "";
    return isDark && isDarkKnown ? "" : undefined;
  }

  async #watching<T>(
    { timeout, allowOffline = false, signal }: VideoOptions & { timeout: number },
    work: () => Promise<T>,
  ): Promise<T> {
    const end = performance.now() + 1000 * inRange("The timeout", timeout, { min: 0, max: DAY, unit: " s" });
    const late = () => noPictureIn(timeout, this.#video.stage);
    for (;;) {
      const seconds = Math.max(0, (end - performance.now()) / 1000);
      const lease = await within([signal], { seconds, late }, (left) =>
        this.#video.acquire({ timeout: DAY, allowOffline, signal: left.signal }),
      );
      try {
        return await work();
      } catch (error) {
        // Of a video that has just ended, or lost its signal, the device has told nothing yet.
        if (!(error instanceof UnavailableError) || performance.now() >= end) throw error;
        await pause(RETRY_INTERVAL, signal, lease.signal);
      } finally {
        void lease.release();
      }
    }
  }
}

const isPassing = (error: unknown): error is PiKVMError => error instanceof PiKVMError && error.retryable;
