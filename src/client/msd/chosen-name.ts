import { randomUUID } from "node:crypto";
import { pause } from "../deadline";
import { CancelledError } from "../errors";

/** Reads the end of the device's log. */
export type LogReader = (options: { seek: number; signal: AbortSignal }) => Promise<string>;

/** Seconds of the log that are read: the line has just been written. */
const SEEK = 30;
const TRIES = 3;
const PAUSE = 0.5;

/**
 * An address with a mark by which its line in the device's log is found again: a fragment, which the device writes into
 * its log and does not send to the web server.
 */
export function marked(address: URL): { url: string; mark: string } {
  const mark = randomUUID();
  const copy = new URL(address);
  copy.hash = mark;
  return { url: copy.href, mark };
}

/**
 * The name that the device has chosen for an image that it refused to download, because that name is taken. Its answer
 * does not say it, and what a URL looks like is no proof; the device's log has the line, at once or a moment later.
 * @returns undefined where the log does not say it, or cannot be read.
 */
export async function chosenName(read: LogReader, mark: string, signal: AbortSignal): Promise<string | undefined> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    if (tries > 0) await pause(PAUSE, signal);
    const log = await read({ seek: SEEK, signal }).catch((error: unknown) => {
      if (error instanceof CancelledError) throw error;
      return undefined;
    });
    const name = log === undefined ? undefined : nameIn(log, mark);
    if (log === undefined || name !== undefined) return name;
  }
  return undefined;
}

/** Of `Downloading image '<url>' as '<name>' to MSD ...`, where both are written as Python writes a text. */
function nameIn(log: string, mark: string): string | undefined {
  const line = new RegExp(`#${mark}['"] as (?:'((?:[^'\\\\]|\\\\.)*)'|"((?:[^"\\\\]|\\\\.)*)") to `).exec(log);
  const written = line?.[1] ?? line?.[2];
  // Other escapes stand for what is never in the name of an image.
  return written === undefined || /\\[^'"\\]/.test(written.replaceAll("\\\\", ""))
    ? undefined
    : written.replace(/\\(.)/g, "$1");
}
