import type { Strike } from "./strike";

/** By which names an error may come for what happened to a request; none: it must not be an error. */
export function namesFor(strike: Strike, { timeout, isSocket }: { timeout: number; isSocket: boolean }): string[] {
  const names = namesOf(strike, timeout);
  // What follows a handshake must be frames.
  const mayFail = names.length > 0 || strike.kind === "twice";
  // A WebSocket may take its time to be opened again.
  return mayFail && isSocket ? [...names, "WebSocketError", "ConnectionTimeoutError"] : names;
}

/** A call may have a longer limit than the flow has patience. */
const LATE = ["ConnectionTimeoutError", "WaitTimeoutError", "CancelledError"];
const CUT_SHORT = ["ResponseError", "ConnectError"];

function namesOf(strike: Strike, timeout: number): string[] {
  switch (strike.kind) {
    case "cut":
      // The next request of the same message may be the one that meets it.
      if (strike.how === "hang") return LATE;
      if (strike.of === "answer" && strike.at === "end") return strike.how === "rst" ? CUT_SHORT : [];
      return strike.of === "request" || strike.at === "head" ? ["ConnectError"] : CUT_SHORT;
    case "foreign":
      return [FOREIGN_NAMES[strike.what]];
    case "late":
      return strike.ms > timeout * 1000 ? LATE : [];
    case "drip":
      return strike.ms * strike.pieces > timeout * 1000 ? LATE : [];
    case "restart":
      return ["APIError", "ConnectError"];
    case "busy":
      return ["BusyError"];
    case "twice":
    case "expire":
      return [];
  }
}

const FOREIGN_NAMES: Record<Extract<Strike, { kind: "foreign" }>["what"], string> = {
  garbage: "ResponseError",
  "web page": "ResponseError",
  "proxy 502": "APIError",
  "proxy 503": "UnavailableError",
  "proxy 504": "APIError",
  "proxy 409": "BusyError",
  "proxy 401": "AuthError",
  "redirect 301": "RedirectError",
  "redirect 302": "RedirectError",
  "redirect 303": "RedirectError",
  "broken JSON": "ResponseError",
  "deep JSON": "ResponseError",
  "another answer": "ResponseError",
};
