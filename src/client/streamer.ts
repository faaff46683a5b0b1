import { badResponse, type Answer } from "./answer";
import type { ChangeOptions, Commands } from "./commands";
import { ConfigurationError } from "./errors";
import { inRange, integerIn, oneOf } from "./ranges";
import type { CallOptions, Query } from "./transport";

export interface StreamerParams {
  /** Pictures per second. */
  desired_fps: number;
  /** JPEG quality, percent. */
  quality?: number;
  /** `WxH`. */
  resolution?: string;
  /** kbit/s. */
  h264_bitrate?: number;
  /** Pictures from one whole picture to the next; 0 = as few as possible. */
  h264_gop?: number;
}

interface Limits {
  min: number;
  max: number;
}

interface Size {
  width: number;
  height: number;
}

export interface StreamerState {
  features: { quality: boolean; resolution: boolean; h264: boolean };
  limits: { desired_fps: Limits; h264_bitrate?: Limits; h264_gop?: Limits; available_resolutions?: string[] };
  /** As wanted. */
  params: StreamerParams;
  /** As the running process has them; since kvmd 4.126. */
  applied?: StreamerParams;
  snapshot: { saved: (Size & { online: boolean }) | null };
  /** `null` while nobody watches. */
  streamer: UstreamerState | null;
}

/** The running process. */
export interface UstreamerState {
  instance_id: string;
  encoder: { type: string; quality: number };
  h264?: { bitrate: number; gop: number; online: boolean; fps: number };
  drm?: { live: boolean; fps: number };
  sinks?: Record<string, { has_clients: boolean }>;
  /** `online`: there is a video signal. */
  source: { resolution: Size; online: boolean; desired_fps: number; captured_fps: number };
  stream: { queued_fps: number; clients: number; clients_stat: Record<string, Record<string, unknown>> };
}

export interface SetStreamerParams {
  quality?: number;
  desiredFps?: number;
  resolution?: string;
  h264Bitrate?: number;
  h264Gop?: number;
}

interface PictureOptions extends CallOptions {
  /** Keep it on the device, in the one place for a saved picture. Default false. */
  save?: boolean;
  /** Take the saved one instead of a new one; works while nobody watches too. Default false. */
  load?: boolean;
  /** Without a video signal take the device's "NO LIVE VIDEO" picture. Default false. */
  allowOffline?: boolean;
}

export interface Preview {
  /** Pixels; the proportions are kept, and nothing is enlarged. 0 = as the other side demands; both 0 = a fifth. Default 0. */
  maxWidth?: number;
  maxHeight?: number;
  /** JPEG quality, 1 to 100. Default 80. */
  quality?: number;
}

export interface SnapshotOptions extends PictureOptions {
  /** A smaller picture. Default false. */
  preview?: boolean | Preview;
}

export interface OcrOptions extends PictureOptions {
  /** Names from `getOcrInfo`; default the device's. */
  langs?: readonly string[];
  /** The part to read, in pixels of the picture; `right` and `bottom` are coordinates. What is left out is that edge. */
  region?: { left?: number; top?: number; right?: number; bottom?: number };
}

/** A picture of the screen and what the device tells of it; a device may leave out any of that. */
export interface Snapshot {
  /** JPEG. */
  image: Buffer;
  /** Whether there was a video signal. */
  online: boolean | undefined;
  /** Of the whole picture, also for a preview. */
  width: number | undefined;
  height: number | undefined;
  /** Seconds since 1970. */
  timestamp: number | undefined;
  /** Seconds of the device's own clock. */
  times: Record<"grabBegin" | "grabEnd" | "encodeBegin" | "encodeEnd" | "send", number | undefined>;
}

export interface OcrInfo {
  enabled: boolean;
  langs: { default: string[]; available: string[] };
}

const QUALITY = { min: 1, max: 100 };
const SIDE = { min: 0, max: Infinity };
/** A device waits for a signal, and a small board takes up to 20 s to read a whole screen. Seconds on top. */
const SIGNAL_TIME = 10;
const OCR_TIME = 60;

/**
 * The screen of the computer (`/api/streamer`). The video runs only while somebody watches (a WebSocket with `stream=1`, such as the
 * device's own web page); nothing here starts it.
 */
export class Streamer {
  readonly #commands: Commands;

  constructor(commands: Commands) {
    this.#commands = commands;
  }

  /** Settings, their limits, and the running process. `GET /api/streamer`. */
  getState({ signal }: CallOptions = {}): Promise<StreamerState> {
    return this.#commands.transport.get("/api/streamer", { signal });
  }

  /** The `streamer` of the state, fresh. `GET /streamer/state`. @throws APIError with status 502 while nobody watches. */
  getUstreamerState({ signal }: CallOptions = {}): Promise<UstreamerState> {
    return this.#commands.transport.get("/streamer/state", { signal });
  }

  /**
   * Changes settings 1 s later, with a gap of some seconds in the video. Writing back the old value meanwhile undoes nothing. Looks at the
   * device's own limits first, because it drops what is out of them without a word. `POST /api/streamer/set_params`.
   * @throws ConfigurationError for a value out of the device's limits; APIError `StreamerQualityNotSupported` and the like.
   */
  async setParams(params: SetStreamerParams, options: ChangeOptions = {}): Promise<void> {
    const { limits, features } = await this.getState(options);
    const { quality, desiredFps, resolution, h264Bitrate, h264Gop } = params;
    // Where there are no limits, the device says that it does not have the setting.
    const within = (name: string, value: number | undefined, limit: Limits | undefined) =>
      value === undefined || !limit ? value : integerIn(name, value, limit);
    const query = {
      quality: within("The quality", quality, features.quality ? QUALITY : undefined),
      desired_fps: within("The frame rate", desiredFps, limits.desired_fps),
      resolution:
        resolution === undefined || !limits.available_resolutions
          ? resolution
          : oneOf("The resolution", resolution, limits.available_resolutions),
      h264_bitrate: within("The bit rate", h264Bitrate, limits.h264_bitrate),
      h264_gop: within("The GOP", h264Gop, limits.h264_gop),
    };
    return this.#commands.post("/api/streamer/set_params", { ...options, query });
  }

  /** Restarts the video if it runs. `POST /api/streamer/reset`. */
  reset(options: ChangeOptions = {}): Promise<void> {
    return this.#commands.post("/api/streamer/reset", options);
  }

  /**
   * A picture of the screen. `GET /api/streamer/snapshot`.
   * @throws ConfigurationError for a preview out of range; UnavailableError when the video does not run, when there is no signal (after 3 s),
   * and with `load` when nothing is saved: the device does not tell which.
   */
  async snapshot({ preview = false, ...options }: SnapshotOptions = {}): Promise<Snapshot> {
    const query = preview === false ? {} : previewOf(preview === true ? {} : preview);
    const answer = await this.#picture(query, options, SIGNAL_TIME);
    if (!/^image\/jpeg/i.test(header(answer, "content-type"))) throw badResponse(answer, "Expected a JPEG picture.");
    return snapshotOf(answer, answer.bytes);
  }

  /** Forgets the saved picture, whether there is one or not; no event tells of it. `DELETE /api/streamer/snapshot`. */
  async deleteSnapshot({ signal, busyRetry }: ChangeOptions = {}): Promise<void> {
    const { transport } = this.#commands;
    await this.#commands.run((turn) => transport.change("DELETE", "/api/streamer/snapshot", { signal: turn }), {
      signal,
      busyRetry,
    });
  }

  /** Languages that the device can read. `GET /api/streamer/ocr`. */
  async getOcrInfo({ signal }: CallOptions = {}): Promise<OcrInfo> {
    return (await this.#commands.transport.get<{ ocr: OcrInfo }>("/api/streamer/ocr", { signal })).ocr;
  }

  /**
   * The text on the screen. Takes a small board 10 to 20 s for all of it. `GET /api/streamer/snapshot?ocr=1`.
   * @throws ConfigurationError for a region that is empty; APIError `OcrError` where the device cannot read; what `snapshot` throws.
   */
  async ocr({ langs = [], region, ...options }: OcrOptions = {}): Promise<string> {
    const query = { ocr: true, ocr_langs: langs.length > 0 ? langs.join(",") : undefined, ...regionOf(region ?? {}) };
    const answer = await this.#picture(query, options, OCR_TIME);
    if (!/^text\/plain/i.test(header(answer, "content-type"))) throw badResponse(answer, "Expected a text.");
    return answer.text;
  }

  #picture(query: Query, { save, load, allowOffline, signal }: PictureOptions, extraTime: number) {
    return this.#commands.transport.read("/api/streamer/snapshot", {
      signal,
      extraTime,
      query: { save, load, allow_offline: allowOffline, ...query },
    });
  }
}

function previewOf({ maxWidth, maxHeight, quality }: Preview): Query {
  const optional = (name: string, value: number | undefined, range: Limits) =>
    value === undefined ? undefined : integerIn(name, value, range);
  return {
    preview: true,
    preview_max_width: optional("The width", maxWidth, SIDE),
    preview_max_height: optional("The height", maxHeight, SIDE),
    preview_quality: optional("The quality", quality, QUALITY),
  };
}

/** The device takes an empty region for the whole picture. */
function regionOf(region: NonNullable<OcrOptions["region"]>): Query {
  for (const [name, value] of Object.entries(region)) inRange(name, value, SIDE);
  const { left, top, right, bottom } = region;
  if ((left ?? 0) >= (right ?? Infinity) || (top ?? 0) >= (bottom ?? Infinity))
    throw new ConfigurationError("The region to read is empty: right and bottom are coordinates, not sizes.");
  const edge = (value: number | undefined) => (value === undefined ? undefined : Math.round(value));
  return { ocr_left: edge(left), ocr_top: edge(top), ocr_right: edge(right), ocr_bottom: edge(bottom) };
}

function snapshotOf(answer: Answer, image: Buffer): Snapshot {
  const number = (name: string) => {
    const text = header(answer, name);
    return text === "" ? undefined : Number(text);
  };
  const time = (name: string) => number(`x-ustreamer-${name}-timestamp`);
  const online = header(answer, "x-ustreamer-online");
  return {
    image,
    online: online === "" ? undefined : online === "true",
    width: number("x-ustreamer-width"),
    height: number("x-ustreamer-height"),
    timestamp: number("x-timestamp"),
    times: {
      grabBegin: time("grab-begin"),
      grabEnd: time("grab-end"),
      encodeBegin: time("encode-begin"),
      encodeEnd: time("encode-end"),
      send: time("send"),
    },
  };
}

function header({ headers }: Answer, name: string): string {
  const value = headers[name];
  return typeof value === "string" ? value : "";
}
