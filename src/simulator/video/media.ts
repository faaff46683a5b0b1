import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { isDeepStrictEqual } from "node:util";

import { type RawData, type WebSocket, WebSocketServer } from "ws";

import { ignoreStop, type Timers } from "../clock";
import { ValidatorError } from "../api/errors";
import { H264Encoder } from "./h264";
import type { Raster } from "./jpeg";
import { drawn, shrunk, type Size } from "./picture";
import { dumps, isObject, type Json, type JsonObject } from "../api/python";
import { ok, refusal, type Reply } from "../api/reply";
import { pictureOf } from "./snapshot";
import type { Streamer } from "./streamer";
import type { Capture } from "./ustreamer";

const VIDEO: JsonObject = { h264: { profile_level_id: "42E01F" }, jpeg: {} };
const FRAME_MS = 1000 / 30;
const PING = 0x00;
const PONG = Buffer.of(0xff);
const VIDEO_FRAME = 0x01;
const REQUEST_KEY = 0x01;
/** Small, because it is not compressed. */
const H264_SIZE: Size = { width: 256, height: 144 };

interface Frame {
  readonly data: Buffer;
  /** Others build upon it. */
  readonly key: boolean;
}

/** What makes the frames of one session. */
interface Feed {
  next(capture: Capture, gop: number): Frame;
  /** The next frame must stand alone. */
  requestKey(): void;
}

const FEEDS = new Map<string, () => Feed>([
  ["jpeg", () => ({ next: (capture) => ({ data: pictureOf(capture), key: false }), requestKey: () => undefined })],
  ["h264", () => new H264Feed()],
]);

/** The daemon beside kvmd that hands out every frame. It outlives kvmd. */
export class Media {
  readonly #timers: Timers;
  readonly #streamer: Streamer;
  readonly #server = new WebSocketServer({ noServer: true });

  constructor(timers: Timers, streamer: Streamer, dressUp: (lines: string[]) => void) {
    this.#timers = timers;
    this.#streamer = streamer;
    this.#server.on("headers", dressUp);
  }

  state(): Reply {
    return ok({ media: { video: VIDEO } });
  }

  /** What to answer instead of accepting a WebSocket. */
  refuse(search: string): Reply | undefined {
    const video = new URLSearchParams(search).get("video") ?? "";
    return video === "" || FEEDS.has(video) ? undefined : refusal(new ValidatorError("Unsupported video type"));
  }

  accept(request: IncomingMessage, socket: Duplex, head: Buffer, search: string): void {
    const video = new URLSearchParams(search).get("video") ?? "";
    this.#server.handleUpgrade(request, socket, head, (session) => {
      session.on("error", () => undefined);
      const feed = FEEDS.get(video)?.();
      if (feed === undefined) this.#converse(session);
      else this.#send(session, feed, ({ data }) => data);
    });
  }

  #converse(session: WebSocket): void {
    let feed: Feed | undefined;
    session.send(dumps({ event_type: "media", event: { video: VIDEO } }));
    session.on("message", (data: RawData, isBinary) => {
      const message = Buffer.isBuffer(data) ? data : Buffer.alloc(0);
      if (isBinary && message[0] === PING) session.send(PONG);
      if (isBinary && message[0] === REQUEST_KEY) feed?.requestKey();
      if (isBinary || feed !== undefined) return;
      feed = FEEDS.get(wanted(message.toString("utf8")))?.();
      if (feed !== undefined)
        this.#send(session, feed, ({ data, key }) => Buffer.concat([Buffer.of(VIDEO_FRAME, Number(key)), data]));
    });
  }

  /** As long as it is open; silent while nothing runs. Who does not keep up goes on with a key frame. */
  #send(session: WebSocket, feed: Feed, packed: (frame: Frame) => Buffer): void {
    const next = async (): Promise<void> => {
      while (session.readyState === session.OPEN) {
        const { ustreamer } = this.#streamer;
        const capture = ustreamer.capture();
        if (capture?.online !== true || session.bufferedAmount > 0) feed.requestKey();
        else session.send(packed(feed.next(capture, ustreamer.params?.h264_gop ?? 0)));
        await this.#timers.sleep(FRAME_MS);
      }
    };
    next().catch(ignoreStop);
  }
}

/** A key frame at first, on request, for each new picture, and as often as the settings say. */
class H264Feed implements Feed {
  readonly #encoder = new H264Encoder();
  #shown: readonly string[] = [];
  #raster: Raster | undefined;
  #sinceKey = 0;

  next({ lines, width, height }: Capture, gop: number): Frame {
    const due = gop > 0 && this.#sinceKey + 1 >= gop;
    const raster = this.#raster;
    if (raster !== undefined && !due && isDeepStrictEqual(lines, this.#shown)) {
      this.#sinceKey += 1;
      return { data: this.#encoder.same(raster), key: false };
    }
    this.#shown = lines;
    this.#sinceKey = 0;
    this.#raster = shrunk(drawn(lines, { width, height }), H264_SIZE);
    return { data: this.#encoder.key(this.#raster), key: true };
  }

  requestKey(): void {
    this.#raster = undefined;
  }
}

/** The format that a `start` asks for; empty for anything else. */
function wanted(text: string): string {
  let message: Json;
  try {
    message = JSON.parse(text) as Json; // JSON.parse makes nothing else
  } catch {
    return "";
  }
  if (!isObject(message) || message.event_type !== "start" || !isObject(message.event)) return "";
  const { type, format } = message.event;
  return type === "video" && typeof format === "string" ? format : "";
}
