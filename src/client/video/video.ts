import { setMaxListeners } from "node:events";
import { Deadline, throwIfCancelled, within } from "../deadline";
import { CancelledError, WaitTimeoutError } from "../errors";
import { inRange } from "../ranges";
import type { CallOptions } from "../http/transport";
import type { Shared } from "../shared";
import { SOCKET_TIMING } from "../sockets/listen";
import type { Sockets } from "../sockets/sockets";
import { Viewer, type VideoStage } from "./viewer";

export interface VideoOptions extends CallOptions {
  /** Seconds until there must be a picture. Default 15. */
  timeout?: number;
  /** Be content with a video that runs without a signal, whose pictures say "NO LIVE VIDEO". Default false. */
  allowOffline?: boolean;
}

const DAY = 86_400;
const TIMEOUT = { min: 0, max: DAY, unit: " s" };

/**
 * Lets the video run while it is needed. The device runs it only while somebody watches; without that, a snapshot is an
 * UnavailableError. However many need it, it is one WebSocket more, which is kept for some idle time (`videoIdle`)
 * after the last one.
 */
export class Video {
  /** Ends when the device is closed. */
  readonly closed: AbortSignal;
  readonly #sockets: Sockets;
  readonly #shared: Shared<Viewer>;

  /** @param idle seconds. @throws ConfigurationError for an idle time out of range. */
  constructor(sockets: Sockets, idle: number, timing = SOCKET_TIMING) {
    this.closed = sockets.closed;
    this.#sockets = sockets;
    this.#shared = sockets.share({
      open: (sessions) => new Viewer(sessions, timing),
      closed: (viewer) => viewer.ended,
      isSpent: (viewer) => viewer.end.aborted,
      idle: inRange("The idle time of the video", idle, TIMEOUT),
    });
  }

  /** As `Access.untilTrial`. */
  untilTrial(...signals: readonly (AbortSignal | undefined)[]): Promise<void> {
    return this.#sockets.untilTrial(...signals);
  }

  /** How far it is, as the device tells; `not connected` also while nobody needs it. */
  get stage(): VideoStage {
    const viewer = this.#shared.current;
    return viewer && !viewer.end.aborted ? viewer.stage : "not connected";
  }

  /**
   * Starts the video unless it runs, and waits until there is a picture, so that a snapshot succeeds. Release it when
   * done. Takes a device one to three seconds when the video does not run. `GET /api/ws?stream=1`.
   * @throws WaitTimeoutError with the code `NO_SIGNAL` (the video runs, but the computer sends none), `NOT_STARTED`
   * (the device does not run it) or `NOT_CONNECTED` (typing is in flight, or the device is silent); AuthError, ConnectError,
   * ConnectionTimeoutError, WebSocketError when the connection cannot be opened or breaks; ConfigurationError for a
   * timeout out of range (0 to a day); CancelledError.
   */
  async acquire({ timeout = 15, allowOffline = false, signal }: VideoOptions = {}): Promise<VideoLease> {
    inRange("The timeout", timeout, TIMEOUT);
    throwIfCancelled(signal);
    throwIfCancelled(this.closed);
    const { thing: viewer, release } = this.#shared.acquire();
    try {
      const late = () => noPictureIn(timeout, viewer.stage);
      const isEnough = (stage: VideoStage) => stage === "running" || (allowOffline && stage === "no signal");
      await within([signal, this.closed, viewer.end], { seconds: timeout, late }, (deadline) =>
        viewer.until(isEnough, deadline),
      );
    } catch (error) {
      void release();
      throw error;
    }
    return new VideoLease(viewer.end, release);
  }

  /** Ends the connection at once, whoever holds it. */
  async close(): Promise<void> {
    await this.#shared.close();
  }
}

/** The video runs as long as this is held, unless the connection breaks. */
export class VideoLease implements AsyncDisposable {
  readonly #released = new AbortController();
  readonly #over: Deadline;
  readonly #release: () => Promise<void>;

  /** @param viewerEnd ends when the connection does. */
  constructor(viewerEnd: AbortSignal, release: () => Promise<void>) {
    this.#over = new Deadline([viewerEnd, this.#released.signal]);
    this.#release = release;
    setMaxListeners(0, this.signal);
  }

  /**
   * Ends when the lease does: its reason is a WebSocketError when the connection broke (acquire anew), a CancelledError
   * when it was released or the device closed. Hand it to the calls that need the video, so that they end with it.
   */
  get signal(): AbortSignal {
    return this.#over.signal;
  }

  /**
   * Gives it back; twice does nothing. The video runs on for the idle time. Where there is none, resolves when the
   * connection has ended, which waits for those who type; it never rejects, and need not be awaited.
   */
  async release(): Promise<void> {
    this.#released.abort(new CancelledError("The video was released.", { code: "RELEASED" }));
    this.#over[Symbol.dispose]();
    await this.#release();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release();
  }
}

/** The error for a picture that has not come in so many seconds. */
export function noPictureIn(timeout: number, stage: VideoStage): WaitTimeoutError {
  const { code, message } = missingPicture(stage);
  return new WaitTimeoutError(`${message} (waited ${timeout} s).`, { code });
}

/** Why there is no picture. */
export const missingPicture = (stage: VideoStage): { code: string; message: string } => MISSING[stage];

const MISSING: Record<VideoStage, { code: string; message: string }> = {
  "not connected": { code: "NOT_CONNECTED", message: "There is no connection to the device for its video" },
  waiting: {
    code: "NOT_CONNECTED",
    message: "The connection for the video is not opened before what is being typed ends",
  },
  connecting: { code: "NOT_CONNECTED", message: "The device does not answer the request for its video" },
  silent: {
    code: "NOT_CONNECTED",
    message: "The device is connected, but tells nothing of its video; its service kvmd may hang",
  },
  "not started": { code: "NOT_STARTED", message: "The device did not start its video in time" },
  "no signal": {
    code: "NO_SIGNAL",
    message: "The video runs, but the computer sends no signal; look whether it is on, and its cable plugged in",
  },
  running: { code: "NO_SIGNAL", message: "The video runs, but there was no picture in time" },
};
