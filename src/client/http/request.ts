import { Readable } from "node:stream";
import { jsonOf } from "./answer";
import { ConfigurationError } from "../errors";
import { inRange, oneOf } from "../ranges";
import { readableOf } from "./transfer";
import type { CallOptions, Query, RequestOptions, Transport } from "./transport";
import { BODY_FORMATS, METHODS, type BodyFormat, type Method } from "../vocabulary";

export interface StreamOptions extends CallOptions {
  /** Appended to the path; `undefined` ones are left out, booleans are spelled 1 and 0. */
  query?: Query;
  /** A text, bytes, or anything that yields bytes and is read once; any other object or list is sent as JSON. */
  body?: string | Uint8Array | AsyncIterable<Uint8Array> | object;
  /** Beside the client's own. What carries credentials or belongs to the connection is refused. */
  headers?: Record<string, string>;
  /** Seconds for the answer, more than 0 to 86400, instead of the client's own `timeout`. */
  timeout?: number;
}

export interface ApiRequestOptions extends StreamOptions {
  /** Default `"json"`. */
  as?: BodyFormat;
}

/** An answer that is a success. */
export interface ApiAnswer<Body> {
  statusCode: number;
  /** By names in lower case. */
  headers: Record<string, string | string[] | undefined>;
  body: Body;
}

/** A whole answer to any call. */
export async function request(
  transport: Transport,
  method: Method,
  path: string,
  { as = "json", ...options }: ApiRequestOptions,
): Promise<ApiAnswer<unknown>> {
  const format = oneOf("The format", as, BODY_FORMATS);
  const sent = checked(method, path, options);
  const asked = { ...sent.options, pool: "any calls" } as const;
  const answer = await (sent.method === "GET"
    ? transport.read(sent.path, asked)
    : transport.change(sent.method, sent.path, asked));
  const { statusCode, headers } = answer;
  const body = format === "json" ? jsonOf(answer) : format === "text" ? answer.text : answer.bytes;
  return { statusCode, headers, body };
}

/** An answer to any call that is read while it arrives. */
export async function stream(
  transport: Transport,
  method: Method,
  path: string,
  options: StreamOptions,
): Promise<ApiAnswer<Readable>> {
  const sent = checked(method, path, options);
  const limited = { ...sent.options, limited: "head" } as const;
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
  // One that is read once could not be sent again, and no call of the device wants one.
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

/** Longer ones overflow a timer. */
const TIMEOUT = { min: 0.001, max: 86_400, unit: " s" };

const EXPECTED = 'Expected a path on the device, such as "/api/info".';

/** It must stay on the device and below its sub-path: our credentials go with it. */
function pathOf(path: string): string {
  // No message repeats it: somebody may have put a secret into its query.
  const refuse = (reason: string): never => {
    throw new ConfigurationError(`The path ${reason}. ${EXPECTED}`);
  };
  if (!path.startsWith("/")) refuse("does not begin with a slash");
  if (path.startsWith("//")) refuse("begins with two slashes, as the address of another host does");
  if (/[^\x21-\x7e]/.test(path)) refuse("has blanks, line breaks or characters that must be percent-encoded");
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

/** Credentials and the connection are the client's business. */
const OWN_HEADERS =
  /^(authorization|cookie|x-kvmd-.*|host|content-length|connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|expect)$/i;

function checkHeader(name: string, value: string): void {
  if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) throw new ConfigurationError("A header has a name that cannot be sent.");
  if (OWN_HEADERS.test(name)) throw new ConfigurationError(`The header ${name} is the client's own and cannot be set.`);
  if (!/^[\t\x20-\x7e]*$/.test(value)) {
    throw new ConfigurationError(`The header ${name} has a value with characters that cannot be sent.`);
  }
}

function bodyOf(body: StreamOptions["body"]): { body?: RequestOptions["body"]; isJson: boolean } {
  if (body === undefined || typeof body === "string") return { body, isJson: false };
  if (body instanceof Uint8Array) return { body: Buffer.from(body.buffer, body.byteOffset, body.byteLength), isJson: false }; // prettier-ignore
  if (Symbol.asyncIterator in body) {
    // That it yields bytes is what the caller's type says; undici refuses anything else.
    return { body: body as AsyncIterable<Buffer>, isJson: false };
  }
  return { body: jsonTextOf(body), isJson: true };
}

function jsonTextOf(value: object): string {
  try {
    return JSON.stringify(value);
  } catch (cause) {
    throw new ConfigurationError("The body cannot be written as JSON: it contains itself, or a BigInt.", { cause });
  }
}
