import { STATUS_CODES } from "node:http";

import { type KvmdError } from "./errors";
import { dumpsPretty, type Json } from "./python";

/** An answer as a value, so that it can be looked at, spoiled or thrown away before it is sent. */
export interface Reply {
  readonly status: number;
  readonly contentType?: string;
  /** Besides what every answer carries (Server, Date, Content-*, Connection, Strict-Transport-Security). */
  readonly headers?: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer | AsyncIterable<Buffer>;
  /** Known length of a streamed body; without it the body goes out chunked. */
  readonly length?: number;
  /** Ends the connection after the answer, as nginx does after some failures. */
  readonly close?: boolean;
  /** Called once nobody needs the body any more, sent or not. */
  readonly discard?: () => void;
}

/** nginx names itself in its own pages and in every header. */
export const SERVER = "nginx/1.22.1";

/** On every answer over TLS. */
export const STRICT_TRANSPORT = ["Strict-Transport-Security", "max-age=31536000; includeSubDomains"] as const;

export const JSON_TYPE = "application/json; charset=utf-8";
export const TEXT_TYPE = "text/plain; charset=utf-8";
export const HTML_TYPE = "text/html; charset=utf-8";

export function ok(result: Json = {}): Reply {
  return envelope(200, result);
}

export function refusal(error: KvmdError): Reply {
  return envelope(error.status, { error: error.kind, error_msg: error.message });
}

/** `ok` is literally `status == 200`. */
export function envelope(status: number, result: Json): Reply {
  return {
    status,
    contentType: JSON_TYPE,
    body: Buffer.from(dumpsPretty({ ok: status === 200, result })),
  };
}

export function text(status: number, body: string, headers: Reply["headers"] = []): Reply {
  return { status, contentType: TEXT_TYPE, headers, body: Buffer.from(body) };
}

export function html(body: string): Reply {
  return { status: 200, contentType: HTML_TYPE, body: Buffer.from(body) };
}

/** The web framework's own answers for what never reached a handler. */
export function plainStatus(status: number, headers: Reply["headers"] = []): Reply {
  return text(status, `${status}: ${STATUS_CODES[status] ?? ""}`, headers);
}

/** What an unhandled exception in kvmd looks like from outside. */
export function crash(): Reply {
  return text(500, "500 Internal Server Error\n\nServer got itself in trouble");
}

const NGINX_TITLES: Readonly<Record<number, string>> = {
  302: "302 Found",
  401: "401 Authorization Required",
  413: "413 Request Entity Too Large",
  504: "504 Gateway Time-out",
};

/** One of nginx's own pages. */
export function nginxPage(status: number, more: Partial<Reply> = {}): Reply {
  const title = NGINX_TITLES[status] ?? `${status} ${STATUS_CODES[status] ?? ""}`;
  const page = [
    "<html>",
    `<head><title>${title}</title></head>`,
    "<body>",
    `<center><h1>${title}</h1></center>`,
    `<hr><center>${SERVER}</center>`,
    "</body>",
    "</html>",
    "",
  ].join("\r\n");
  return { status, contentType: HTML_TYPE, body: Buffer.from(page), ...more };
}

/** Status lines that nginx words differently from the standard. */
export function reasonOf({ status, contentType }: Reply): string {
  if (status === 413) return "Request Entity Too Large";
  // What kvmd's framework says passes through nginx as it is.
  if (status === 302 && contentType !== TEXT_TYPE) return "Moved Temporarily";
  return STATUS_CODES[status] ?? "";
}
