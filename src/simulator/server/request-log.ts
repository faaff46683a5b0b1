import type { IncomingHttpHeaders, IncomingMessage } from "node:http";

import type { Clock } from "../clock";
import type { Body } from "../api/subsystem";

/** One request as it arrived. */
export interface RequestRecord {
  readonly method: string;
  /** As sent, without the query. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: IncomingHttpHeaders;
  /** Body bytes announced, then bytes read. */
  bodyLength: number;
  /** null until the answer begins, and for ever when there is none. */
  status: number | null;
  /** Whether kvmd has carried it out, whatever became of the answer; of what streams, whether it has begun. */
  done: boolean;
  /** Clock time. */
  readonly at: number;
}

const MAX_RECORDS = 2000;

export class RequestLog {
  readonly #clock: Clock;
  readonly records: RequestRecord[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  begin(request: IncomingMessage, { search }: { search: string }): RequestRecord {
    const record: RequestRecord = {
      method: request.method ?? "",
      path: request.url?.split("?")[0] ?? "",
      query: Object.fromEntries([...new URLSearchParams(search)].reverse()),
      headers: request.headers,
      bodyLength: Number(request.headers["content-length"] ?? 0),
      status: null,
      done: false,
      at: this.#clock.now(),
    };
    this.records.push(record);
    if (this.records.length > MAX_RECORDS) this.records.shift();
    return record;
  }
}

/** Notes how much of the body was read. */
export function countedBody(body: Body, record: RequestRecord): Body {
  async function* chunks(): AsyncGenerator<Buffer> {
    record.bodyLength = 0;
    for await (const chunk of body.chunks()) {
      record.bodyLength += chunk.length;
      yield chunk;
    }
  }
  return { ...body, chunks };
}
