import type { ChangeOptions, Commands } from "../http/commands";
import { flag, nullOr, number, objectOf, optional, texts } from "../http/shape";
import type { Lane } from "../lanes/lane";
import { framesOf, type MjpegFrame, type MjpegOptions } from "./mjpeg";
import { ConfigurationError } from "../errors";
import { integerIn, oneOf } from "../ranges";
import { SharedTurns } from "../lanes/shared-turns";
import {
  checkLangs,
  checkRegion,
  previewOf,
  QUALITY,
  recognisedText,
  regionOf,
  snapshotOf,
  type OcrInfo,
  type OcrOptions,
  type PictureOptions,
  type Snapshot,
  type SnapshotOptions,
} from "./snapshot";
import type { Limits, StreamerState, UstreamerState } from "./streamer-state";
import type { CallOptions, Query } from "../http/transport";
import { takes } from "../versions";

/** What is left out stays as it is. The limits are those of `StreamerState`, which differ from device to device. */
export interface SetStreamerParams {
  /** JPEG quality, 1 to 100; where `features.quality`. */
  quality?: number | undefined;
  /** Pictures per second, within `limits.desired_fps`. */
  desiredFps?: number | undefined;
  /** `WxH`, one of `limits.available_resolutions`; where there are any. */
  resolution?: string | undefined;
  /** kbit/s, within `limits.h264_bitrate`; where `features.h264`. */
  h264Bitrate?: number | undefined;
  /** Pictures from one whole picture to the next, within `limits.h264_gop`; 0 = as few whole ones as possible. */
  h264Gop?: number | undefined;
}

const RANGE = optional(objectOf({ min: number, max: number }));
const STREAMER_STATE = objectOf({
  features: objectOf(),
  limits: objectOf({
    max_fps: optional(number),
    desired_fps: RANGE,
    h264_bitrate: RANGE,
    h264_gop: RANGE,
    available_resolutions: optional(texts),
  }),
  params: objectOf(),
  streamer: nullOr(objectOf()),
});

const OCR_INFO = objectOf({ ocr: objectOf({ enabled: flag, langs: objectOf({ available: texts }) }) });

/** A device waits for a signal, and a small board takes up to 20 s to read a whole screen. Seconds on top. */
const SIGNAL_TIME = 10;
const OCR_TIME = 60;

/**
 * The screen of the computer (`/api/streamer`). The video runs only while somebody watches (a WebSocket with
 * `stream=1`, such as the device's own web page, or `PiKVM.video`); nothing here starts it.
 */
export class Streamer {
  readonly #commands: Commands;
  readonly #readings: SharedTurns<string>;

  /** @param ocrLane for reading the screen, which takes all that a small board has. */
  constructor(commands: Commands, ocrLane: Lane) {
    this.#commands = commands;
    this.#readings = new SharedTurns(ocrLane);
  }

  /** Settings, their limits, and the running process. `GET /api/streamer`. */
  getState({ signal }: CallOptions = {}): Promise<StreamerState> {
    return this.#commands.transport.get("/api/streamer", { signal, shape: STREAMER_STATE });
  }

  /**
   * The `streamer` of the state, fresh. `GET /streamer/state`.
   * @throws APIError with status 502 while nobody watches.
   */
  getUstreamerState({ signal }: CallOptions = {}): Promise<UstreamerState> {
    return this.#commands.transport.get("/streamer/state", { signal });
  }

  /**
   * Changes settings 1 s later, with a gap of some seconds in the video. Writing back the old value meanwhile undoes
   * nothing. Reads the device's own limits first: it drops without an error what is out of them.
   * `POST /api/streamer/set_params`.
   * @throws ConfigurationError for a value out of the device's limits; APIError `StreamerQualityNotSupported` and the
   * like.
   */
  async setParams(params: SetStreamerParams, options: ChangeOptions = {}): Promise<void> {
    const { limits, features } = await this.getState(options);
    const { quality, desiredFps, resolution, h264Bitrate, h264Gop } = params;
    if ((h264Bitrate ?? h264Gop) !== undefined && features.h264 === undefined)
      throw new ConfigurationError(`The device has no settings for H.264: ${takes("h264Settings")}`, {
        code: "NOT_SUPPORTED",
      });
    const { max_fps: maxFps, desired_fps: fps = maxFps === undefined ? undefined : { min: 0, max: maxFps } } = limits;
    // Where there are no limits, the device says that it does not have the setting.
    const within = (name: string, value: number | undefined, limit: Limits | undefined) =>
      value === undefined || !limit ? value : integerIn(name, value, limit);
    const query = {
      quality: within("The quality", quality, features.quality ? QUALITY : undefined),
      desired_fps: within("The frame rate", desiredFps, fps),
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
   * @throws ConfigurationError for a preview out of range; UnavailableError when the video does not run, when there is
   * no signal (after 3 s), and with `load` when nothing is saved: the device does not say which of them it is;
   * ResponseError with the code `JPEG` for what the device calls a picture and is none.
   */
  async snapshot({ preview = false, ...options }: SnapshotOptions = {}): Promise<Snapshot> {
    const query = preview === false ? {} : previewOf(preview === true ? {} : preview);
    return snapshotOf(await this.#picture(query, options, SIGNAL_TIME));
  }

  /**
   * The pictures as they come, until it is cancelled or left (`break`). An unchanged picture is sent again about once a
   * second, without a signal a "NO LIVE VIDEO" one with `online` false. Reads no faster than it is iterated: a slow
   * reader's pictures are some time old, and the device leaves out others (`dropped`). Ends when the video does, e.g. a
   * second after `setParams`. `GET /streamer/stream`.
   * @throws APIError with status 502 while nobody watches; ConnectionTimeoutError when nothing comes for the time of an
   * ordinary answer; ConnectError when the connection breaks; ResponseError when the video ends (`CUT_SHORT`), for what
   * is no MJPEG stream, for a picture that is no JPEG (`JPEG`), and for one over 16 MiB; CancelledError.
   */
  async *mjpeg({ key, zeroData = false, signal }: MjpegOptions = {}): AsyncGenerator<MjpegFrame, void, undefined> {
    const query = { extra_headers: true, key, zero_data: zeroData ? true : undefined };
    const { transport } = this.#commands;
    yield* framesOf(await transport.stream("/streamer/stream", { signal, query, limited: "steps" }), zeroData);
  }

  /** Forgets the saved picture, whether there is one or not; no event reports it. `DELETE /api/streamer/snapshot`. */
  async deleteSnapshot({ signal, busyRetry }: ChangeOptions = {}): Promise<void> {
    const { transport } = this.#commands;
    await this.#commands.run((turn) => transport.change("DELETE", "/api/streamer/snapshot", { signal: turn }), {
      signal,
      busyRetry,
    });
  }

  /** Languages that the device can read. `GET /api/streamer/ocr`. */
  async getOcrInfo({ signal }: CallOptions = {}): Promise<OcrInfo> {
    return (await this.#commands.transport.get<{ ocr: OcrInfo }>("/api/streamer/ocr", { signal, shape: OCR_INFO })).ocr;
  }

  /**
   * The text on the screen. Takes a small board 10 to 20 s for all of it. One is read at a time; who wants the same
   * meanwhile shares the next. Checks first that the device has the languages. `GET /api/streamer/snapshot?ocr=1`.
   * @throws ConfigurationError for a region that is empty, or begins outside of the picture (code `REGION_OUTSIDE`),
   * and for a language that the device has not; APIError `OcrError` where the device cannot read; BusyError when too
   * many different ones wait already; what `snapshot` throws.
   */
  async ocr({ langs = [], region = {}, ...options }: OcrOptions = {}): Promise<string> {
    const { signal, ...picture } = options;
    const query = { ocr: true, ocr_langs: langs.length > 0 ? langs.join(",") : undefined, ...regionOf(region) };
    const read = async (turn: AbortSignal): Promise<string> => {
      if (langs.length > 0) checkLangs(langs, await this.getOcrInfo({ signal: turn }));
      const answer = await this.#picture(query, { ...picture, signal: turn }, OCR_TIME);
      const text = recognisedText(answer);
      checkRegion(region, answer);
      return text;
    };
    return this.#readings.run(JSON.stringify([query, picture]), read, signal);
  }

  #picture(query: Query, { save, load, allowOffline, signal }: PictureOptions, extraTime: number) {
    return this.#commands.transport.read("/api/streamer/snapshot", {
      signal,
      extraTime,
      query: { save, load, allow_offline: allowOffline, ...query },
    });
  }
}
