import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";

import type { Age } from "./age";
import { aged } from "./aged";
import { type Account, Auth } from "./system/auth";
import { Atx } from "./system/atx";
import { hasCall, hasParam } from "./calls";
import { type Clock, StoppedError, Timers } from "./clock";
import { KvmdError } from "./api/errors";
import { Gpio } from "./gpio/gpio";
import { Hid } from "./hid/hid";
import type { Host } from "./host/host";
import { Wiring } from "./host/wiring";
import { Info } from "./system/info";
import { Log } from "./system/log";
import { Msd } from "./msd/msd";
import type { ImageSource } from "./msd/msd-storage";
import { Ocr } from "./video/ocr";
import { Prometheus } from "./system/prometheus";
import { isObject, type Json, type JsonObject } from "./api/python";
import { crash, nginxPage, ok, plainStatus, refusal, type Reply } from "./api/reply";
import { Redfish } from "./system/redfish";
import { type AcceptOptions, Sessions } from "./system/sessions";
import { SINCE } from "./since";
import { Streamer } from "./video/streamer";
import type { Answer, Body, Context, KvmdRequest, Route, Subsystem } from "./api/subsystem";
import { Switch } from "./switch/switch";
import { ustreamerReply } from "./video/ustreamer-http";
import * as valid from "./api/validators";

export interface RawRequest {
  readonly method: string;
  /** Without `/api`. */
  readonly path: string;
  readonly search: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Body;
}

/** The daemon: its parts, who reaches which of them, and its comings and goings. */
export class Kvmd {
  running = true;
  /** Which kvmd it is. */
  readonly age: Age;
  readonly auth: Auth;
  readonly atx: Atx;
  readonly hid: Hid;
  readonly msd: Msd;
  readonly gpio: Gpio;
  readonly streamer: Streamer;
  readonly switch: Switch;
  readonly ocr: Ocr;
  readonly info: Info;
  readonly log: Log;
  readonly prometheus: Prometheus;
  readonly wiring: Wiring;
  readonly sessions: Sessions;
  readonly #timers: Timers;
  readonly #subsystems: readonly Subsystem[];
  readonly #inFlight = new Set<() => void>();

  constructor(clock: Clock, host: Host, account: Account, images: Readonly<Record<string, ImageSource>>, age: Age) {
    this.age = age;
    this.#timers = new Timers(clock);
    this.log = new Log(clock, this.#timers, age);
    const context: Context = {
      age,
      clock,
      timers: this.#timers,
      log: (logger, message) => this.log.info(logger, message),
      broadcast: (type, event) => this.sessions.broadcast(type, event),
    };
    this.auth = new Auth(context, account);
    this.atx = new Atx(context, host);
    this.hid = new Hid(context, host);
    this.msd = new Msd(context, host, images);
    this.gpio = new Gpio(context);
    this.wiring = new Wiring(host, this);
    this.switch = new Switch(context);
    this.ocr = new Ocr(this.#timers, age.since(SINCE.ocr));
    this.streamer = new Streamer(context, host, this.ocr);
    this.info = new Info(context, this.auth);
    this.prometheus = new Prometheus(clock, this.atx, this.gpio, this.info);
    const redfish = new Redfish({ age, atx: this.atx, msd: this.msd, switch: this.switch, info: this.info, host });
    this.#subsystems = [
      this.auth,
      this.atx,
      this.hid,
      this.msd,
      this.gpio,
      this.streamer,
      this.switch,
      this.ocr,
      this.info,
      this.log,
      this.prometheus,
      redfish,
    ];
    this.sessions = new Sessions(context, this.#subsystems);
  }

  start(): void {
    this.running = true;
    for (const part of this.#subsystems) part.start?.();
  }

  /** @param closeCode - What the WebSocket sessions get; null is a cut without a close frame. */
  stop(closeCode: number | null): void {
    this.running = false;
    this.sessions.end(closeCode);
    this.#timers.clear();
    for (const part of this.#subsystems) part.stop?.(closeCode !== null);
    for (const abandon of [...this.#inFlight]) abandon();
  }

  close(): void {
    if (this.running) this.stop(null);
    for (const part of this.#subsystems) part.close?.();
  }

  /** How many requests it works on. */
  get working(): number {
    return this.#inFlight.size;
  }

  /** The answer, or nginx's 502 when kvmd ends before it has one. */
  async handle(request: RawRequest): Promise<Reply> {
    const BAD_GATEWAY = nginxPage(502);
    if (!this.running) return BAD_GATEWAY;
    return new Promise((resolve) => {
      const finish = (reply: Reply): void => {
        this.#inFlight.delete(abandon);
        resolve(reply);
      };
      const abandon = (): void => finish(BAD_GATEWAY);
      this.#inFlight.add(abandon);
      this.#dispatch(request).then(finish, () => finish(BAD_GATEWAY));
    });
  }

  /** What `/streamer/…` answers; undefined when nobody does. */
  askUstreamer({ path, search }: RawRequest): Promise<Reply> | Reply | undefined {
    return path.startsWith("/streamer/") ? ustreamerReply(this.streamer, this.#timers, path, search) : undefined;
  }

  accept(request: IncomingMessage, socket: Duplex, head: Buffer, options: AcceptOptions): void {
    const release = this.auth.hold(request.headers);
    this.sessions.accept(request, socket, head, { ...options, ended: release });
  }

  /** What to answer instead of accepting a WebSocket; undefined when it may open. */
  refuseSession(request: RawRequest): Reply | undefined {
    if (!this.running) return nginxPage(502);
    try {
      this.auth.check(request.headers);
      this.streamWanted(request.search);
      this.legacyWanted(request.search);
      return undefined;
    } catch (error) {
      return failure(error);
    }
  }

  /** Whether a session that may open counts as a viewer. */
  streamWanted(search: string): boolean {
    return valid.boolOr(new URLSearchParams(search).get("stream") ?? undefined, true);
  }

  /** Whether it asks for whole states under their old names; undefined when it does not say. */
  legacyWanted(search: string): boolean | undefined {
    if (!this.age.since(SINCE.partialEvents) || this.age.since(SINCE.plainEventNames)) return undefined;
    return valid.optional(new URLSearchParams(search).get("legacy") ?? undefined, valid.bool);
  }

  async #dispatch(request: RawRequest): Promise<Reply> {
    const found = this.#route(request.method, request.path);
    if (!("route" in found)) return this.#unrouted(request, found.allowed);
    try {
      if (found.route.open !== true) this.auth.check(request.headers);
      const answer = await found.route.handle(this.#request(request, found.segments));
      return asReply(this.#aged(request, answer));
    } catch (error) {
      return failure(error);
    }
  }

  /** The states as a device of this age has them. */
  #aged({ method, path }: RawRequest, answer: Answer): Answer {
    const kind = method === "GET" ? STATES[path] : undefined;
    const isState = kind !== undefined && isObject(answer as Json) && !isReply(answer);
    return isState ? aged(this.age, kind, answer as JsonObject) : answer; // it was looked at
  }

  /** Unknown paths and wrong methods are seen before the credentials are. */
  #unrouted({ method, path, search }: RawRequest, allowed: readonly string[]): Reply {
    if (allowed.length > 0) return plainStatus(405, [["Allow", [...allowed].sort().join(",")]]);
    const plain = path.replace(/\/{2,}/g, "/").replace(/\/+$/, "");
    const known = plain !== path && plain !== "/ws" && "route" in this.#route(method, plain);
    // The framework does not know of nginx's "/api" and leaves it out.
    return known ? plainStatus(308, [["Location", plain + search]]) : plainStatus(404);
  }

  #route(method: string, path: string): { route: Route; segments: Record<string, string> } | { allowed: string[] } {
    const allowed: string[] = [];
    for (const route of [...this.sessions.routes, ...this.#subsystems.flatMap((part) => part.routes)]) {
      const segments = match(route.path, path);
      if (segments === undefined || !hasCall(this.age, route.method, path)) continue;
      if (route.method === method) return { route, segments };
      allowed.push(route.method);
    }
    return { allowed };
  }

  #request(raw: RawRequest, segments: Record<string, string>): KvmdRequest {
    const query = new URLSearchParams(raw.search);
    const param = (name: string) => (hasParam(this.age, raw.path, name) ? (query.get(name) ?? undefined) : undefined);
    return { ...raw, segments, param };
  }
}

/** Calls that answer with the state of a kind. */
const STATES: Readonly<Record<string, string>> = {
  "/atx": "atx",
  "/gpio": "gpio",
  "/hid": "hid",
  "/msd": "msd",
  "/streamer": "streamer",
  "/switch": "switch",
};

function match(pattern: string, path: string): Record<string, string> | undefined {
  if (!pattern.includes("{")) return pattern === path ? {} : undefined;
  const expected = pattern.split("/");
  const actual = path.split("/");
  if (expected.length !== actual.length) return undefined;
  const segments: Record<string, string> = {};
  for (const [index, part] of expected.entries()) {
    const value = actual[index] ?? "";
    if (part.startsWith("{")) segments[part.slice(1, -1)] = value;
    else if (part !== value) return undefined;
  }
  return segments;
}

function asReply(answer: Answer): Reply {
  if (isReply(answer)) return answer;
  return ok(answer ?? {});
}

function isReply(answer: Answer): answer is Reply {
  return typeof answer === "object" && answer !== null && "status" in answer && "body" in answer;
}

function failure(error: unknown): Reply {
  if (error instanceof KvmdError) return refusal(error);
  if (error instanceof StoppedError) return nginxPage(502);
  return crash();
}
