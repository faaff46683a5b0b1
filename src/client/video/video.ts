import { setMaxListeners } from "node:events";
import { cancelledBy, throwIfCancelled, within } from "../deadline";
import { CancelledError, WaitTimeoutError } from "../errors";
import type { Lane } from "../lanes/lane";
import { SOCKET_TIMING } from "../events/listen";
import { inRange } from "../ranges";
import type { CallOptions, Transport } from "../http/transport";
import { Viewer, type VideoProgress } from "./viewer";

export interface VideoOptions extends CallOptions {
  /** Seconds until there must be a picture. Default 15. */
  timeout?: number;
  /** Be content with a video that runs without a signal, whose pictures say "NO LIVE VIDEO". Default false. */
  allowOffline?: boolean;
}

/** The connection that is shared, and who needs it. */
interface Shared {
  viewer: Viewer;
  holders: number;
  /** Runs while nobody holds it. */
  idle?: NodeJS.Timeout;
}

const DAY = 86_400;
const TIMEOUT = { min: 0, max: DAY, unit: " s" };

/**
 * Lets the video run while it is needed. The device runs it only while somebody watches; without that, a snapshot is an UnavailableError.
 * However many need it, it is one WebSocket more, which is kept for some idle time (`videoIdle`) after the last one. It is opened and
 * closed when no typing is in flight.
 */
export class Video {
  readonly #transport: Transport;
  readonly #hidLane: Lane;
  readonly #idle: number;
  readonly #timing: typeof SOCKET_TIMING;
  #shared: Shared | undefined;

  /** @param idle seconds. @throws ConfigurationError for an idle time out of range. */
  constructor(transport: Transport, hidLane: Lane, idle: number, timing = SOCKET_TIMING) {
    this.#transport = transport;
    this.#hidLane = hidLane;
    this.#idle = inRange("The idle time of the video", idle, TIMEOUT);
    this.#timing = timing;
  }

  /** Ends when the device is closed. */
  get closed(): AbortSignal {
    return this.#transport.closed;
  }

  /** How far it is, as the device tells; `not connected` also while nobody needs it. */
  get progress(): VideoProgress {
    const viewer = this.#shared?.viewer;
    return viewer && !viewer.end.aborted ? viewer.progress : "not connected";
  }

  /**
   * Starts the video unless it runs, and waits until there is a picture, so that a snapshot succeeds. Release it when done. Takes a device
   * one to three seconds when the video does not run. `GET /api/ws?stream=1`.
   * @throws WaitTimeoutError with the code `NO_SIGNAL` (the video runs, but the computer sends none), `NOT_STARTED` (the device does not run
   * it) or `NOT_CONNECTED` (e.g. typing is in flight); AuthError, ConnectError, ConnectionTimeoutError, WebSocketError when the connection
   * cannot be opened or breaks; ConfigurationError for a timeout out of range (0 to a day); CancelledError.
   */
  async acquire({ timeout = 15, allowOffline = false, signal }: VideoOptions = {}): Promise<VideoLease> {
    inRange("The timeout", timeout, TIMEOUT);
    throwIfCancelled(signal);
    throwIfCancelled(this.#transport.closed);
    const shared = this.#share();
    const { viewer } = shared;
    try {
      const late = () => noPictureIn(timeout, viewer.progress);
      const isEnough = (progress: VideoProgress) =>
        progress === "running" || (allowOffline && progress === "no signal");
      await within([signal, this.#transport.closed, viewer.end], { seconds: timeout, late }, (deadline) =>
        viewer.until(isEnough, deadline),
      );
    } catch (error) {
      void this.#release(shared);
      throw error;
    }
    return new VideoLease(viewer.end, () => this.#release(shared));
  }

  /** Ends the connection at once, whoever holds it. */
  async close(): Promise<void> {
    const shared = this.#shared;
    this.#shared = undefined;
    if (!shared) return;
    clearTimeout(shared.idle);
    await shared.viewer.close();
  }

  #share(): Shared {
    let shared = this.#shared;
    if (!shared || shared.viewer.end.aborted) {
      shared = { viewer: new Viewer(this.#transport, this.#hidLane, this.#timing), holders: 0 };
      this.#shared = shared;
    }
    shared.holders += 1;
    clearTimeout(shared.idle);
    return shared;
  }

  /** Resolves at once, except where there is no idle time: then when the connection has ended. */
  async #release(shared: Shared): Promise<void> {
    shared.holders -= 1;
    if (shared.holders > 0 || shared.viewer.end.aborted) return;
    if (this.#idle === 0) await this.#closeUnused(shared);
    // A program that has nothing else to do need not wait for it.
    else shared.idle = setTimeout(() => void this.#closeUnused(shared), this.#idle * 1000).unref();
  }

  #closeUnused(shared: Shared): Promise<void> {
    return this.#hidLane.runAnyway(async () => {
      if (shared.holders > 0) return;
      if (this.#shared === shared) this.#shared = undefined;
      await shared.viewer.close();
    });
  }
}

/** The video runs as long as this is held, unless the connection breaks. */
export class VideoLease implements AsyncDisposable {
  readonly #over = new AbortController();
  readonly #viewerEnd: AbortSignal;
  readonly #letGo: () => Promise<void>;
  readonly #lose = () => this.#over.abort(cancelledBy(this.#viewerEnd));
  #isReleased = false;

  constructor(viewerEnd: AbortSignal, letGo: () => Promise<void>) {
    this.#viewerEnd = viewerEnd;
    this.#letGo = letGo;
    setMaxListeners(0, this.signal);
    if (viewerEnd.aborted) this.#lose();
    else viewerEnd.addEventListener("abort", this.#lose, { once: true });
  }

  /**
   * Ends when the lease does: its reason is a WebSocketError when the connection broke (acquire anew), a CancelledError when it was released
   * or the device closed. Hand it to the calls that need the video, so that they end with it.
   */
  get signal(): AbortSignal {
    return this.#over.signal;
  }

  /**
   * Gives it back; twice does nothing. The video runs on for the idle time. Where there is none, resolves when the connection has ended,
   * which waits for those who type; it never rejects, and need not be awaited.
   */
  async release(): Promise<void> {
    if (this.#isReleased) return;
    this.#isReleased = true;
    this.#viewerEnd.removeEventListener("abort", this.#lose);
    this.#over.abort(new CancelledError("The video was released.", { code: "RELEASED" }));
    await this.#letGo();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release();
  }
}

/** The error for a picture that has not come in so many seconds. */
export function noPictureIn(timeout: number, progress: VideoProgress): WaitTimeoutError {
  const { code, message } = missingPicture(progress);
  return new WaitTimeoutError(`${message} (waited ${timeout} s).`, { code });
}

/** Why there is no picture. */
export const missingPicture = (progress: VideoProgress): { code: string; message: string } => MISSING[progress];

const MISSING: Record<VideoProgress, { code: string; message: string }> = {
  "not connected": {
    code: "NOT_CONNECTED",
    message:
      "The device has told nothing of its video yet; the connection for it is not opened before what is being typed ends",
  },
  "not started": { code: "NOT_STARTED", message: "The device did not start its video in time" },
  "no signal": {
    code: "NO_SIGNAL",
    message: "The video runs, but the computer sends no signal; look whether it is on, and its cable plugged in",
  },
  running: { code: "NO_SIGNAL", message: "The video runs, but there was no picture in time" },
};
