import type { Random } from "./random";

/**
 * Where in a message it strikes: before its first byte, inside its first line, inside its head, behind that, inside its
 * body, or behind its last byte.
 */
const PLACES = ["start", "line", "head", "neck", "body", "end"] as const;
type Place = (typeof PLACES)[number];

/** How a connection ends there: in order, with a reset, or not at all, in silence. */
const ENDS = ["fin", "rst", "hang"] as const;
type End = (typeof ENDS)[number];

/** Of a firmware that has had too many refused logins. */
export const LOCKED = JSON.stringify({
  ok: false,
  result: { error: "RateLimitError", error_msg: "Too many attempts", remaining_time: 60 },
});

/** More bytes than are read of any answer, and of any record of one. */
const TOO_MUCH = { answer: 33 * 1024 * 1024, record: 2 * 1024 * 1024 };

/** What something in between answers in the device's place. */
const FOREIGN = {
  garbage: "\x00\x01 this is not HTTP \xff\xfe\r\n\r\n",
  "web page": page(200, "OK"),
  "status 204": "HTTP/1.1 204 No Content\r\nConnection: keep-alive\r\n\r\n",
  "proxy 404": page(404, "Not Found"),
  "proxy 500": page(500, "Internal Server Error"),
  "proxy 502": page(502, "Bad Gateway"),
  "proxy 503": page(503, "Service Unavailable"),
  "proxy 504": page(504, "Gateway Time-out"),
  "proxy 409": page(409, "Conflict"),
  "proxy 401": page(401, "Authorization Required"),
  "redirect 301": page(301, "Moved Permanently", "Location: https://elsewhere.invalid/\r\n"),
  "redirect 302": page(302, "Found", "Location: https://elsewhere.invalid/\r\n"),
  "redirect 303": page(303, "See Other", "Location: https://elsewhere.invalid/\r\n"),
  "redirect 307": page(307, "Temporary Redirect", "Location: https://elsewhere.invalid/\r\n"),
  "redirect 308": page(308, "Permanent Redirect", "Location: https://elsewhere.invalid/\r\n"),
  "account locked": answer(429, "Too Many Requests", "application/json", LOCKED),
  "broken JSON": answer(200, "OK", "application/json", '{"ok": true, "resu'),
  "deep JSON": answer(200, "OK", "application/json", "[".repeat(100_000)),
  "another answer": answer(200, "OK", "application/json", '{"ok": true, "result": []}'),
  "long head": page(200, "OK", `X-Long: ${"x".repeat(100_000)}\r\n`),
  /** The rest of it is zeros. */
  "long body": `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${TOO_MUCH.answer}\r\n\r\n`,
} as const;
export type Foreign = keyof typeof FOREIGN;
const FOREIGNERS = Object.keys(FOREIGN) as Foreign[]; // they are its keys

/** All of its bytes, one part after the other. */
export const foreignParts = (what: Foreign): Buffer[] => [
  Buffer.from(FOREIGN[what], "latin1"),
  ...(what === "long body" ? [Buffer.alloc(TOO_MUCH.record)] : []),
];

/** Statuses of requests that were not carried out, by RFC 9110. */
const REFUSALS: ReadonlySet<Foreign> = new Set<Foreign>([
  ...(["proxy 401", "proxy 404", "account locked"] satisfies Foreign[]),
  ...(["redirect 301", "redirect 307", "redirect 308"] satisfies Foreign[]),
]);
/** Statuses of requests that were carried out. */
const ASSURANCES: ReadonlySet<Foreign> = new Set<Foreign>(["another answer", "status 204"]);

/** Whether it refuses the login, which is then not offered again for a while. */
export const isRefusedLogin = (strike: Strike): boolean =>
  strike.kind === "foreign" && ["proxy 401", "account locked"].includes(strike.what);

/** What happens to one request on its way. */
export type Strike =
  /** The connection ends at a place of the request, or of the answer. */
  | { kind: "cut"; of: "request" | "answer"; at: Place; part: number; how: End }
  /** The answer comes from something in between: instead of the device, or after it has done what it was asked. */
  | { kind: "foreign"; what: Foreign; after: boolean }
  /** kvmd itself is busy the first time. */
  | { kind: "busy" }
  /** Nobody gives up but the client: the request, or its answer, comes too late. */
  | { kind: "late"; of: "request" | "answer"; ms: number }
  /** The answer comes in small pieces. */
  | { kind: "drip"; pieces: number; ms: number }
  /** It is answered twice. */
  | { kind: "twice" }
  /** kvmd restarts when it has got the request, or has forgotten its sessions just before. */
  | { kind: "restart" }
  | { kind: "expire" };

/**
 * Whether it says what is not so in words that leave no doubt, which no client can know: that a request was refused
 * which was carried out, or, as the device says it, that one was carried out which never came.
 */
export const isLie = (strike: Strike): boolean =>
  strike.kind === "foreign" && (strike.after ? REFUSALS : ASSURANCES).has(strike.what);

/** Whether it says that it was carried out, whatever the device has said: that the session is over, perhaps. */
export const isAssurance = (strike: Strike): boolean => strike.kind === "foreign" && ASSURANCES.has(strike.what);

/** Milliseconds after which it is late. */
const LIMIT = 1000;

/** Whether it is a matter of patience when the client gives up. */
export const isEndless = (strike: Strike): boolean =>
  (strike.kind === "late" && strike.ms >= LIMIT) ||
  (strike.kind === "drip" && strike.ms * strike.pieces >= LIMIT) ||
  (strike.kind === "cut" && strike.how === "hang");

const MOSTLY = ["cut", "cut", "cut", "foreign", "foreign", "foreign", "late"] as const;
const SELDOM = ["late", "drip", "busy", "twice", "restart", "expire"] as const;

/** Chosen by chance. @param late milliseconds that are too late. */
export function anyStrike(random: Random, late: number): Strike {
  const of = random.pick(["request", "answer"] as const);
  const kind = random.next() < 0.7 ? random.pick(MOSTLY) : random.pick(SELDOM);
  switch (kind) {
    case "cut":
      return { kind, of, at: random.pick(PLACES), part: random.next(), how: random.pick(ENDS) };
    case "foreign":
      return { kind, what: random.pick(FOREIGNERS), after: random.next() < 0.5 };
    case "late":
      return { kind, of, ms: random.pick([10, late]) };
    case "drip":
      return { kind, pieces: 2 + random.below(20), ms: random.pick([0, 2, 40]) };
    case "busy":
    case "twice":
    case "restart":
    case "expire":
      return { kind };
  }
}

/**
 * Each kind of strike, and each in every place where it may be.
 * @param late as for `anyStrike`.
 */
export const everyStrike = (late: number): Strike[] => [
  ...(["request", "answer"] as const).flatMap((of) => [
    ...PLACES.flatMap((at) => ENDS.map((how): Strike => ({ kind: "cut", of, at, part: 0.5, how }))),
    ...[10, late].map((ms): Strike => ({ kind: "late", of, ms })),
  ]),
  ...FOREIGNERS.flatMap((what) => [false, true].map((after): Strike => ({ kind: "foreign", what, after }))),
  ...[5, late / 10].map((ms): Strike => ({ kind: "drip", pieces: 20, ms })),
  ...(["busy", "twice", "restart", "expire"] as const).map((kind): Strike => ({ kind })),
];

/** Where in a message that is. @param total undefined where it is not known. */
export function offsetOf(at: Place, part: number, head: number, total: number | undefined): number {
  if (at === "start") return 0;
  // As short as the shortest: `GET / HTTP/1.1`.
  if (at === "line") return 1 + Math.floor(part * 13);
  if (at === "head") return 1 + Math.floor(part * (head - 1));
  if (at === "neck") return head;
  if (at === "end") return Infinity;
  const body = total === undefined ? 1000 : total - head;
  return body < 2 ? head : head + 1 + Math.floor(part * (body - 1));
}

export const BUSY = Buffer.from(
  answer(
    409,
    "Conflict",
    "application/json",
    JSON.stringify({ ok: false, result: { error: "IsBusyError", error_msg: "Performing another operation" } }),
  ),
);

function page(status: number, reason: string, headers = ""): string {
  return answer(status, reason, "text/html", `<html><body><h1>${status} ${reason}</h1></body></html>`, headers);
}

function answer(status: number, reason: string, type: string, body: string, headers = ""): string {
  const head = `HTTP/1.1 ${status} ${reason}\r\nContent-Type: ${type}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n`;
  return `${head}${headers}Connection: keep-alive\r\n\r\n${body}`;
}
