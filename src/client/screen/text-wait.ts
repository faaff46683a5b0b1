import { WaitTimeoutError, type PiKVMError } from "../errors";
import type { OcrOptions } from "../video/snapshot";
import type { CallOptions } from "../http/transport";
import { missingPicture } from "../video/video";
import type { VideoStage } from "../video/viewer";
import { sentences } from "../sentences";

export interface WaitForTextOptions extends CallOptions, Pick<OcrOptions, "langs" | "region"> {
  /** Wait until it is gone instead. Default false. */
  gone?: boolean;
  /** A screen without a signal counts as one from which it is gone. Default false: nothing is known of it then. */
  darkIsGone?: boolean;
  /** What is so already does not count: it must become so. Default false. */
  next?: boolean;
  /** Seconds, up to a day. */
  timeout: number;
  /** Seconds from one look to the next at least; a device may take longer to read a screen. Default 1. */
  interval?: number;
  /** Seconds for which every look must find it so. Default 0: one look is enough. */
  holdFor?: number;
}

/** What was waited for. */
export interface FoundText {
  /** What was found; null when it was waited for until it is gone. */
  found: string | null;
  /** All that was read. */
  text: string;
}

/** What a wait has seen so far, for its error. */
export interface Seen {
  /** The video ran, or could have: the device is there. */
  isReached?: boolean;
  text?: string;
  /** Why the last look failed. */
  error?: PiKVMError | undefined;
}

type Wanted = Required<Pick<WaitForTextOptions, "gone" | "next" | "holdFor">>;

const SHOWN = 300;

/** The error for what was not seen in time. */
export function lateError(
  wanted: string,
  { gone, next, holdFor }: Wanted,
  timeout: number,
  seen: Seen,
  stage: VideoStage,
): WaitTimeoutError {
  const { text = "", error: cause } = seen;
  const state = gone ? "was not seen to be gone from the screen" : "was not on the screen";
  const time = holdFor > 0 ? ` for ${holdFor} s` : "";
  const message = `"${wanted}" ${state}${next ? " anew" : ""}${time} within ${timeout} s.`;
  return new WaitTimeoutError(sentences(message, lastSight(seen, stage, gone)), { cause, lastValue: text });
}

const DARK = "That counts as gone only where it is set so.";

function lastSight({ text, error }: Seen, stage: VideoStage, gone: boolean): string {
  if (stage !== "running") return sentences(missingPicture(stage).message, stage === "no signal" && gone ? DARK : "");
  if (error) return `It could not be read at last: ${error.message}`;
  if (text === undefined) return "It was not read in that time.";
  return text === "" ? "There was no text on it." : `Read at last: ${text.slice(-SHOWN)}`;
}
