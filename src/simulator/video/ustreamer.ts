import { randomBytes } from "node:crypto";

import type { Timers } from "../clock";
import type { Host } from "../host/host";
import type { Size } from "./picture";
import type { Json, JsonObject } from "../api/python";
import { sizeOf, type StreamParams } from "./streamer-params";

/** From the start of the process until it answers, until it has a picture, and how long it believes in a lost one. */
const REACHABLE_MS = 100;
const CAPTURE_MS = 500;
const SIGNAL_TIMEOUT_MS = 2000;
const OBSERVE_MS = 250;
/** Before the first picture it claims this size. */
const BLIND: Size = { width: 640, height: 480 };
const CAPTURED_FPS = 30;
/** In the second in which the picture came. */
const FIRST_FPS = 6;
const NO_SIGNAL = [...Array.from({ length: 12 }, () => ""), `${" ".repeat(31)}< NO LIVE VIDEO >`];

/** What the computer's video output does. */
export interface Source {
  /** Whether there is a signal; undefined: while the computer is on and awake. */
  signal: boolean | undefined;
  resolution: Size;
}

/** One picture and what is known about it; times are the clock's, in ms. */
export interface Capture extends Size {
  readonly online: boolean;
  readonly lines: readonly string[];
  readonly quality: number;
  readonly grabbed: number;
}

/** Somebody who watches the MJPEG stream. */
export interface Viewer {
  readonly key: string;
  readonly flags: Readonly<Record<"extra_headers" | "advance_headers" | "dual_final_frames" | "zero_data", boolean>>;
  /** When it got its latest frames. */
  sent: number[];
}

interface Run {
  readonly params: StreamParams;
  reachable: boolean;
  /** Frames come in, if there is a signal. */
  capturing: boolean;
  /** When the signal was seen last, and since when without a break. */
  seen: number;
  since: number;
  size: Size;
}

/** The process that captures and encodes. kvmd starts and ends it; nginx and kvmd ask it for pictures. */
export class Ustreamer {
  readonly #timers: Timers;
  readonly #host: Host;
  readonly #source: Source;

  /** Whether it gets as far as to answer; without a capture card it never does. */
  starts = true;
  readonly viewers = new Map<string, Viewer>();
  #run: Run | undefined;

  constructor(timers: Timers, host: Host, source: Source) {
    this.#timers = timers;
    this.#host = host;
    this.#source = source;
  }

  /** The process is there, whether or not it answers yet. */
  get running(): boolean {
    return this.#run !== undefined;
  }

  /** It answers. */
  get reachable(): boolean {
    return this.#run?.reachable ?? false;
  }

  /** What it was started with. */
  get params(): StreamParams | undefined {
    return this.#run?.params;
  }

  /** @param ready - Called when it answers, unless it ended before. */
  start(params: StreamParams, ready: () => void): void {
    const run: Run = { params, reachable: false, capturing: false, seen: -Infinity, since: 0, size: BLIND };
    this.#run = run;
    this.#timers.after(REACHABLE_MS, () => {
      if (this.#run !== run || !this.starts) return;
      run.reachable = true;
      ready();
    });
    this.#timers.after(CAPTURE_MS, () => {
      run.capturing = true;
      this.#watch(run);
    });
  }

  /** Who watches loses the connection. */
  kill(): void {
    this.#run = undefined;
    this.viewers.clear();
  }

  addViewer(viewer: Viewer): string {
    const id = randomBytes(8).toString("hex");
    this.viewers.set(id, viewer);
    return id;
  }

  /** Its own `/state`; null while it does not answer. */
  state(): JsonObject | null {
    const run = this.#run;
    if (run?.reachable !== true) return null;
    const { online, captured } = this.#observe(run);
    const { quality, desired_fps: fps, h264_bitrate: bitrate, h264_gop: gop } = run.params;
    const clients = [...this.viewers].map(([id, { key, flags, sent }]): [string, Json] => [
      id,
      { fps: this.#recent(sent), ...flags, key },
    ]);
    return {
      instance_id: "",
      encoder: { type: "CPU", quality: quality ?? 80 },
      h264: { bitrate: bitrate ?? 0, gop: gop ?? 0, online: false, fps: 0 },
      sinks: { jpeg: { has_clients: false }, h264: { has_clients: false } },
      source: {
        resolution: { width: run.size.width, height: run.size.height },
        online,
        desired_fps: fps,
        captured_fps: captured,
      },
      stream: {
        queued_fps: Math.max(0, ...[...this.viewers.values()].map(({ sent }) => this.#recent(sent))),
        clients: clients.length,
        clients_stat: Object.fromEntries(clients),
      },
    };
  }

  /** The picture of this moment, or the placeholder; undefined while it does not answer. */
  capture(): Capture | undefined {
    const run = this.#run;
    if (run?.reachable !== true) return undefined;
    const { online } = this.#observe(run);
    const common = { online, quality: run.params.quality ?? 80 };
    if (online) return { ...run.size, ...common, lines: [...this.#host.screen.lines], grabbed: this.#now() };
    return { ...run.size, ...common, lines: NO_SIGNAL, grabbed: 0 };
  }

  #watch(run: Run): void {
    if (this.#run !== run) return;
    this.#observe(run);
    this.#timers.after(OBSERVE_MS, () => this.#watch(run));
  }

  /** A new signal is noticed at once, a lost one only after a while. */
  #observe(run: Run): { online: boolean; captured: number } {
    const now = this.#now();
    if (run.capturing && this.#signal) {
      if (now - run.seen >= SIGNAL_TIMEOUT_MS) run.since = now;
      run.seen = now;
      run.size = sizeOf(run.params.resolution) ?? this.#source.resolution;
    }
    const online = now - run.seen < SIGNAL_TIMEOUT_MS;
    if (!online) return { online, captured: 0 };
    return { online, captured: now - run.since < 1000 ? FIRST_FPS : CAPTURED_FPS };
  }

  get #signal(): boolean {
    return this.#source.signal ?? (this.#host.power && !this.#host.asleep);
  }

  #recent(times: readonly number[]): number {
    return times.filter((at) => at > this.#now() - 1000).length;
  }

  #now(): number {
    return this.#timers.clock.now();
  }
}
