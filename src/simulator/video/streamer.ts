import { isDeepStrictEqual } from "node:util";

import type { Timer } from "../clock";
import type { Host } from "../host/host";
import type { Ocr } from "./ocr";
import type { JsonObject } from "../api/python";
import { Snapshots } from "./snapshot";
import {
  collect,
  merged,
  shownLimits,
  shownParams,
  type StreamFeatures,
  type StreamLimits,
  type StreamParams,
} from "./streamer-params";
import type { Announcement, Context, KvmdRequest, Route, Subsystem } from "../api/subsystem";
import { type Source, Ustreamer } from "./ustreamer";

const SHUTDOWN_MS = 10_000;
const RESTART_MS = 1000;
const DEBOUNCE_MS = 1000;
const POLL_MS = 1000;
/** From the end of the process to its being missed. */
const MISSED_MS = 200;

/** How a device is set up; takes effect when kvmd starts. */
export interface StreamerConfig {
  readonly features: StreamFeatures;
  readonly limits: StreamLimits;
  /** The settings that kvmd starts with. */
  params: StreamParams;
  /** The streamer runs whether or not somebody watches. */
  forever: boolean;
}

/** The video: kvmd's share of it, which is to run ustreamer while somebody watches. */
export class Streamer implements Subsystem {
  readonly #context: Context;
  readonly config: StreamerConfig = {
    features: { quality: true, resolution: false, h264: true },
    limits: {
      desired_fps: { min: 0, max: 90 },
      h264_bitrate: { min: 25, max: 20_000 },
      h264_gop: { min: 0, max: 60 },
      available_resolutions: ["640x480", "1280x720", "1920x1080"],
    },
    params: { desired_fps: 30, quality: 80, resolution: "1280x720", h264_bitrate: 5000, h264_gop: 0 },
    forever: false,
  };
  /** What comes in on the video cable. */
  readonly source: Source = { signal: undefined, resolution: { width: 1280, height: 720 } };
  readonly ustreamer: Ustreamer;
  readonly snapshots: Snapshots;
  params: StreamParams;
  readonly #pending = new Map<keyof StreamParams, number | string>();
  #viewers = 0;
  #stopping: Timer | undefined;
  #starting: Timer | undefined;
  #debounce: Timer | undefined;
  #polling: Timer | undefined;
  #last: JsonObject;

  constructor(context: Context, host: Host, ocr: Ocr) {
    this.#context = context;
    this.ustreamer = new Ustreamer(context.timers, host, this.source);
    this.snapshots = new Snapshots(context.timers, this.ustreamer, ocr);
    this.snapshots.onSaved = () => this.#changed();
    this.params = { ...this.config.params };
    this.#last = this.state();
  }

  readonly routes: readonly Route[] = [
    { method: "GET", path: "/streamer", handle: () => this.state() },
    { method: "POST", path: "/streamer/set_params", handle: (request) => this.#setParams(request) },
    { method: "POST", path: "/streamer/reset", handle: () => this.#reset() },
    { method: "GET", path: "/streamer/snapshot", handle: (request) => this.snapshots.answer(request) },
    { method: "DELETE", path: "/streamer/snapshot", handle: () => this.#forget() },
  ];

  readonly announcements: readonly Announcement[] = [
    { slot: "streamer", type: "streamer", event: () => (this.#last = this.state()) },
  ];

  start(): void {
    this.params = { ...this.config.params };
    this.#last = this.state();
    if (this.config.forever) this.#run();
  }

  stop(): void {
    this.ustreamer.kill();
    this.snapshots.saved = null;
    this.#pending.clear();
    this.#viewers = 0;
    this.#stopping = this.#starting = this.#debounce = this.#polling = undefined;
  }

  sessionsChanged(streamClients: number): void {
    this.#viewers = streamClients;
    if (this.#pending.size > 0) this.#applySoon();
    if (this.#wanted) {
      this.#stopping?.cancel();
      this.#stopping = undefined;
      if (!this.ustreamer.running && this.#starting === undefined) this.#run();
    } else if (this.ustreamer.running || this.#starting !== undefined)
      this.#stopping ??= this.#context.timers.after(SHUTDOWN_MS, () => this.#end());
  }

  state(): JsonObject {
    const { features, limits } = this.config;
    const streamer = this.ustreamer.state();
    return {
      features: { ...features },
      limits: shownLimits(limits, features),
      params: shownParams(this.params, features),
      applied: shownParams(streamer === null ? this.params : (this.ustreamer.params ?? this.params), features),
      streamer,
      snapshot: { saved: this.snapshots.savedState() },
    };
  }

  get #wanted(): boolean {
    return this.#viewers > 0 || this.config.forever;
  }

  #usedParams(params: StreamParams): StreamParams {
    const { resolution, ...others } = params;
    return this.config.features.resolution && resolution !== undefined ? params : others;
  }

  #setParams(request: KvmdRequest): void {
    collect(request, this.#context.age, this.config.features, this.params, this.#pending);
    if (this.#pending.size > 0) this.#applySoon();
    this.#context.broadcast("clients", { count: this.#viewers });
  }

  #reset(): void {
    this.#restart();
    this.#context.broadcast("clients", { count: this.#viewers });
  }

  /** No session gets an event for it, now or later. */
  #forget(): void {
    this.snapshots.saved = null;
    this.#last = { ...this.#last, snapshot: { saved: null } };
  }

  #applySoon(): void {
    this.#debounce?.cancel();
    this.#debounce = this.#context.timers.after(DEBOUNCE_MS, () => {
      this.#debounce = undefined;
      this.params = merged(this.params, this.#pending, this.config.limits);
      this.#pending.clear();
      this.#changed();
      this.#restart();
    });
  }

  #run(): void {
    this.#starting = undefined;
    this.#context.log("streamer.runner", "Starting streamer ...");
    this.ustreamer.start(this.#usedParams(this.params), () => this.#poll());
  }

  /** Nothing starts that did not run, or was about to stop. */
  #restart(): void {
    if (!this.ustreamer.running || this.#stopping !== undefined) return;
    this.ustreamer.kill();
    this.#context.timers.after(MISSED_MS, () => this.#changed());
    this.#starting = this.#context.timers.after(RESTART_MS, () => this.#run());
  }

  #end(): void {
    this.#context.log("streamer.runner", "Stopping streamer ...");
    this.#starting?.cancel();
    this.#starting = this.#stopping = undefined;
    this.ustreamer.kill();
    this.#changed();
  }

  #poll(): void {
    this.#polling?.cancel();
    if (!this.ustreamer.reachable) return;
    this.#changed();
    this.#polling = this.#context.timers.after(POLL_MS, () => this.#poll());
  }

  #changed(): void {
    const before = this.#last;
    this.#last = this.state();
    const parts = Object.fromEntries(
      Object.entries(this.#last).filter(([key, value]) => !isDeepStrictEqual(value, before[key])),
    );
    const { limits } = this.#last;
    const explained = "params" in parts || "applied" in parts ? { limits: limits ?? null } : {};
    if (Object.keys(parts).length > 0) this.#context.broadcast("streamer", { ...parts, ...explained });
  }
}
