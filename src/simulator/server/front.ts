import { type IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import type { Duplex } from "node:stream";

import { type Pace, SMALL_BODY, smallBody, spooledBody, streamedBody } from "../api/body";
import { hasCall } from "../calls";
import { type Clock, Timers } from "../clock";
import { deliver } from "./delivery";
import { type Fault, Faults } from "./faults";
import type { PageRequest } from "../page/page";
import { openSilently } from "./half-open";
import type { Kvmd, RawRequest } from "../kvmd";
import { Media } from "../video/media";
import { html, httpsWanted, loginPage, nginxPage, notUpgraded, ok, type Reply } from "../api/reply";
import { countedBody, RequestLog, type RequestRecord } from "./request-log";
import { spoiled, strikesInstead } from "./spoil";
import type { Body } from "../api/subsystem";

interface FrontOptions {
  readonly clock: Clock;
  readonly secure: boolean;
  /** A path in front of everything, as a reverse proxy may add it: `/kvm1`. */
  readonly subPath: string;
  /** What is not the device's: the page for people. */
  readonly isOfPage: (path: string) => boolean;
  readonly page: (request: PageRequest) => Promise<Reply>;
  /** Resets the TCP connection below a (TLS) socket. */
  readonly resetConnection: (socket: Duplex) => void;
}

interface Target {
  readonly request: IncomingMessage;
  readonly method: string;
  /** Decoded, slashes merged, without the sub-path. */
  readonly path: string;
  readonly search: string;
}

/** nginx: what a client meets before kvmd. */
export class Front {
  readonly #kvmd: Kvmd;
  readonly #options: FrontOptions;
  readonly faults = new Faults();
  readonly log: RequestLog;
  /** Nothing but the page for people is in reach. */
  cutOff = false;
  readonly #media: Media;
  /** Outlive kvmd's restarts. */
  readonly #timers: Timers;

  constructor(kvmd: Kvmd, options: FrontOptions) {
    this.#kvmd = kvmd;
    this.#options = options;
    this.#timers = new Timers(options.clock);
    this.log = new RequestLog(options.clock);
    this.#media = new Media(this.#timers, kvmd.streamer, (lines) => kvmd.sessions.dressUp(lines));
  }

  close(): void {
    this.#timers.clear();
  }

  /** A request without an upgrade. */
  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const target = this.#target(request);
    if (this.#isLost(target)) return;
    const record = this.log.begin(request, target);
    const fault = this.faults.take({ ...target, upgrade: false });
    await this.#serve(target, response, record, fault);
  }

  /** Plain HTTP where TLS is spoken, an upgrade included. */
  async answerPlain(request: IncomingMessage, response: ServerResponse): Promise<void> {
    request.resume();
    const { clock, secure } = this.#options;
    await deliver(response, httpsWanted(), { clock, secure, pace: this.#pace() }).catch(() => undefined);
  }

  async upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const target = this.#target(request);
    if (this.#isLost(target)) return;
    const record = this.log.begin(request, target);
    const fault = this.faults.take({ ...target, upgrade: true });
    if (fault?.kind === "delay" && !(await this.#slept(fault.ms))) {
      socket.destroy();
      return;
    }
    const replaced = fault !== undefined && strikesInstead(fault);
    const answer = replaced ? undefined : await this.#knock(target);
    if (answer === "open") {
      record.status = 101;
      this.#open(request, socket, head, target, fault);
      return;
    }
    const left = fault?.kind === "delay" ? undefined : fault;
    await this.#serve(target, responseOn(request, socket), record, left, answer);
    if (fault?.kind === "hang") endWithClient(socket);
    else socket.end();
  }

  /** Whether it does not come through; then its connection is gone. */
  #isLost({ request, path }: Target): boolean {
    if (!this.cutOff || this.#options.isOfPage(path)) return false;
    this.#options.resetConnection(request.socket);
    return true;
  }

  /** Whether a WebSocket may open, or its refusal; undefined: it gets what an ordinary request gets. */
  async #knock(target: Target): Promise<"open" | Reply | undefined> {
    const raw = this.#raw(target, streamedBody(target.request, this.#pace()));
    if (target.path === "/api/ws") return this.#kvmd.refuseSession(raw) ?? "open";
    if (target.path !== "/api/media/ws" || !hasCall(this.#kvmd.age, "GET", "/media")) return undefined;
    const reply = await this.#mediaSocket(raw, ok);
    return reply.status === 200 ? "open" : reply;
  }

  #mediaSocket(raw: RawRequest, grant: () => Reply): Promise<Reply> {
    return this.#subRequest(raw, () => this.#media.refuse(raw.search) ?? grant());
  }

  #open(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    { path, search }: Target,
    fault: Fault | undefined,
  ): void {
    if (fault?.kind === "half-open") {
      openSilently(request, socket);
      return;
    }
    if (path === "/api/media/ws") {
      this.#media.accept(request, socket, head, search);
      return;
    }
    const stream = this.#kvmd.streamWanted(search);
    const limit = fault?.kind === "break" ? { breakAfter: fault.messages } : {};
    const legacy = this.#kvmd.legacyWanted(search);
    this.#kvmd.accept(request, socket, head, { stream, legacy, ...limit });
  }

  /** @returns false when the simulator was closed meanwhile. */
  async #slept(ms: number): Promise<boolean> {
    return this.#timers.sleep(ms).then(
      () => true,
      () => false,
    );
  }

  async #serve(
    target: Target,
    response: ServerResponse,
    record: RequestRecord,
    fault: Fault | undefined,
    known?: Reply,
  ): Promise<void> {
    const { clock, secure } = this.#options;
    const pace = this.#pace(fault);
    try {
      if (fault?.kind === "delay" && fault.after !== true) await this.#timers.sleep(fault.ms);
      const instead = fault !== undefined && strikesInstead(fault);
      const isSkipped = instead && fault.after !== true;
      const honest = isSkipped ? undefined : (known ?? (await this.#reply(target, record, pace)));
      if (fault?.kind === "delay" && fault.after === true) await this.#timers.sleep(fault.ms);
      const reply = fault === undefined ? honest : spoiled(fault, honest);
      try {
        if (reply === "hang") target.request.resume();
        else if (reply === "reset") this.#options.resetConnection(target.request.socket);
        else if (reply === "garbage") target.request.socket.end("\x00\x01 this is not HTTP \xff\xfe\r\n\r\n");
        else if (reply !== undefined) {
          record.status = reply.status;
          await deliver(response, reply, { clock, secure, pace, cutAt: fault?.kind === "cut" ? "half" : undefined });
        }
      } finally {
        honest?.discard?.();
      }
    } catch {
      // The client went away, or the simulator was closed while it waited.
      response.destroy();
    }
  }

  async #reply(target: Target, record: RequestRecord, pace: Pace): Promise<Reply> {
    const { path } = target;
    if (this.#options.isOfPage(path)) return this.#page(target, pace);
    if (!isProxied(path)) return nginxPage(404);
    const body = await this.#body(target, pace);
    if (body === undefined) return nginxPage(413, { close: true });
    record.bodyLength = body.length;
    const raw = this.#raw(target, countedBody(body, record));
    const hasMedia = hasCall(this.#kvmd.age, "GET", "/media");
    if (path === "/api/media/ws" && hasMedia) return this.#mediaSocket(raw, () => notUpgraded(raw.headers));
    if (path === "/api/media" && hasMedia) return this.#subRequest(raw, () => this.#media.state());
    if (/^\/(api|redfish)(\/|$)/.test(path))
      return PATIENT.test(path) ? this.#carryOut(raw, record) : this.#impatiently(raw, record);
    if (path === "/login") return loginPage(this.#options.clock.wall());
    if (path === "/") return this.#webRoot(raw);
    // No Janus gateway runs here, and the streamer only now and then.
    return this.#subRequest(raw, () => this.#kvmd.askUstreamer(raw) ?? nginxPage(502));
  }

  #page(target: Target, pace: Pace): Promise<Reply> {
    const { request, method, path } = target;
    const isNear = /^(::1|(::ffff:)?127\.\d+\.\d+\.\d+)$/.test(request.socket.remoteAddress ?? "");
    const body = (): Promise<Body | undefined> => smallBody(request, pace);
    const isKnown = async (): Promise<boolean> => {
      const raw = this.#raw(target, streamedBody(request, pace));
      return (await this.#kvmd.handle({ ...raw, method: "GET", path: "/auth/check" })).status === 200;
    };
    return this.#options.page({ method, path, headers: request.headers, body, isNear, isKnown });
  }

  /** @returns undefined when it is too large. */
  async #body({ request, path }: Target, pace: Pace): Promise<Body | undefined> {
    const chunked = request.headers["transfer-encoding"] !== undefined;
    if (/^\/api\/(hid\/print|msd\/write)$/.test(path))
      return chunked ? spooledBody(request, pace) : streamedBody(request, pace);
    if (Number(request.headers["content-length"] ?? 0) > SMALL_BODY) return undefined;
    return smallBody(request, pace);
  }

  async #carryOut(raw: RawRequest, record: RequestRecord): Promise<Reply> {
    const reply = await this.#kvmd.handle(raw);
    record.done = reply.status < 400;
    return reply;
  }

  /** nginx gives up on a silent kvmd, which goes on and finishes all the same. */
  #impatiently(raw: RawRequest, record: RequestRecord): Promise<Reply> {
    return new Promise((resolve) => {
      const give = (): void => resolve(nginxPage(504));
      const patience = this.#timers.after(READ_TIMEOUT_MS, give, give);
      void this.#carryOut(raw, record).then((reply) => {
        patience.cancel();
        resolve(reply);
      });
    });
  }

  /** Other daemons ask kvmd who it is, and nginx words the refusal. */
  async #subRequest(raw: RawRequest, grant: () => Reply | Promise<Reply>): Promise<Reply> {
    const check = await this.#kvmd.handle({ ...raw, method: "GET", path: "/auth/check" });
    if (check.status === 200) return grant();
    if (check.status === 401 || check.status === 403) return nginxPage(check.status);
    return nginxPage(500, { close: true });
  }

  async #webRoot(raw: RawRequest): Promise<Reply> {
    const page = await this.#subRequest(raw, () => html(INDEX));
    if (page.status !== 401 && page.status !== 403) return page;
    return nginxPage(302, { contentType: "text/html", headers: [["Location", "/login"]] });
  }

  #raw({ request, method, path, search }: Target, body: Body): RawRequest {
    return { method, path: path.replace(/^\/api(?=\/|$)/, ""), search, headers: request.headers, body };
  }

  #target(request: IncomingMessage): Target {
    const { url = "/", method = "GET" } = request;
    const [rawPath = "/", ...rest] = url.split("?");
    // Below /redfish nginx hands the path on as it came.
    const merged = rawPath.startsWith("/redfish") ? decoded(rawPath) : decoded(rawPath).replace(/\/{2,}/g, "/");
    const { subPath } = this.#options;
    const inside = subPath === "" || merged === subPath || merged.startsWith(`${subPath}/`);
    // What lies outside of the sub-path is not the device's: no location matches "".
    const path = inside ? merged.slice(subPath.length) || "/" : "";
    return { request, method, path, search: rest.length > 0 ? `?${rest.join("?")}` : "" };
  }

  #pace(fault?: Fault): Pace {
    return { bytesPerSecond: fault?.kind === "slow" ? fault.bytesPerSecond : Infinity, timers: this.#timers };
  }
}

const INDEX = `<!DOCTYPE html>
<title>PiKVM Index</title>
<p>A simulated PiKVM. Have a look at <a href="simulator">its computer</a>.</p>
`;
const READ_TIMEOUT_MS = 60_000;
/** Where nginx waits for a week instead. */
const PATIENT = /^\/api\/(hid\/print|msd\/(read|write|write_remote)|log)$/;

function isProxied(path: string): boolean {
  return path === "/" || /^\/(api|redfish|streamer|janus)(\/|$)/.test(path) || path === "/login";
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** Node stops parsing a connection that asks for an upgrade; this gives it an ordinary answer. */
function responseOn(request: IncomingMessage, socket: Duplex): ServerResponse {
  const response = new ServerResponse(request);
  if (socket instanceof Socket) response.assignSocket(socket);
  return response;
}

/** A connection that nobody reads would not hear that the client has gone. */
function endWithClient(socket: Duplex): void {
  socket.once("end", () => socket.destroy());
  socket.resume();
}
