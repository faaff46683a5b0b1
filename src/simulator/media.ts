import { type IncomingMessage } from "node:http";
import { type Duplex } from "node:stream";

import { type RawData, type WebSocket, WebSocketServer } from "ws";

import { ignoreStop, type Timers } from "./clock";
import { ValidatorError } from "./errors";
import { dumps, isObject, type Json, type JsonObject } from "./python";
import { ok, refusal, type Reply } from "./reply";
import { pictureOf } from "./snapshot";
import { type Streamer } from "./streamer";

const FORMATS = ["h264", "jpeg"];
const VIDEO: JsonObject = { h264: { profile_level_id: "42E01F" }, jpeg: {} };
const FRAME_MS = 1000 / 30;
const PING = 0x00;
const PONG = Buffer.of(0xff);
/** A frame, and none of those that others build upon. */
const FRAME_HEAD = Buffer.of(0x01, 0x00);

/** The daemon beside kvmd that hands out every frame. It outlives kvmd; there is no H.264 here, only JPEG. */
export class Media {
  private readonly server = new WebSocketServer({ noServer: true });

  constructor(
    private readonly timers: Timers,
    private readonly streamer: Streamer,
    dressUp: (lines: string[]) => void,
  ) {
    this.server.on("headers", dressUp);
  }

  state(): Reply {
    return ok({ media: { video: VIDEO } });
  }

  /** What to answer instead of accepting a WebSocket. */
  refuse(search: string): Reply | undefined {
    const video = new URLSearchParams(search).get("video") ?? "";
    return video === "" || FORMATS.includes(video) ? undefined : refusal(new ValidatorError("Unsupported video type"));
  }

  accept(request: IncomingMessage, socket: Duplex, head: Buffer, search: string): void {
    const video = new URLSearchParams(search).get("video") ?? "";
    this.server.handleUpgrade(request, socket, head, (session) => {
      session.on("error", () => undefined);
      if (video !== "") this.send(session, video, Buffer.alloc(0));
      else this.converse(session);
    });
  }

  private converse(session: WebSocket): void {
    let started = false;
    session.send(dumps({ event_type: "media", event: { video: VIDEO } }));
    session.on("message", (data: RawData, isBinary) => {
      const message = Buffer.isBuffer(data) ? data : Buffer.alloc(0);
      if (isBinary && message[0] === PING) session.send(PONG);
      const format = isBinary ? undefined : wanted(message.toString("utf8"));
      if (format === undefined || started) return;
      started = true;
      this.send(session, format, FRAME_HEAD);
    });
  }

  /** As long as it is open; silent while nothing runs. */
  private send(session: WebSocket, format: string, head: Buffer): void {
    if (format !== "jpeg") return;
    const next = async (): Promise<void> => {
      while (session.readyState === session.OPEN) {
        const capture = this.streamer.ustreamer.capture();
        if (capture?.online === true && session.bufferedAmount === 0)
          session.send(Buffer.concat([head, pictureOf(capture)]));
        await this.timers.sleep(FRAME_MS);
      }
    };
    next().catch(ignoreStop);
  }
}

/** The format that a `start` asks for; undefined for anything else. */
function wanted(text: string): string | undefined {
  let message: Json;
  try {
    message = JSON.parse(text) as Json; // JSON.parse makes nothing else
  } catch {
    return undefined;
  }
  if (!isObject(message) || message.event_type !== "start" || !isObject(message.event)) return undefined;
  const { type, format } = message.event;
  return type === "video" && typeof format === "string" && FORMATS.includes(format) ? format : undefined;
}
