import type { Hash } from "node:crypto";
import { finished, Readable } from "node:stream";
import { ConfigurationError, PiKVMError } from "../errors";
import type { Body, OpenAnswer } from "./http";
import { publicCode } from "./network";
import { openPlain, PlainFile } from "../plain-file";
import { integerIn } from "../ranges";
import { writeWholeFile } from "../whole-file";

/** Called after each piece with the bytes so far, and with all of them where that number is known. */
export type TransferProgress = (transferred: number, total: number | undefined) => void;

/** What an image is read from: bytes, the path of a file, or anything that is read once. */
export type ImageSource = Buffer | string | Readable;

/** An image on its way to this computer. */
export interface Download {
  /** The image's name with the suffix of its compression, `/` for folders. */
  fileName: string;
  /** Bytes; undefined when the device compresses it meanwhile. */
  size: number | undefined;
  /** Destroy it when it is not read to its end. Its errors are this package's. */
  stream: Readable;
}

interface BodyOptions {
  /** Bytes of a stream. */
  size?: number | undefined;
  onProgress?: TransferProgress | undefined;
  /** Makes the digest for one reading of the body, which may be read again; it is updated with all that is read. */
  newDigest?: (() => Hash) | undefined;
}

interface ImageBody {
  size: number | undefined;
  /** May be called again when the image comes from bytes or a file. */
  open: () => Readable;
}

const PIECE = 64 * 1024;
/** Bytes of an image that are there before the network takes them. */
const READ_AHEAD = 256 * 1024;

/**
 * Does something with a source. A stream is destroyed in the end; until it is read somebody listens to it, since an error
 * that nobody hears would end the process.
 */
export async function owning<T>(source: ImageSource, work: () => Promise<T>): Promise<T> {
  if (!(source instanceof Readable)) return work();
  source.on("error", () => undefined);
  try {
    return await work();
  } finally {
    // One that waits for its own source does not notice that nobody reads it any more.
    source.destroy();
  }
}

/** @throws ConfigurationError for a file that cannot be read. */
export async function bodyOf(source: ImageSource, options: BodyOptions): Promise<ImageBody> {
  const size = await sizeOf(source, options.size);
  return { size, open: () => new Measured(streamOf(source), { ...options, size }) };
}

/**
 * Bytes of an image that is to be sent; undefined for a stream whose size nobody has given.
 * @throws ConfigurationError for a file that cannot be read, a stream that is over already, and a size that is none;
 * PiKVMError with its own code for a stream that has failed.
 */
export async function sizeOf(source: ImageSource, ofStream: number | undefined): Promise<number | undefined> {
  if (ofStream !== undefined) integerIn("The size", ofStream, { min: 0, max: Infinity, unit: " bytes" });
  if (Buffer.isBuffer(source)) return source.length;
  if (typeof source === "string") return sizeOfFile(source);
  if (source.errored) throw fileError(source.errored, "The image could not be read");
  if (!source.readable) throw new ConfigurationError("The stream is over already: it was read or destroyed before.");
  return ofStream;
}

/** Looks at bytes while they are read; each throws where something is wrong with them. */
export interface Check {
  piece: (bytes: Buffer) => void;
  end: () => void;
}

/** An answer's body as an image that is read at the pace of its reader. @param check looks at what is read of it. */
export function downloadOf(
  { headers, body }: OpenAnswer,
  onProgress: TransferProgress | undefined,
  check?: Check,
): Download {
  const length = Number(headers["content-length"] ?? NaN);
  const size = Number.isInteger(length) ? length : undefined;
  let received = 0;
  const piece = (bytes: Buffer) => {
    check?.piece(bytes);
    received += bytes.length;
    onProgress?.(received, size);
  };
  const stream = readableOf(body, { piece, end: () => check?.end() });
  return { fileName: fileNameOf(String(headers["content-disposition"] ?? "")), size, stream };
}

/** An answer's body as a stream. */
export function readableOf(body: Pick<Body, "pieces" | "isOver" | "discard">, check?: Check): Readable {
  let isWaiting = false;
  const next = async (): Promise<void> => {
    isWaiting = true;
    try {
      // All that is there: to wait for each piece takes longer than to read it.
      const pieces = await body.pieces();
      isWaiting = false;
      for (const piece of pieces) {
        check?.piece(piece);
        stream.push(piece);
      }
      if (!body.isOver) return;
      check?.end();
      stream.push(null);
    } catch (error) {
      stream.destroy(error as Error); // what a Body and a check throw
    }
  };
  const stream: Readable = new Readable({
    // A reader may ask again between two pieces, and hears of what comes next all the same.
    read: () => void (isWaiting || next()),
    // Readable.from would wait for the next piece before it ends, and the device may never send one.
    destroy: (error, done) => {
      body.discard();
      done(error);
    },
  });
  // Whoever reads it gets the error too; without a listener the error would end the process.
  stream.on("error", () => undefined);
  return stream;
}

/** Into a file, as `writeWholeFile`. @returns bytes. */
export async function saveTo(path: string, stream: Readable, onBegin?: (part: string) => void): Promise<number> {
  try {
    return await writeWholeFile(path, stream, onBegin);
  } catch (cause) {
    throw fileError(cause, `"${path}" could not be written`);
  }
}

/** Opened, because a file that we must not read has a size too. */
async function sizeOfFile(path: string): Promise<number> {
  const { file, size } = await openPlain(path);
  await file.close();
  return size;
}

function* slices(bytes: Buffer): Generator<Buffer> {
  for (let start = 0; start < bytes.length; start += PIECE) yield bytes.subarray(start, start + PIECE);
}

function streamOf(source: ImageSource): Readable {
  if (Buffer.isBuffer(source)) return Readable.from(slices(source), { objectMode: false });
  return typeof source === "string" ? new PlainFile(source) : source;
}

/**
 * An image that is checked while it is read to be as many bytes as were announced: with less the device would wait for
 * the rest, with more it would cut the image. To iterate its source would take longer than to send it.
 */
class Measured extends Readable {
  readonly #source: Readable;
  readonly #options: BodyOptions;
  readonly #digest: Hash | undefined;
  #read = 0;

  constructor(source: Readable, options: BodyOptions) {
    super({ highWaterMark: READ_AHEAD });
    this.#source = source;
    this.#options = options;
    this.#digest = options.newDigest?.();
    source.pause().on("data", (piece: unknown) => this.#checked(() => this.#take(bytesOf(piece))));
    finished(source, { writable: false }, (error) => (error ? this.#fail(error) : this.#checked(() => this.#end())));
  }

  override _read(): void {
    this.#source.resume();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#source.destroy();
    done(error);
  }

  #take(bytes: Buffer): void {
    const { size, onProgress } = this.#options;
    this.#read += bytes.length;
    if (size !== undefined && this.#read > size) throw wrongSize("more than", size);
    this.#digest?.update(bytes);
    if (!this.push(bytes)) this.#source.pause();
    onProgress?.(this.#read, size);
  }

  #end(): void {
    const { size } = this.#options;
    if (size !== undefined && this.#read < size) throw wrongSize(`only ${this.#read} of`, size);
    this.push(null);
  }

  #checked(work: () => void): void {
    if (this.destroyed) return;
    try {
      work();
    } catch (cause) {
      this.#fail(cause);
    }
  }

  #fail(cause: unknown): void {
    this.destroy(fileError(cause, `The image could not be read after ${this.#read} bytes`));
  }
}

function bytesOf(piece: unknown): Buffer {
  if (Buffer.isBuffer(piece)) return piece;
  if (typeof piece === "string" || piece instanceof Uint8Array) return Buffer.from(piece);
  throw new PiKVMError("The image's stream yields something that is not bytes.", { code: "SOURCE" });
}

function wrongSize(relation: string, size: number): PiKVMError {
  return new PiKVMError(`The image has ${relation} the ${size} bytes announced.`, { code: "SIZE" });
}

function fileError(cause: unknown, message: string): PiKVMError {
  if (cause instanceof PiKVMError) return cause;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new PiKVMError(`${message}: ${reason}`, { code: publicCode(cause, "SOURCE"), cause });
}

function fileNameOf(disposition: string): string {
  const encoded = /filename\*=UTF-8''([^;]+)/i.exec(disposition)?.[1] ?? "";
  try {
    return decodeURIComponent(encoded);
  } catch {
    return encoded;
  }
}
