import type { Age } from "../age";
import type { Clock, Timers } from "../clock";
import { KvmdError } from "../api/errors";
import { TEXT_TYPE, type Reply } from "../api/reply";
import type { KvmdRequest, Route, Subsystem } from "../api/subsystem";
import * as valid from "../api/validators";

/** How often a follower looks for more. */
const POLL_MS = 1000;
const MAX_ENTRIES = 10_000;

interface Entry {
  /** Wall time. */
  readonly at: number;
  readonly unit: string;
  readonly message: string;
}

/** The device's journal of this boot. It outlives kvmd. */
export class Log implements Subsystem {
  readonly #clock: Clock;
  readonly #timers: Timers;
  readonly #age: Age;
  enabled = true;
  #entries: Entry[] = [];
  /** How many old ones were dropped. */
  #dropped = 0;

  constructor(clock: Clock, timers: Timers, age: Age) {
    this.#clock = clock;
    this.#timers = timers;
    this.#age = age;
    this.start();
  }

  readonly routes: readonly Route[] = [{ method: "GET", path: "/log", handle: (request) => this.#read(request) }];

  start(): void {
    this.info("server", `Starting KVMD ${this.#age.version} ...`);
  }

  /** One line as a part of kvmd writes it. */
  info(logger: string, message: string): void {
    this.write(`${`kvmd.apps.kvmd.${logger}`.padEnd(30)} ${"INFO".padStart(7)} --- ${message}`);
  }

  /** @param unit - The systemd service, without its suffix. */
  write(message: string, unit = "kvmd"): void {
    this.#entries.push({ at: this.#clock.wall(), unit, message });
    if (this.#entries.length <= MAX_ENTRIES) return;
    this.#entries = this.#entries.slice(MAX_ENTRIES / 2);
    this.#dropped += MAX_ENTRIES / 2;
  }

  #read(request: KvmdRequest): Reply {
    const seek = valid.int(request.param("seek") ?? "0", { name: "log seek", min: 0 });
    const follow = valid.boolOr(request.param("follow"), false);
    if (!this.enabled) throw new KvmdError("LogReaderDisabledError", "LogReader is disabled");
    const since = seek === 0 ? 0 : this.#clock.wall() - seek * 1000;
    const gone = new AbortController();
    const body = this.#records(since, follow ? gone.signal : undefined);
    return { status: 200, contentType: TEXT_TYPE, body, discard: () => gone.abort() };
  }

  /** @param following - Goes on until it is aborted, and breaks off with kvmd; without it the last entry is the end. */
  async *#records(since: number, following: AbortSignal | undefined): AsyncGenerator<Buffer> {
    let next = this.#dropped;
    for (;;) {
      const fresh = this.#entries.slice(Math.max(0, next - this.#dropped)).filter(({ at }) => at >= since);
      next = this.#dropped + this.#entries.length;
      for (const entry of fresh) yield Buffer.from(record(entry));
      if (following === undefined || following.aborted) return;
      await this.#timers.sleep(POLL_MS);
    }
  }
}

function record({ at, unit, message }: Entry): string {
  const when = new Date(at).toISOString().slice(0, 19).replace("T", " ");
  return `[${when} ${unit}.service] --- ${message}\r\n`;
}
