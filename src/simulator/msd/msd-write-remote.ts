import type { Claim, MsdDevice } from "./msd-device";
import { fetchImage, type RemoteImage } from "./msd-remote";
import { demandNew, DiskFullError, Upload } from "./msd-transfer";
import { dumps, repr, type Json, type JsonObject } from "../api/python";
import { crash, type Reply } from "../api/reply";
import type { Context, KvmdRequest } from "../api/subsystem";
import * as valid from "../api/validators";

const RECORD_MS = 2000;

/** The device fetches the image itself. When the client that asked is gone, it stops where it would tell it more. */
export async function writeRemote(msd: MsdDevice, context: Context, request: KvmdRequest): Promise<Reply> {
  const url = valid.url(request.param("url"));
  const prefix = request.param("prefix") ?? "";
  const wanted = request.param("image");
  const insecure = valid.boolOr(request.param("insecure"), false);
  const timeout = valid.float(request.param("timeout") ?? "10", { min: 0.1 });
  const removeIncomplete = valid.boolOr(request.param("remove_incomplete"), false);
  // The origin is asked before the drive is looked at.
  const remote = await fetchImage(url, { insecure, timeout });
  try {
    const name = valid.imageName(`${prefix}/${wanted ?? remote.name}`);
    context.log("api.msd", `Downloading image ${repr(url)} as ${repr(name)} to MSD ...`);
    const claim = msd.take();
    try {
      demandNew(msd, name);
      if (!msd.storage.canHold(name)) {
        release(claim, remote);
        return crash();
      }
      const upload = new Upload(msd, context, claim, name, remote.size);
      const records = new Records(() => msd.fetchesAlone);
      void fetching(context, upload, remote, removeIncomplete, records).finally(() => release(claim, remote));
      return { status: 200, contentType: "application/x-ndjson", body: records, discard: () => records.abandon() };
    } catch (error) {
      claim.giveBack();
      throw error;
    }
  } catch (error) {
    remote.close();
    throw error;
  }
}

function release(claim: Claim, remote: RemoteImage): void {
  remote.close();
  claim.giveBack();
}

/** A record before the first byte, one after it, then one every two seconds, and a last one. */
async function fetching(
  { clock }: Context,
  upload: Upload,
  remote: RemoteImage,
  removeIncomplete: boolean,
  records: Records,
): Promise<void> {
  const progress = (): void => records.push({ ok: true, result: upload.record() });
  async function* chunks(): AsyncGenerator<Buffer> {
    let recordedAt = -Infinity;
    progress();
    for await (const chunk of remote.chunks()) {
      yield chunk;
      if (clock.now() - recordedAt <= RECORD_MS) continue;
      recordedAt = clock.now();
      progress();
    }
  }
  try {
    await upload.run(chunks(), removeIncomplete);
    progress();
    records.end();
  } catch (error) {
    if (records.isOver) return;
    progress();
    records.push({ ok: false, result: failureOf(error, remote) });
    records.end(new Error("the body breaks off"));
  }
}

function failureOf(error: unknown, remote: RemoteImage): JsonObject {
  if (error instanceof DiskFullError) return { error: "OSError", error_msg: "[Errno 28] No space left on device" };
  return { error: "ClientPayloadError", error_msg: remote.complaint() };
}

/** Lines of NDJSON between the download and the answer that reports it. */
class Records implements AsyncIterable<Buffer> {
  readonly #waiting: Json[] = [];
  /** Whether it goes on when nobody listens. */
  readonly #goesOn: () => boolean;
  #abandoned = false;
  #ended = false;
  #failure: Error | undefined;
  #wake: () => void = () => undefined;

  constructor(goesOn: () => boolean) {
    this.#goesOn = goesOn;
  }

  /** Nobody reads it any more. */
  abandon(): void {
    this.#abandoned = true;
  }

  /** The device notices that nobody reads it any more. */
  get isOver(): boolean {
    return this.#abandoned && !this.#goesOn();
  }

  /** @throws when nobody reads it any more. */
  push(record: Json): void {
    if (this.isOver) throw new Error("Cannot write to closing transport");
    this.#waiting.push(record);
    this.#wake();
  }

  /** @param failure - Takes the connection down with it. */
  end(failure?: Error): void {
    this.#ended = true;
    this.#failure = failure;
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    for (;;) {
      const record = this.#waiting.shift();
      if (record !== undefined) yield Buffer.from(`${dumps(record)}\r\n`);
      else if (this.#failure !== undefined) throw this.#failure;
      else if (this.#ended) return;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}
