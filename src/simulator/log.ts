import { type Clock } from "./clock";
import { KvmdError } from "./errors";
import { TEXT_TYPE, type Reply } from "./reply";
import { type KvmdRequest, type Route, type Subsystem } from "./subsystem";
import * as valid from "./validators";

/** The device's journal: what was there when it started. `follow` is not there yet. */
export class Log implements Subsystem {
  enabled = true;
  private readonly started: number;

  constructor(private readonly clock: Clock) {
    this.started = clock.wall();
  }

  readonly routes: readonly Route[] = [{ method: "GET", path: "/log", handle: (request) => this.read(request) }];

  private read(request: KvmdRequest): Reply {
    const seek = valid.int(request.param("seek") ?? "0", { name: "log seek", min: 0 });
    valid.boolOr(request.param("follow"), false);
    if (!this.enabled) throw new KvmdError("LogReaderDisabledError", "LogReader is disabled");
    const since = seek === 0 ? 0 : this.clock.wall() - seek * 1000;
    return { status: 200, contentType: TEXT_TYPE, body: this.records(since) };
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- the body of a chunked answer is an async iterable
  private async *records(since: number): AsyncGenerator<Buffer> {
    if (this.started < since) return;
    const at = new Date(this.started).toISOString().slice(0, 19).replace("T", " ");
    for (const message of ["Starting KVMD 4.197 ...", "Started streamer"])
      yield Buffer.from(`[${at} kvmd.service] --- kvmd.apps.kvmd.server             INFO --- ${message}\r\n`);
  }
}
