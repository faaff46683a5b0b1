import { isEndless, type Strike } from "./strike";

/** By which names an error may come for what happened to a request; none: it must not be an error. */
export function namesFor(strike: Strike, isSocket: boolean): readonly string[] {
  // Whoever has little time may also give up before it happens.
  const names = isEndless(strike) ? LATE : namesOf(strike);
  // What follows a handshake must be frames.
  const mayFail = names.length > 0 || strike.kind === "twice";
  // A WebSocket may take its time to be opened again.
  return mayFail && isSocket ? [...names, "WebSocketError", "ConnectionTimeoutError"] : names;
}

/** A call may have a longer limit than the flow has patience. */
const LATE = ["ConnectionTimeoutError", "WaitTimeoutError", "CancelledError"];
const CUT_SHORT = ["ResponseError", "ConnectError"];

function namesOf(strike: Strike): string[] {
  switch (strike.kind) {
    case "cut":
      if (strike.of === "answer" && strike.at === "end") return strike.how === "rst" ? CUT_SHORT : [];
      return strike.of === "request" || strike.at === "head" ? ["ConnectError"] : CUT_SHORT;
    case "foreign":
      return [FOREIGN_NAMES[strike.what]];
    case "restart":
      return ["APIError", "ConnectError"];
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
