/** Bytes into the storage and out of it. */
import { StoppedError } from "../clock";
import { KvmdError } from "../api/errors";
import { compressed, COMPRESSIONS, SUFFIXES } from "./msd-compress";
import type { Claim, MsdDevice } from "./msd-device";
import type { ImageFile } from "./msd-storage";
import type { JsonObject } from "../api/python";
import { crash, ok, type Reply } from "../api/reply";
import type { Context, KvmdRequest } from "../api/subsystem";
import { SINCE } from "../since";
import * as valid from "../api/validators";

const PROGRESS_MS = 1000;

export class DiskFullError extends Error {
  override name = "DiskFullError";
}

export async function write(msd: MsdDevice, context: Context, request: KvmdRequest): Promise<Reply> {
  // Old ones wanted a form, and their framework fails on anything else.
  if (!context.age.since(SINCE.plainUpload)) return crash();
  const name = valid.imageName(`${request.param("prefix") ?? ""}/${request.param("image") ?? ""}`);
  const removeIncomplete = valid.boolOr(request.param("remove_incomplete"), false);
  const claim = msd.take();
  try {
    demandNew(msd, name);
    if (!msd.storage.canHold(name)) return crash();
    const upload = new Upload(msd, context, claim, name, request.body.length);
    await upload.run(request.body.chunks(), removeIncomplete);
    return ok(upload.record());
  } catch (error) {
    if (error instanceof DiskFullError) return crash();
    throw error;
  } finally {
    claim.giveBack();
  }
}

export function read(msd: MsdDevice, context: Context, request: KvmdRequest): Reply {
  const name = valid.imageName(request.param("image"));
  const compress = valid.oneOf(request.param("compress") ?? "", "Compression mode", COMPRESSIONS, 4096);
  const claim = msd.take();
  try {
    msd.demandDrive("disconnected");
    const file = msd.image(name);
    const plain = compress === "" || compress === "none";
    return {
      status: 200,
      contentType: "application/octet-stream",
      headers: [
        ["Content-Disposition", `attachment; filename*=UTF-8''${encodeURIComponent(name)}${SUFFIXES[compress]}`],
      ],
      body: compressed(download(msd, context, claim, file), compress),
      ...(plain ? { length: file.size } : {}),
      discard: () => claim.giveBack(),
    };
  } catch (error) {
    msd.changed();
    claim.giveBack();
    throw error;
  }
}

export function demandNew(msd: MsdDevice, name: string): void {
  try {
    msd.demandDrive("disconnected");
    const { storage } = msd;
    // A folder of that name, too: so `prefix` without `image` ends here.
    if (storage.isListed(name) || storage.files.has(name) || storage.hasFolder(name))
      throw new KvmdError("MsdImageExistsError", "This image is already exists");
  } catch (error) {
    // Sessions see that somebody tried.
    msd.changed();
    throw error;
  }
}

/** One image on its way in. */
export class Upload {
  readonly #msd: MsdDevice;
  readonly #context: Context;
  readonly #claim: Claim;
  readonly #file: ImageFile;
  #announcedAt: number;

  constructor(msd: MsdDevice, context: Context, claim: Claim, name: string, size: number) {
    this.#msd = msd;
    this.#context = context;
    this.#claim = claim;
    this.#file = msd.storage.create(name, size);
    msd.transfer = { kind: "uploading", name, size, done: 0 };
    this.#announcedAt = -Infinity;
    msd.changed();
  }

  record(): JsonObject {
    return { image: { name: this.#file.name, size: this.#file.size, written: this.#file.written } };
  }

  async run(chunks: AsyncIterable<Buffer>, removeIncomplete: boolean): Promise<void> {
    const { storage } = this.#msd;
    try {
      for await (const chunk of chunks) this.#take(chunk);
      if (this.#file.written < this.#file.size) throw new Error("the body ended early");
    } catch (error) {
      // What the listing has not noticed yet cannot be found for removal.
      if (removeIncomplete && storage.isListed(this.#file.name)) storage.discard(this.#file);
      throw error;
    } finally {
      storage.close(this.#file);
    }
  }

  #take(chunk: Buffer): void {
    if (this.#claim.lost) throw new StoppedError("stopped");
    if (!this.#msd.storage.append(this.#file, chunk)) throw new DiskFullError("No space left on device");
    if (this.#msd.transfer !== null) this.#msd.transfer.done = this.#file.written;
    if (this.#context.clock.now() - this.#announcedAt <= PROGRESS_MS) return;
    this.#announcedAt = this.#context.clock.now();
    this.#msd.changed();
  }
}

// oxlint-disable-next-line typescript/require-await -- the body of an answer is an async iterable
async function* download(msd: MsdDevice, context: Context, claim: Claim, file: ImageFile): AsyncGenerator<Buffer> {
  const transfer = { kind: "downloading" as const, name: file.name, size: file.size, done: 0 };
  msd.transfer = transfer;
  msd.changed();
  let announcedAt = -Infinity;
  for (const chunk of file.chunks()) {
    if (claim.lost) throw new StoppedError("stopped");
    transfer.done += chunk.length;
    if (context.clock.now() - announcedAt > PROGRESS_MS || transfer.done === file.size) {
      announcedAt = context.clock.now();
      msd.changed();
    }
    yield chunk;
  }
}
