import type { Clock, Timers } from "../clock";
import { unavailable } from "../api/errors";
import { encodeJpeg } from "./jpeg";
import type { Ocr } from "./ocr";
import { drawn, jpegOf, shrunk, type Size } from "./picture";
import type { JsonObject } from "../api/python";
import { type Reply, TEXT_TYPE, UNCACHED } from "../api/reply";
import type { KvmdRequest } from "../api/subsystem";
import type { Capture, Ustreamer } from "./ustreamer";
import * as valid from "../api/validators";

/** How long a snapshot waits for a signal. */
const PATIENCE_MS = 3000;
const RETRY_MS = 100;
const DEFAULT_QUALITY = 80;
/** Each side of a preview that nobody gave a size. */
const PREVIEW_PART = 5;

/** One picture and when it was handed over. */
export interface Snapshot extends Capture {
  readonly sent: number;
  readonly stamp: number;
}

/** On everything of ustreamer's. */
export const NEVER_KEPT: readonly (readonly [string, string])[] = [
  UNCACHED,
  ["Pragma", "no-cache"],
  ["Expires", "Mon, 3 Jan 2000 12:34:56 GMT"],
];

/** Takes pictures through the running streamer, and keeps one. */
export class Snapshots {
  readonly #timers: Timers;
  readonly #ustreamer: Ustreamer;
  readonly #ocr: Ocr;
  saved: Snapshot | null = null;
  /** Called when the saved one changed. */
  onSaved: () => void = () => undefined;

  constructor(timers: Timers, ustreamer: Ustreamer, ocr: Ocr) {
    this.#timers = timers;
    this.#ustreamer = ustreamer;
    this.#ocr = ocr;
  }

  async answer(request: KvmdRequest): Promise<Reply> {
    const flag = (name: string): boolean => valid.boolOr(request.param(name), false);
    const [save, load, allowOffline, ocr, preview] = ["save", "load", "allow_offline", "ocr", "preview"].map(flag);
    const snapshot = load === true ? this.saved : await this.#take(allowOffline === true);
    if (snapshot === null) throw unavailable();
    if (save === true && load !== true) {
      this.saved = snapshot;
      this.onSaved();
    }
    const headers = headersOf(snapshot).sort(([a], [b]) => (a < b ? -1 : 1));
    if (ocr === true && this.#ocr.exists)
      return {
        status: 200,
        contentType: TEXT_TYPE,
        headers,
        body: Buffer.from(await this.#ocr.read(request, snapshot)),
      };
    const body = preview === true ? previewOf(request, snapshot) : pictureOf(snapshot);
    return { status: 200, contentType: "image/jpeg", headers, body };
  }

  savedState(): JsonObject | null {
    return this.saved && { online: this.saved.online, width: this.saved.width, height: this.saved.height };
  }

  /** With or without a signal, after having waited for one; null while the streamer does not answer. */
  async raw(): Promise<Snapshot | null> {
    let capture = this.#ustreamer.capture();
    for (let waited = 0; capture?.online === false && waited < PATIENCE_MS; waited += RETRY_MS) {
      await this.#timers.sleep(RETRY_MS);
      capture = this.#ustreamer.capture();
    }
    return capture === undefined ? null : stamped(capture, this.#timers.clock);
  }

  async #take(allowOffline: boolean): Promise<Snapshot | null> {
    const snapshot = await this.raw();
    return snapshot?.online === true || allowOffline ? snapshot : null;
  }
}

export function stamped(capture: Capture, clock: Clock): Snapshot {
  return { ...capture, sent: clock.now(), stamp: clock.wall() };
}

export function pictureOf({ lines, width, height, quality }: Capture): Buffer {
  return jpegOf(lines, { width, height }, quality);
}

/** In ustreamer's order; kvmd sorts them. They describe the whole picture, whatever is made of it. */
export function headersOf(snapshot: Snapshot): (readonly [string, string])[] {
  const { online, width, height, grabbed, sent, stamp } = snapshot;
  const encoded = grabbed === 0 ? sent : grabbed;
  return [
    ...NEVER_KEPT,
    ["X-Timestamp", seconds(stamp)],
    ["X-UStreamer-Online", String(online)],
    ["X-UStreamer-Width", String(width)],
    ["X-UStreamer-Height", String(height)],
    ["X-UStreamer-Grab-Begin-Timestamp", seconds(grabbed)],
    ["X-UStreamer-Grab-End-Timestamp", seconds(grabbed)],
    ["X-UStreamer-Encode-Begin-Timestamp", seconds(encoded)],
    ["X-UStreamer-Encode-End-Timestamp", seconds(encoded)],
    ["X-UStreamer-Send-Timestamp", seconds(sent)],
  ];
}

/** Whole milliseconds, six digits. */
export function seconds(ms: number): string {
  return `${(Math.round(ms) / 1000).toFixed(3)}000`;
}

function previewOf(request: KvmdRequest, snapshot: Snapshot): Buffer {
  const side = (name: string): number => valid.int(request.param(name) ?? "0", { min: 0 });
  const box = { width: side("preview_max_width"), height: side("preview_max_height") };
  const quality = valid.streamQuality(request.param("preview_quality") ?? String(DEFAULT_QUALITY));
  const size = fitted(snapshot, box);
  // kvmd makes nothing of a picture that is small enough.
  if (size.width === snapshot.width && size.height === snapshot.height) return pictureOf(snapshot);
  return encodeJpeg(shrunk(drawn(snapshot.lines, snapshot), size), quality);
}

/** Keeps the proportions and never enlarges; 0 is no limit, two of them are a fifth. */
function fitted({ width, height }: Size, box: Size): Size {
  const none = box.width === 0 && box.height === 0;
  const limit = (side: number, whole: number): number => (none ? whole / PREVIEW_PART : side === 0 ? Infinity : side);
  const scale = Math.min(1, limit(box.width, width) / width, limit(box.height, height) / height);
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}
