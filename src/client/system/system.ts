import { badResponse } from "../http/answer";
import { isLog, logOf } from "../http/contents";
import { recordsOf } from "../http/records";
import { integerIn } from "../ranges";
import type { InfoState } from "../events/states";
import type { CallOptions, Transport } from "../http/transport";

export interface InfoOptions extends CallOptions {
  /** The shape of older devices: `hw` instead of `health` and `system.platform`. Default false. */
  legacy?: boolean;
}

export interface LogOptions extends CallOptions {
  /** Seconds to look back; 0 = since the device was started, which may be many megabytes. Default 0. */
  seek?: number;
}

/** One entry of the device's log. */
export interface LogRecord {
  /** The device's local time, `YYYY-MM-DD HH:MM:SS`; the device does not say in which zone. */
  time: string;
  /** E.g. `kvmd.service`. */
  unit: string;
  /** May have several lines. */
  message: string;
}

const LOG_TIME = 120;

/** The device itself (`/api/info`, `/api/log`). */
export class System {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** All that `getInfo` knows. */
  getState(options: CallOptions = {}): Promise<InfoState> {
    return this.getInfo([], options);
  }

  /**
   * Software versions, hardware, health, uptime. Takes the device some tens of milliseconds. `GET /api/info`; older
   * devices answer in their older shape, whatever `legacy` says.
   * @param fields parts to ask for, e.g. `["system", "health"]`; default all.
   * @throws APIError `ValidatorError` for a part that the device does not know.
   */
  getInfo(fields: readonly string[] = [], { legacy = false, signal }: InfoOptions = {}): Promise<InfoState> {
    const query = { legacy, fields: fields.length > 0 ? fields.join(",") : undefined };
    return this.#transport.get("/api/info", { signal, query });
  }

  /** The same as `getInfo`. */
  info(fields: readonly string[] = [], options: CallOptions = {}): Promise<InfoState> {
    return this.getInfo(fields, options);
  }

  /**
   * The log of all of the device's services. `GET /api/log`.
   * @throws APIError `LogReaderDisabledError`; ResponseError when it is longer than 32 MiB (look back less), and for
   * what is no log.
   */
  async getLog({ seek = 0, signal }: LogOptions = {}): Promise<string> {
    const query = { seek: seekOf(seek) };
    return logOf(await this.#transport.read("/api/log", { signal, query, extraTime: LOG_TIME }));
  }

  /**
   * The log's entries, and new ones as they come, until it is cancelled or left (`break`). Reads no faster than it is
   * iterated. `GET /api/log?follow=1`.
   * @throws CancelledError when cancelled; ResponseError `CUT_SHORT` when the device or its service ends; what `getLog`
   * throws.
   */
  async *streamLog({ seek = 0, signal }: LogOptions = {}): AsyncGenerator<LogRecord, void, undefined> {
    const query = { seek: seekOf(seek), follow: true };
    const { statusCode, headers, body } = await this.#transport.stream("/api/log", { signal, query, limited: "head" });
    let isFirst = true;
    for await (const record of recordsOf(body)) {
      if (isFirst && !isLog(record)) throw badResponse({ statusCode, headers, text: record }, "Expected a log.");
      isFirst = false;
      yield parseRecord(record);
    }
  }
}

function seekOf(seek: number): number {
  return integerIn("Seek", seek, { min: 0, max: Infinity, unit: " s" });
}

function parseRecord(text: string): LogRecord {
  const [, time, unit, message] = /^\[(\S+ \S+) (\S+)\] --- ([^]*)$/.exec(text) ?? [];
  return { time: time ?? "", unit: unit ?? "", message: message ?? text };
}
