import { ResponseError } from "../errors";
import { badResponse, documentOf, resultOf } from "./answer";
import type { WholeAnswer } from "./http";

/** What an answer may have to be, whatever its headers say; each throws where it is not. */
const CONTENTS = { result: resultOf, document: documentOf, log: logOf, metrics: metricsOf };

/** `result` is the device's envelope, `document` any JSON object. */
export type Contents = keyof typeof CONTENTS;

/** @throws ResponseError for an answer that is something else. */
export function checkContents(answer: WholeAnswer, contents: Contents): void {
  CONTENTS[contents](answer);
}

/**
 * The text of an answer that says it is one, or nothing.
 * @param expected for the message.
 * @throws ResponseError where it says something else, and where it is not so: no text has these bytes.
 */
export function textOf(answer: WholeAnswer, expected: string): string {
  const { headers, bytes } = answer;
  const text = /^(text\/plain\b|$)/i.test(String(headers["content-type"] ?? "")) ? decoded(bytes) : undefined;
  if (text === undefined) throw badResponse(answer, expected);
  return text;
}

/** Whether a log may begin so: not with what others answer in its place, nor with anything but text. */
export function isLog(text: string): boolean {
  return !/^\s*(<(!doctype html|html)\b|\{\s*"ok":)/i.test(text) && !/[\0\ufffd]/.test(text.slice(0, LOOK));
}

const LOOK = 4096;

/** The device's log. @throws ResponseError for what is none, such as somebody's web page. */
export function logOf(answer: WholeAnswer): string {
  const text = textOf(answer, "Expected a log.");
  if (!isLog(text)) throw badResponse(answer, "Expected a log.");
  return text;
}

const SAMPLE = /^[a-z_:][\w:]*(?:\{[^}]*\})?[ \t]+(?:[-+]?(?:inf|nan)|[-+]?[\d.][\d.e+-]*)(?:[ \t]+-?\d+)?$/i;

/** Bytes of all metrics. A device has some thousand; each line takes many times its length while it is read. */
const MAX_METRICS = 1024 * 1024;

/** As Prometheus reads them. @throws ResponseError for what is none, for none at all, and for far too many. */
export function metricsOf(answer: WholeAnswer): string {
  if (answer.bytes.length > MAX_METRICS) {
    const message = `The metrics are longer than ${MAX_METRICS / 1024 / 1024} MiB: they are none of a PiKVM.`;
    throw new ResponseError(message, answer, { code: "TOO_LONG" });
  }
  const text = textOf(answer, "Expected metrics.");
  const samples = text.split(/\r?\n/).filter((line) => line.trim() !== "" && !line.startsWith("#"));
  const isRight = samples.length > 0 && samples.every((line) => SAMPLE.test(line.trim()));
  if (!isRight) throw badResponse(answer, "Expected metrics.");
  return text;
}

/** @returns undefined for what is no text. */
function decoded(bytes: Buffer): string | undefined {
  if (bytes.includes(0)) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
