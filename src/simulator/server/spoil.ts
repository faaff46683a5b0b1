import type { Fault } from "./faults";
import { envelope, html, HTML_TYPE, JSON_TYPE, nginxPage, type Reply } from "../api/reply";

/** Whether the fault takes the place of the answer; the others need the true one. */
export function strikesInstead({ kind }: Fault): boolean {
  return !["delay", "cut", "truncated", "slow", "half-open", "break"].includes(kind);
}

/** @param honest - The true answer; undefined when the operation was not carried out. */
export function spoiled(fault: Fault, honest: Reply | undefined): Reply | "hang" | "reset" | "garbage" | undefined {
  switch (fault.kind) {
    case "hang":
    case "reset":
    case "garbage":
      return fault.kind;
    case "status":
      return {
        status: fault.code,
        contentType: fault.contentType ?? JSON_TYPE,
        headers: Object.entries(fault.headers ?? {}),
        body: Buffer.from(fault.body ?? ""),
      };
    case "not-ok": {
      const { error = "SimulatedError", message = "A simulated failure" } = fault;
      const failed = envelope(500, { error, error_msg: message });
      return { ...failed, status: 200 };
    }
    case "proxy-error":
      return nginxPage(fault.code ?? 502);
    case "html":
      return html("<!DOCTYPE html>\n<title>Log in</title>\n<form></form>\n");
    case "redirect":
      return { ...nginxPage(fault.code ?? 302), contentType: HTML_TYPE, headers: [["Location", fault.location]] };
    case "truncated":
      return honest !== undefined && Buffer.isBuffer(honest.body)
        ? { ...honest, body: honest.body.subarray(0, Math.floor(honest.body.length / 2)) }
        : honest;
    case "delay":
    case "cut":
    case "slow":
    case "half-open":
    case "break":
      return honest;
  }
}
