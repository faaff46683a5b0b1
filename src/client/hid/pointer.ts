import { ConfigurationError } from "../errors";
import type { Hid } from "./hid";
import type { HostOptions, HostWait } from "./host-wait";
import type { LiveHid } from "./live-hid";
import type { LiveOptions } from "./live";
import { checkMode, knownButton, type MouseDelta } from "./mouse";
import { inRange, integerIn } from "../ranges";
import type { Streamer } from "../video/streamer";
import type { Video } from "../video/video";
import { POINT_RANGES, type MouseButton, type PointUnit } from "../vocabulary";

/**
 * What `x` and `y` count: percent of the screen (0 to 100), pixels of the present picture (from 0), or the device's
 * -32768 to 32767.
 */

/** From the left and the top; of the device's own unit 0 is the middle. */
export interface Point {
  x: number;
  y: number;
  /** Default `percent`. */
  unit?: PointUnit;
}

export interface ClickOptions extends HostOptions {
  /** Default `left`. */
  button?: MouseButton;
  /** Put the pointer there first; default where it is. */
  at?: Point | undefined;
  /** 2 is a double click. 1 to 10, default 1. */
  count?: number;
  /** Seconds that the button is held, up to 600. Default 0.05. */
  hold?: number;
  /** Seconds between two clicks, up to 10. Default 0.1. */
  interval?: number;
}

export interface DragOptions extends HostOptions {
  /** Default `left`. */
  button?: MouseButton;
  /** Places on the way, the last included; 1 to 1000. Default 20. */
  steps?: number | undefined;
  /** Seconds, up to 600. Default 0.5. */
  duration?: number;
}

const LARGEST_DELTA = 127;
const TOTAL = { min: -100_000, max: 100_000 };

/**
 * The mouse, as actions that belong together. During a click or a drag nobody of ours types or clicks, and the button
 * that goes down comes up again whatever happens; they take the event WebSocket for that. The others do not: the device
 * lets go of everything when a WebSocket is opened or closed, and what is pressed here or on the keyboard is to stay
 * pressed while the pointer moves. All throw ConfigurationError when the mouse is in the other mode (absolute or
 * relative, see `Hid.getState`), and UnavailableError with the code `HOST_NOT_LISTENING` when the host does not take
 * them, since the device would drop the events without a word.
 */
export class Pointer {
  readonly #live: (options: LiveOptions) => Promise<LiveHid>;
  readonly #hid: Hid;
  readonly #streamer: Streamer;
  readonly #video: Video;
  readonly #host: HostWait;

  constructor(
    live: (options: LiveOptions) => Promise<LiveHid>,
    parts: { hid: Hid; streamer: Streamer; video: Video; host: HostWait },
  ) {
    this.#live = live;
    this.#hid = parts.hid;
    this.#streamer = parts.streamer;
    this.#video = parts.video;
    this.#host = parts.host;
  }

  /** Puts the pointer somewhere. What is held down stays so. @throws what `Video.acquire` throws, for pixels. */
  async move(to: Point, options: HostOptions = {}): Promise<void> {
    await this.#put(to, options);
  }

  /** Clicks once or more, at a point or where the pointer is. */
  async click({
    button = "left",
    at,
    count = 1,
    hold = 0.05,
    interval = 0.1,
    hostTimeout = 0,
    signal,
  }: ClickOptions = {}): Promise<void> {
    const name = knownButton(button);
    integerIn("The number of clicks", count, { min: 1, max: 10 });
    inRange("The time to hold", hold, { min: 0, max: 600, unit: " s" });
    inRange("The time between clicks", interval, { min: 0, max: 10, unit: " s" });
    const place = at && (await this.#placeOf(at, signal));
    await this.#using({ hostTimeout, signal }, async (live) => {
      if (place) await live.sendMouseMove(place.x, place.y);
      for (let clicks = 0; clicks < count; clicks += 1) {
        if (clicks > 0) await live.pause(interval);
        await live.sendMouseButton(name, true);
        await live.pause(hold);
        await live.sendMouseButton(name, false);
      }
    });
  }

  /**
   * Presses a button and leaves it down, until `release`; the device itself releases it when somebody connects to it or
   * leaves.
   */
  async press(button: MouseButton, options: HostOptions & { at?: Point | undefined } = {}): Promise<void> {
    await this.#setButton(knownButton(button), true, options);
  }

  /** Releases a button. */
  async release(button: MouseButton, options: HostOptions & { at?: Point | undefined } = {}): Promise<void> {
    await this.#setButton(knownButton(button), false, options);
  }

  /** Moves with a button pressed, from one point to another. */
  async drag(
    from: Point,
    to: Point,
    { button = "left", steps = 20, duration = 0.5, hostTimeout = 0, signal }: DragOptions = {},
  ): Promise<void> {
    const name = knownButton(button);
    integerIn("The number of steps", steps, { min: 1, max: 1000 });
    inRange("The duration", duration, { min: 0, max: 600, unit: " s" });
    const [start, end] = [await this.#placeOf(from, signal), await this.#placeOf(to, signal)];
    await this.#using({ hostTimeout, signal }, async (live) => {
      await live.sendMouseMove(start.x, start.y);
      await live.sendMouseButton(name, true);
      for (let step = 1; step <= steps; step += 1) {
        await live.pause(duration / steps);
        const part = (a: number, b: number) => Math.round(a + ((b - a) * step) / steps);
        await live.sendMouseMove(part(start.x, end.x), part(start.y, end.y));
      }
      await live.sendMouseButton(name, false);
    });
  }

  /**
   * Turns the wheel, by more than the device takes at once if need be.
   * @param x, y -100000 to 100000, not both 0; a negative y scrolls down.
   */
  async scroll(x: number, y: number, options: HostOptions = {}): Promise<void> {
    const deltas = split(x, y);
    await this.#host.inTurn("mouse", options, async (hid, signal) => {
      for (const delta of deltas) await hid.sendMouseWheel(delta.x, delta.y, { signal });
    });
  }

  /**
   * Pushes a relative mouse, by more than the device takes at once if need be.
   * @param x, y -100000 to 100000, to the right and down, not both 0.
   */
  async push(x: number, y: number, options: HostOptions = {}): Promise<void> {
    const deltas = split(x, y);
    await this.#host.inTurn("mouse", options, async (hid, signal) => {
      await this.#checkMode(false, signal);
      for (const delta of deltas) await hid.sendMouseRelative(delta.x, delta.y, { signal });
    });
  }

  async #setButton(
    button: MouseButton,
    state: boolean,
    { at, ...options }: HostOptions & { at?: Point | undefined },
  ): Promise<void> {
    const send = (hid: Hid, signal: AbortSignal) => hid.sendMouseButton(button, state, { signal });
    if (at) await this.#put(at, options, send);
    else await this.#host.inTurn("mouse", options, send);
  }

  /** Puts the pointer somewhere. @param then in the same turn, so that nobody moves it in between. */
  async #put(
    { x, y, unit = "percent" }: Point,
    options: HostOptions,
    then: (hid: Hid, turn: AbortSignal) => Promise<void> = () => Promise.resolve(),
  ): Promise<void> {
    // Turns are taken in the order of the calls: only the video is waited for before, which needs a turn of its own to
    // start.
    const place = unit === "pixels" ? await this.#inPicture(x, y, options.signal) : onScreen(x, y, unit);
    await this.#host.inTurn("mouse", options, async (hid, signal) => {
      await this.#checkMode(true, signal);
      await hid.sendMouseMove(place.x, place.y, { signal });
      await then(hid, signal);
    });
  }

  async #checkMode(absolute: boolean, signal: AbortSignal | undefined): Promise<void> {
    const { mouse } = await this.#hid.getState({ signal });
    checkMode(mouse, absolute);
  }

  async #using(options: HostOptions, work: (live: LiveHid) => Promise<void>): Promise<void> {
    const live = await this.#host.live(() => this.#live({ signal: options.signal }), ["mouse"], options);
    try {
      await work(live);
      await live.complete();
    } finally {
      await live.close();
    }
  }

  /** In the device's own unit. */
  async #placeOf({ x, y, unit = "percent" }: Point, signal: AbortSignal | undefined): Promise<Place> {
    return unit === "pixels" ? this.#inPicture(x, y, signal) : onScreen(x, y, unit);
  }

  async #inPicture(x: number, y: number, signal: AbortSignal | undefined): Promise<Place> {
    const { width, height } = await this.#resolution(signal);
    const scaledIn = (name: string, value: number, size: number) =>
      scaled(inRange(name, value, { min: 0, max: size - 1, unit: " px" }), size - 1);
    return { x: scaledIn("x", x, width), y: scaledIn("y", y, height) };
  }

  /**
   * The device knows the size of the picture only while the video runs; when it does, no WebSocket needs to be opened.
   */
  async #resolution(signal: AbortSignal | undefined): Promise<Size> {
    const known = await this.#reportedSize(signal);
    if (known) return known;
    await this.#checkMode(true, signal);
    const lease = await this.#video.acquire({ signal });
    try {
      const size = await this.#reportedSize(signal);
      if (size) return size;
      throw new ConfigurationError("The device does not tell how large the picture is: use percent instead of pixels.");
    } finally {
      await lease.release();
    }
  }

  async #reportedSize(signal: AbortSignal | undefined): Promise<Size | undefined> {
    const { streamer } = await this.#streamer.getState({ signal });
    const { width = 0, height = 0 } = streamer?.source.online === true ? streamer.source.resolution : {};
    return width > 1 && height > 1 ? { width, height } : undefined;
  }
}

/** In the device's own unit. */
interface Place {
  x: number;
  y: number;
}

interface Size {
  width: number;
  height: number;
}

function onScreen(x: number, y: number, unit: Exclude<PointUnit, "pixels">): Place {
  const { device, percent } = POINT_RANGES;
  if (unit === "device") return { x: integerIn("x", x, device), y: integerIn("y", y, device) };
  const part = (name: string, value: number) => scaled(inRange(name, value, { ...percent, unit: " %" }), percent.max);
  return { x: part("x", x), y: part("y", y) };
}

function scaled(value: number, largest: number): number {
  return Math.round((value / largest) * 65_535) - 32_768;
}

function split(x: number, y: number): MouseDelta[] {
  let [restX, restY] = [integerIn("x", x, TOTAL), integerIn("y", y, TOTAL)];
  if (restX === 0 && restY === 0) throw new ConfigurationError("No distance was given: x and y are both 0 or missing.");
  const deltas: MouseDelta[] = [];
  while (restX !== 0 || restY !== 0) {
    const delta = { x: capped(restX), y: capped(restY) };
    deltas.push(delta);
    restX -= delta.x;
    restY -= delta.y;
  }
  return deltas;
}

const capped = (value: number): number => Math.max(-LARGEST_DELTA, Math.min(LARGEST_DELTA, value));
