import type { IncomingHttpHeaders } from "node:http";

import { html, JSON_TYPE, noContent, type Reply, text } from "../api/reply";
import type { Body } from "../api/subsystem";
import { dumps } from "../api/python";
import type { Timers } from "../clock";
import { controlOf, type Controlled } from "./controls";
import { PAGE } from "./page-html";
import { type Shown, stateOf } from "./page-state";

/** A request for what is not the device's. */
export interface PageRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** Resolves to undefined when it is too long. */
  readonly body: () => Promise<Body | undefined>;
  /** Whether it comes from this machine. */
  readonly isNear: boolean;
  /** Whether it carries the device's login. */
  readonly isKnown: () => Promise<boolean>;
}

const ROOT = "/simulator";
/** So long the answer to a control has to leave before the connection may end. */
const ANSWER_MS = 100;
/** No other page may show this one under the mouse of somebody who means something else. */
const UNFRAMED = [
  ["X-Frame-Options", "DENY"],
  ["Content-Security-Policy", "frame-ancestors 'none'"],
] as const;

export function isOfPage(path: string): boolean {
  return path === ROOT || path === `${ROOT}/state` || path === `${ROOT}/control`;
}

/** What is not the device's: a page on which people see the simulated computer, and make trouble for it. */
export async function simulatorPage(
  request: PageRequest,
  simulator: Shown & Controlled,
  timers: Timers,
): Promise<Reply> {
  if (request.path === ROOT) return { ...html(PAGE), headers: UNFRAMED };
  if (request.path === `${ROOT}/state`)
    return { status: 200, contentType: JSON_TYPE, body: Buffer.from(dumps(stateOf(simulator))) };
  return (await refused(request)) ?? press(request, simulator, timers);
}

async function press({ body }: PageRequest, simulator: Controlled, timers: Timers): Promise<Reply> {
  const control = controlOf((await (await body())?.all())?.toString("utf8") ?? "", simulator);
  if (typeof control === "string") return text(400, control);
  timers.after(ANSWER_MS, control);
  return noContent();
}

/** A browser says which page a request comes from, and asks before it sends JSON for another one. */
async function refused({ method, headers, isNear, isKnown }: PageRequest): Promise<Reply | undefined> {
  if (method !== "POST") return text(405, "The controls are pressed with POST", [["Allow", "POST"]]);
  const { origin, host, "content-type": type = "" } = headers;
  if (origin !== undefined && origin.replace(/^https?:\/\//, "") !== host)
    return text(403, "Another page may not press the controls");
  if (!/^application\/json *(;|$)/.test(type)) return text(415, "A control is JSON");
  if (!isNear && !(await isKnown())) return text(403, "From another machine the controls need the device's login");
  return undefined;
}
