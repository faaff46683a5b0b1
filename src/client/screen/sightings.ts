import { changeBetween, comparedPicture, type ComparedPicture, type Region } from "./picture-change";
import { inRange } from "../ranges";
import { regionOf, type PictureFacts } from "../video/snapshot";

/** A picture with what the device says of it. */
export type Picture = PictureFacts & { image: Buffer };

/** What happened on a screen. `frame`: a picture came. */
export type ScreenEvent =
  | "frame"
  | "changed"
  | "frozen"
  | "moving"
  | "signal_lost"
  | "signal_back"
  | "text_shown"
  | "text_gone";

/** What a picture shows to have happened. */
export interface Sighting {
  event: ScreenEvent;
  /**
   * Percent of the picture, or of the region, that differ from the picture that was reported before; for `moving`, from
   * the one that had stood still.
   */
  change?: number;
  /** Seconds for which nothing had changed, as far as is known. */
  seconds?: number;
}

/** Is shown one picture after the other, and says what has happened. */
export interface Observer {
  /** @param now seconds that only grow. */
  see(picture: Picture, now: number): Sighting | undefined;
  /** There were no pictures for a while: what happened meanwhile is not known. */
  interrupted?(): void;
}

interface Compared {
  /** Percent of the picture that must differ, 0 to 100; what differs by less counts as the same. Default 1. */
  threshold?: number | undefined;
  /** The part that is compared, in pixels of the picture. Default all. */
  region?: Region | undefined;
}

export type PictureCondition =
  | { mode: "frames" }
  | { mode: "signal" }
  | ({ mode: "changes" } & Compared)
  /** `time`: seconds, 0.1 to a day. */
  | ({ mode: "freeze"; time: number } & Compared);

const PERCENT = { min: 0, max: 100, unit: " %" };
const TIME = { min: 0.1, max: 86_400, unit: " s" };

/** @throws ConfigurationError for what is out of range. */
export function observerOf(condition: PictureCondition): Observer {
  if (condition.mode === "frames") return { see: () => ({ event: "frame" }) };
  if (condition.mode === "signal") return new SignalObserver();
  const { threshold = 1, region = {} } = condition;
  inRange("The threshold", threshold, PERCENT);
  regionOf(region);
  if (condition.mode === "changes") return new ChangeObserver(threshold, region);
  return new FreezeObserver(threshold, region, inRange("The time", condition.time, TIME));
}

const isOnline = ({ online }: Picture): boolean => online !== false;

class SignalObserver implements Observer {
  #wasOnline: boolean | undefined;

  see(picture: Picture): Sighting | undefined {
    const before = this.#wasOnline;
    this.#wasOnline = isOnline(picture);
    if (before === undefined || before === this.#wasOnline) return undefined;
    return { event: this.#wasOnline ? "signal_back" : "signal_lost" };
  }
}

/** Reports the first picture, and then each that differs from the last one that it reported. */
class ChangeObserver implements Observer {
  readonly #threshold: number;
  readonly #region: Region;
  #reported: ComparedPicture | undefined;
  #wasOnline = true;
  #latest: ComparedPicture | undefined;

  constructor(threshold: number, region: Region) {
    this.#threshold = threshold;
    this.#region = region;
  }

  see(picture: Picture): Sighting | undefined {
    const reported = this.#reported;
    const compared = comparedPicture(picture.image, this.#latest);
    this.#latest = compared;
    const change = reported && changeBetween(reported, compared, this.#region);
    const isSame = change !== undefined && change <= this.#threshold && isOnline(picture) === this.#wasOnline;
    if (isSame) return undefined;
    this.#reported = compared;
    this.#wasOnline = isOnline(picture);
    return { event: "changed", ...(change === undefined ? {} : { change }) };
  }
}

/**
 * Reports that the picture has been the same for some time, and when it changes again. While there is no signal, no
 * picture stands still.
 */
class FreezeObserver implements Observer {
  readonly #threshold: number;
  readonly #region: Region;
  readonly #time: number;
  /** The picture that may stand still, and since when. */
  #still: ComparedPicture | undefined;
  #since: number | undefined;
  #latest: ComparedPicture | undefined;
  #isFrozen = false;

  constructor(threshold: number, region: Region, time: number) {
    this.#threshold = threshold;
    this.#region = region;
    this.#time = time;
  }

  interrupted(): void {
    if (!this.#isFrozen) this.#since = undefined;
  }

  see(picture: Picture, now: number): Sighting | undefined {
    if (!isOnline(picture)) {
      this.interrupted();
      return undefined;
    }
    const compared = comparedPicture(picture.image, this.#latest);
    this.#latest = compared;
    const change = this.#still ? changeBetween(this.#still, compared, this.#region) : 100;
    return change > this.#threshold ? this.#onMoved(compared, change, now) : this.#onStill(now);
  }

  #onMoved(compared: ComparedPicture, change: number, now: number): Sighting | undefined {
    const seconds = now - (this.#since ?? now);
    const wasFrozen = this.#isFrozen;
    this.#still = compared;
    this.#since = now;
    this.#isFrozen = false;
    return wasFrozen ? { event: "moving", change, seconds } : undefined;
  }

  #onStill(now: number): Sighting | undefined {
    this.#since ??= now;
    const seconds = now - this.#since;
    if (this.#isFrozen || seconds < this.#time) return undefined;
    this.#isFrozen = true;
    return { event: "frozen", seconds };
  }
}
