import { isEndless, type Strike } from "./strike";

/** By which names an error may come for what happened to a request; none: it must not be an error. */
export function namesFor(strike: Strike, isSocket: boolean): readonly string[] {
  // Whoever has little time may also give up before it happens.
  const names = isEndless(strike) ? LATE : namesOf(strike);
  // What follows a handshake must be frames, and whoever waits for them needs more than the handshake.
  const mayFail = names.length > 0 || strike.kind === "twice" || strike.kind === "cut";
  // A WebSocket may take its time to be opened again; and the device, whose clock runs fast, drops one that is silent.
  return mayFail && isSocket ? [...names, "WebSocketError", "ConnectionTimeoutError", "ConnectError"] : names;
}

/** A call may have a longer limit than the flow has patience. */
const LATE = ["ConnectionTimeoutError", "WaitTimeoutError", "CancelledError"];
const CUT_SHORT = ["ResponseError", "ConnectError"];

function namesOf(strike: Strike): string[] {
  switch (strike.kind) {
    case "cut":
      if (strike.of === "answer" && strike.at === "end") return strike.how === "rst" ? CUT_SHORT : [];
      return strike.of === "request" || ["start", "line", "head"].includes(strike.at) ? ["ConnectError"] : CUT_SHORT;
    case "foreign":
      return [FOREIGN_NAMES[strike.what]];
    case "restart":
      // What it had accepted is gone, and what was waited for never comes; a relay is as it is at the start.
      return ["APIError", "ConnectError", "WaitTimeoutError", "PiKVMError"];
    case "busy":
      return ["BusyError"];
    case "late":
    case "drip":
    case "twice":
    case "expire":
      return [];
  }
}

const FOREIGN_NAMES: Record<Extract<Strike, { kind: "foreign" }>["what"], string> = {
  garbage: "ResponseError",
  "web page": "ResponseError",
  "status 204": "ResponseError",
  "proxy 404": "APIError",
  "proxy 500": "APIError",
  "proxy 502": "APIError",
  "proxy 503": "UnavailableError",
  "proxy 504": "APIError",
  "proxy 409": "BusyError",
  "proxy 401": "AuthError",
  "redirect 301": "RedirectError",
  "redirect 302": "RedirectError",
  "redirect 303": "RedirectError",
  "redirect 307": "RedirectError",
  "redirect 308": "RedirectError",
  "account locked": "AuthError",
  "broken JSON": "ResponseError",
  "deep JSON": "ResponseError",
  "another answer": "ResponseError",
  "long head": "ResponseError",
  "long body": "ResponseError",
};
