import { badResponse } from "../http/answer";
import { textOf } from "../http/contents";
import { checkedJpeg } from "./jpeg";
import { ConfigurationError, PiKVMError, ResponseError } from "../errors";
import type { WholeAnswer } from "../http/http";
import { inRange, integerIn } from "../ranges";
import type { Limits } from "./streamer-state";
import type { CallOptions, Query } from "../http/transport";
import { takes } from "../versions";

export interface PictureOptions extends CallOptions {
  /** Keep it on the device, in the one place for a saved picture. Default false. */
  save?: boolean;
  /** Take the saved one instead of a new one; works while nobody watches too. Default false. */
  load?: boolean;
  /** Without a video signal take the device's "NO LIVE VIDEO" picture. Default false. */
  allowOffline?: boolean;
}

export interface Preview {
  /**
   * Pixels; the proportions are kept, and nothing is enlarged. 0 = as the other side demands; both 0 = a fifth. Default
   * 0.
   */
  maxWidth?: number;
  maxHeight?: number;
  /** JPEG quality, 1 to 100. Default 80. A picture that need not be made smaller comes as it is, whatever is given. */
  quality?: number;
}

export interface SnapshotOptions extends PictureOptions {
  /** A smaller picture. Default false. */
  preview?: boolean | Preview;
}

export interface OcrOptions extends PictureOptions {
  /** Names from `getOcrInfo`; default the device's. */
  langs?: readonly string[] | undefined;
  /**
   * The part to read, in pixels of the picture; `right` and `bottom` are coordinates. What is left out is that edge.
   */
  region?: { left?: number; top?: number; right?: number; bottom?: number } | undefined;
}

/** What the device says of a picture; it may leave out any of that. */
export interface PictureFacts {
  /** Whether there was a video signal. */
  online: boolean | undefined;
  /** Of the whole picture, also for a preview. */
  width: number | undefined;
  height: number | undefined;
  /** Seconds since 1970. */
  timestamp: number | undefined;
}

/** A picture of the screen. */
export interface Snapshot extends PictureFacts {
  /** JPEG. */
  image: Buffer;
  /** Seconds of the device's own clock. */
  times: Record<"grabBegin" | "grabEnd" | "encodeBegin" | "encodeEnd" | "send", number | undefined>;
}

export interface OcrInfo {
  enabled: boolean;
  langs: { default: string[]; available: string[] };
}

export const QUALITY = { min: 1, max: 100 };
const SIDE = { min: 0, max: Infinity };

/** The query of a preview. @throws ConfigurationError for what is out of range. */
export function previewOf({ maxWidth, maxHeight, quality }: Preview): Query {
  const optional = (name: string, value: number | undefined, range: Limits) =>
    value === undefined ? undefined : integerIn(name, value, range);
  return {
    preview: true,
    preview_max_width: optional("The width", maxWidth, SIDE),
    preview_max_height: optional("The height", maxHeight, SIDE),
    preview_quality: optional("The quality", quality, QUALITY),
  };
}

/**
 * The query of a region.
 * @throws ConfigurationError for an empty one, which the device would take for the whole picture.
 */
export function regionOf(region: NonNullable<OcrOptions["region"]>): Query {
  for (const [name, value] of Object.entries(region)) inRange(name, value, SIDE);
  const edge = (value: number | undefined) => (value === undefined ? undefined : Math.round(value));
  // As they are sent: what is less than a pixel wide may be nothing then.
  const [left, top, right, bottom] = [edge(region.left), edge(region.top), edge(region.right), edge(region.bottom)];
  if ((left ?? 0) >= (right ?? Infinity) || (top ?? 0) >= (bottom ?? Infinity))
    throw new ConfigurationError("The region to read is empty: right and bottom are coordinates, not sizes.");
  return { ocr_left: left, ocr_top: top, ocr_right: right, ocr_bottom: bottom };
}

/** @throws ConfigurationError for a language that the device has not. One that cannot read at all says so itself. */
export function checkLangs(langs: readonly string[], { enabled, langs: { available } }: OcrInfo): void {
  const unknown = langs.filter((lang) => !available.includes(lang));
  if (!enabled || unknown.length === 0) return;
  const names = unknown.map((lang) => `"${lang}"`).join(", ");
  throw new ConfigurationError(`The device cannot read the language ${names}; it has ${available.join(", ")}.`);
}

/**
 * @throws ConfigurationError for a region that begins outside of the picture: the device has read all of it instead.
 */
export function checkRegion({ left = 0, top = 0 }: NonNullable<OcrOptions["region"]>, answer: WholeAnswer): void {
  const { online, width = Infinity, height = Infinity } = factsOf(headersOf(answer));
  // A picture that says "NO LIVE VIDEO" has a size of its own.
  if (online === false || (Math.round(left) < width && Math.round(top) < height)) return;
  const text = `The region to read begins at ${left}, ${top}, outside of the picture of ${width} x ${height} pixels.`;
  throw new ConfigurationError(text, { code: OUTSIDE });
}

const OUTSIDE = "REGION_OUTSIDE";

/** A computer that boots has pictures of several sizes: what is outside of one may be in the next. */
export const isOutside = (error: unknown): error is ConfigurationError =>
  error instanceof ConfigurationError && error.code === OUTSIDE;

/** @throws ResponseError for what is no picture, with the code `JPEG` where only the headers say that it is one. */
export function snapshotOf(answer: WholeAnswer): Snapshot {
  const header = headersOf(answer);
  if (!/^image\/jpeg/i.test(header("content-type"))) throw badResponse(answer, "Expected a JPEG picture.");
  const time = (name: string) => numberOf(header(`x-ustreamer-${name}-timestamp`));
  return {
    image: checkedJpeg(answer.bytes),
    ...factsOf(header),
    times: {
      grabBegin: time("grab-begin"),
      grabEnd: time("grab-end"),
      encodeBegin: time("encode-begin"),
      encodeEnd: time("encode-end"),
      send: time("send"),
    },
  };
}

/** Characters that are read from a screen: the smallest letters on the largest screen are not as many. */
const MAX_TEXT = 100_000;

/**
 * @throws PiKVMError for the picture instead, ResponseError for anything else that is no text, and for one that no
 * screen has room for (code `TOO_LONG`): to look for something in it would take too long.
 */
export function recognisedText(answer: WholeAnswer): string {
  const type = headersOf(answer)("content-type");
  if (/^image\//i.test(type))
    throw new PiKVMError(`The device cannot read the text on a screen: ${takes("ocr")}`, { code: "NOT_SUPPORTED" });
  const text = textOf(answer, "Expected a text.");
  if (text.length <= MAX_TEXT) return text;
  const message = `The device says that it has read ${text.length} characters on the screen; at most ${MAX_TEXT} are taken.`;
  throw new ResponseError(message, answer, { code: "TOO_LONG" });
}

/**
 * What the headers of a picture say of it.
 * @param header answers with the value of a header, by its name in small letters; empty when absent.
 */
export function factsOf(header: (name: string) => string): PictureFacts {
  const online = header("x-ustreamer-online");
  return {
    online: online === "" ? undefined : online === "true",
    width: numberOf(header("x-ustreamer-width")),
    height: numberOf(header("x-ustreamer-height")),
    timestamp: numberOf(header("x-timestamp")),
  };
}

/** @returns undefined for what is absent, or no number. */
export function numberOf(text: string): number | undefined {
  const number = text === "" ? NaN : Number(text);
  return Number.isFinite(number) ? number : undefined;
}

function headersOf({ headers }: WholeAnswer): (name: string) => string {
  return (name) => {
    const value = headers[name];
    return typeof value === "string" ? value : "";
  };
}
