import { Readable } from "node:stream";
import { jsonOf } from "./answer";
import { checkContents, type Contents } from "./contents";
import { checkHeader } from "./headers";
import { ConfigurationError } from "../errors";
import { inRange, oneOf } from "../ranges";
import { readableOf } from "./transfer";
import type { CallOptions, Query, RequestOptions, Transport } from "./transport";
import { checkedJpeg } from "../video/jpeg";
import { BODY_FORMATS, METHODS, NOT_VISIBLE_ASCII, type BodyFormat, type Method } from "../vocabulary";
import { sentences } from "../sentences";

export interface StreamOptions extends CallOptions {
  /** Appended to the path; `undefined` ones are left out, booleans are spelled 1 and 0. */
  query?: Query;
  /** A text, bytes, or anything that yields bytes and is read once; any other object or list is sent as JSON. */
  body?: string | Uint8Array | AsyncIterable<Uint8Array> | object;
  /** Sent beside the client's own headers. Those of credentials and of the connection are refused. */
  headers?: Record<string, string>;
  /** Seconds for the answer, more than 0 to 86400, instead of the client's own `timeout`. */
  timeout?: number;
}

export interface ApiRequestOptions extends StreamOptions {
  /** Default `"json"`. */
  as?: BodyFormat;
  /** What the answer must be. Default: anything, but what says that it is a JPEG picture must be one. */
  contents?: Contents | undefined;
}

/** What becomes of a call that is cancelled when it was sent already. */
export type Leaving = Pick<RequestOptions, "settleTime" | "onLeft">;

/** An answer that is a success. */
export interface ApiAnswer<Body> {
  statusCode: number;
  /** By names in lower case. */
  headers: Record<string, string | string[] | undefined>;
  body: Body;
}

/** Makes any call of the device, and reads its whole answer. */
export async function request(
  transport: Transport,
  method: Method,
  path: string,
  { as = "json", contents, ...options }: ApiRequestOptions,
  leaving: Leaving = {},
): Promise<ApiAnswer<unknown>> {
  const format = oneOf("The format", as, BODY_FORMATS);
  const sent = checked(method, path, options);
  const asked = { ...sent.options, ...leaving, pool: "any calls" } as const;
  const answer = await (sent.method === "GET"
    ? transport.read(sent.path, asked)
    : transport.change(sent.method, sent.path, asked));
  const { statusCode, headers } = answer;
  if (contents !== undefined) checkContents(answer, contents);
  if (/^image\/jpeg\b/i.test(String(headers["content-type"]))) checkedJpeg(answer.bytes);
  const body = format === "json" ? jsonOf(answer) : format === "text" ? answer.text : answer.bytes;
  return { statusCode, headers, body };
}

/** Makes any call of the device; its answer is read while it arrives. */
export async function stream(
  transport: Transport,
  method: Method,
  path: string,
  options: StreamOptions,
  leaving: Leaving = {},
): Promise<ApiAnswer<Readable>> {
  const sent = checked(method, path, options);
  const limited = { ...sent.options, ...leaving, limited: "head" } as const;
  const { statusCode, headers, body } = await (sent.method === "GET"
    ? transport.stream(sent.path, limited)
    : transport.changeStreaming(sent.method, sent.path, limited));
  return { statusCode, headers, body: readableOf(body) };
}

interface Sent {
  method: Method;
  path: string;
  options: RequestOptions;
}

function checked(method: Method, path: string, { query, body, headers = {}, timeout, signal }: StreamOptions): Sent {
  // A GET may be sent again, which not every body can be; and no GET of the device has one.
  if (method === "GET" && body !== undefined) throw new ConfigurationError("A GET has no body.");
  for (const [name, value] of Object.entries(headers)) checkHeader(name, value);
  const hasType = Object.keys(headers).some((name) => name.toLowerCase() === "content-type");
  const known = bodyOf(body);
  const type = known.isJson && !hasType ? { "Content-Type": "application/json" } : {};
  return {
    method: oneOf("The method", method, METHODS),
    path: pathOf(path),
    options: {
      signal,
      ...(query === undefined ? {} : { query }),
      body: known.body,
      headers: { ...type, ...headers },
      ...(timeout === undefined ? {} : { timeout: inRange("The timeout", timeout, TIMEOUT) }),
    },
  };
}

/** A timer cannot wait much longer than the longest. */
const TIMEOUT = { min: 0.001, max: 86_400, unit: " s" };

const EXPECTED = 'Expected a path on the device, such as "/api/info".';

/** Checks a path. It must stay on the device and below its sub-path, because our credentials are sent with it. */
function pathOf(path: string): string {
  // No message repeats the path: there may be a secret in its query.
  const refuse = (reason: string): never => {
    throw new ConfigurationError(sentences(`The path ${reason}`, EXPECTED));
  };
  if (!path.startsWith("/")) refuse("does not begin with a slash");
  if (path.startsWith("//")) refuse("begins with two slashes, as the address of another host does");
  if (NOT_VISIBLE_ASCII.test(path)) refuse("has blanks, line breaks or characters that must be percent-encoded");
  if (/[\\#]/.test(path)) refuse("has a backslash or a fragment");
  const [route = ""] = path.split("?");
  if (isBadlyEncoded(route)) refuse("has a percent sign that encodes nothing");
  const segments = decodeURIComponent(route).split(/[/\\]/);
  if (segments.includes("..") || segments.includes(".")) refuse('has a "." or ".." between its slashes');
  return path;
}

function isBadlyEncoded(text: string): boolean {
  try {
    decodeURIComponent(text);
    return false;
  } catch {
    return true;
  }
}

function bodyOf(body: StreamOptions["body"]): { body?: RequestOptions["body"]; isJson: boolean } {
  if (body === undefined || typeof body === "string") return { body, isJson: false };
  if (body instanceof Uint8Array) {
    return { body: Buffer.from(body.buffer, body.byteOffset, body.byteLength), isJson: false };
  }
  if (Symbol.asyncIterator in body) {
    // The caller's type says that it yields bytes; undici refuses anything else.
    const pieces = body as AsyncIterable<Buffer>;
    return { body: () => streamOf(pieces), isJson: false };
  }
  return { body: jsonTextOf(body), isJson: true };
}

function streamOf(pieces: AsyncIterable<Buffer>): Readable {
  return pieces instanceof Readable ? pieces : Readable.from(pieces, { objectMode: false });
}

function jsonTextOf(value: object): string {
  try {
    return JSON.stringify(value);
  } catch (cause) {
    throw new ConfigurationError("The body cannot be written as JSON: it contains itself, or a BigInt.", { cause });
  }
}
