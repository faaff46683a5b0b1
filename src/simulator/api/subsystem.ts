import type { IncomingHttpHeaders } from "node:http";

import type { Age } from "../age";
import type { Clock, Timers } from "../clock";
import type { Json, JsonObject } from "./python";
import type { Reply } from "./reply";

/**
 * One part of kvmd: what it answers, what it announces and what it listens to. A new subsystem is a file with a class
 * of this shape and a line in `kvmd.ts`.
 */
export interface Subsystem {
  readonly routes: readonly Route[];
  /** The full states that go out whenever a WebSocket session opens. */
  readonly announcements?: readonly Announcement[];
  /** Client events of the WebSocket, by `event_type`. What a handler throws is dropped, as kvmd does. */
  readonly inputs?: Readonly<Record<string, (event: JsonObject) => void>>;
  /** Binary client messages, by opcode; the rest of the message without it. */
  readonly opcodes?: Readonly<Record<number, (data: Buffer) => void>>;
  /** kvmd starts (again). */
  start?(): void;
  /** kvmd ends, because it was asked to or killed; the timers of the context are already gone. */
  stop?(wasAsked: boolean): void;
  /** The simulator ends: what outlives kvmd has to end here. */
  close?(): void;
  /** A WebSocket session was opened and has got the announcements. */
  sessionOpened?(): void;
  /** A WebSocket session came or went. */
  sessionsChanged?(streamClients: number, hasOpened: boolean): void;
}

export interface Announcement {
  /** Its place in the burst; see BURST_ORDER in `sessions.ts`. */
  readonly slot: string;
  readonly type: string;
  event(): JsonObject;
}

export interface Route {
  readonly method: "GET" | "POST" | "DELETE" | "PATCH";
  /** Without `/api`. A segment in braces matches anything and lands in `request.segments`. */
  readonly path: string;
  /** Answers without credentials. */
  readonly open?: boolean;
  /** Plain JSON is the result of a successful envelope; nothing is `{}`. Errors are thrown. */
  handle(request: KvmdRequest): Answer | Promise<Answer>;
}

/** Spelled `void` so that a handler that has nothing to say need not return. */
// oxlint-disable-next-line typescript/no-invalid-void-type -- see above
export type Answer = Json | Reply | void;

export interface KvmdRequest {
  readonly method: string;
  readonly path: string;
  readonly segments: Readonly<Record<string, string>>;
  readonly headers: IncomingHttpHeaders;
  readonly body: Body;
  /** The first value of a query parameter; `undefined` is Python's `None`. */
  param(name: string): string | undefined;
}

export interface Body {
  /** As announced by the client. */
  readonly length: number;
  /** Breaks off with an error when the client goes away. */
  chunks(): AsyncIterable<Buffer>;
  all(): Promise<Buffer>;
}

/** What kvmd gives each of its parts. */
export interface Context {
  /** Which kvmd is simulated: `age.since("4.92")`. */
  readonly age: Age;
  readonly clock: Clock;
  /** End with kvmd. */
  readonly timers: Timers;
  /** A line in the device's log. */
  log(logger: string, message: string): void;
  /** To every open WebSocket session. */
  broadcast(type: string, event: JsonObject): void;
}
