import { type IncomingHttpHeaders, STATUS_CODES } from "node:http";

import type { KvmdError } from "./errors";
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
  /** nginx forgets Strict-Transport-Security where a location has headers of its own. */
  readonly forgetful?: boolean;
  /** Called once nobody needs the body any more, sent or not. */
  readonly discard?: () => void;
}

/** nginx names itself in its own pages and in every header. */
export const SERVER = "nginx/1.22.1";

/** On every answer over TLS. */
export const STRICT_TRANSPORT = ["Strict-Transport-Security", "max-age=31536000; includeSubDomains"] as const;

/** On pictures and on the pages of the web interface. */
export const UNCACHED = [
  "Cache-Control",
  "no-store, no-cache, must-revalidate, proxy-revalidate, pre-check=0, post-check=0, max-age=0",
] as const;

export const JSON_TYPE = "application/json; charset=utf-8";
export const TEXT_TYPE = "text/plain; charset=utf-8";
export const HTML_TYPE = "text/html; charset=utf-8";

export function ok(result: Json = {}): Reply {
  return envelope(200, result);
}

export function refusal(error: KvmdError): Reply {
  return envelope(error.status, { error: error.kind, error_msg: error.message, ...error.more });
}

/** `ok` is literally `status == 200`. */
export function envelope(status: number, result: Json): Reply {
  return {
    status,
    contentType: JSON_TYPE,
    body: Buffer.from(dumpsPretty({ ok: status === 200, result })),
  };
}

/** JSON without the envelope. */
export function document(value: Json): Reply {
  return { status: 200, contentType: JSON_TYPE, body: Buffer.from(dumpsPretty(value)) };
}

export function noContent(): Reply {
  return { status: 204, body: Buffer.alloc(0) };
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

/** An ordinary request where a WebSocket is expected. */
export function notUpgraded({ upgrade }: IncomingHttpHeaders): Reply {
  return text(400, `No WebSocket UPGRADE hdr: ${upgrade ?? "None"}\n Can "Upgrade" only to "WebSocket".`);
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
  return { status, contentType: HTML_TYPE, body: nginxHtml(title, [`<h1>${title}</h1>`]), ...more };
}

/** nginx's answer to plain HTTP where it speaks TLS. */
export function httpsWanted(): Reply {
  const reason = "The plain HTTP request was sent to HTTPS port";
  const body = nginxHtml(`400 ${reason}`, ["<h1>400 Bad Request</h1>", reason]);
  return { status: 400, contentType: HTML_TYPE, body, close: true };
}

function nginxHtml(title: string, lines: readonly string[]): Buffer {
  const page = [
    "<html>",
    `<head><title>${title}</title></head>`,
    "<body>",
    ...lines.map((line) => `<center>${line}</center>`),
    `<hr><center>${SERVER}</center>`,
    "</body>",
    "</html>",
    "",
  ];
  return Buffer.from(page.join("\r\n"));
}

/** The web interface's pages are never kept. */
export function loginPage(now: number): Reply {
  const expires = new Date(now - 1000).toUTCString();
  const headers = [["Location", "/login/"], ["Expires", expires], ["Cache-Control", "no-cache"], UNCACHED] as const;
  return nginxPage(301, { contentType: "text/html", headers, forgetful: true });
}

/** Status lines that nginx words differently from the standard. */
export function reasonOf({ status, contentType }: Reply): string {
  if (status === 413) return "Request Entity Too Large";
  // What kvmd's framework says passes through nginx as it is.
  if (status === 302 && contentType !== TEXT_TYPE) return "Moved Temporarily";
  return STATUS_CODES[status] ?? "";
}
