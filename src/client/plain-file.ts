import { constants, type Stats } from "node:fs";
import { open, stat, type FileHandle } from "node:fs/promises";
import { Readable } from "node:stream";
import { ConfigurationError } from "./errors";

/** To open a pipe would else wait until somebody writes into it, and keep one of the few threads that Node.js has. */
const HOW = constants.O_RDONLY | constants.O_NONBLOCK;

/**
 * Opens a file to be read, and nothing else: no folder, pipe, device or socket.
 * @throws ConfigurationError for what cannot be read, or is no file.
 */
export async function openPlain(path: string): Promise<{ file: FileHandle; size: number }> {
  // Looked at before it is opened, because that alone may do something to a device; and then again, because another
  // one may be there now.
  demandPlain(await asked(path, () => stat(path)), reading(path));
  const file = await asked(path, () => open(path, HOW));
  try {
    const stats = await asked(path, () => file.stat());
    demandPlain(stats, reading(path));
    return { file, size: stats.size };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Bytes that are read at once. */
const PIECE = 64 * 1024;

/** All that is in a file. Its errors are those of `openPlain`, and what the file system says. */
export class PlainFile extends Readable {
  readonly #path: string;
  #file: FileHandle | undefined;

  constructor(path: string) {
    super({ highWaterMark: PIECE });
    this.#path = path;
  }

  override _construct(done: (error?: Error) => void): void {
    openPlain(this.#path).then(({ file }) => {
      this.#file = file;
      done();
    }, done);
  }

  override _read(): void {
    const found = this.#file?.read(Buffer.allocUnsafeSlow(PIECE), 0, PIECE);
    found?.then(
      ({ bytesRead, buffer }) => this.push(bytesRead === 0 ? null : buffer.subarray(0, bytesRead)),
      (error: unknown) => this.destroy(error as Error), // the file system throws nothing else
    );
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    const closed = this.#file?.close() ?? Promise.resolve();
    closed.then(() => done(error), done);
  }
}

/**
 * Looks at the place where a file is to be written: a pipe, device or socket would be replaced by the file.
 * @returns what is there now; undefined for nothing.
 * @throws ConfigurationError for what is neither a file nor a folder.
 */
export async function lookAtPlace(path: string): Promise<Stats | undefined> {
  const there = await stat(path).catch(() => undefined);
  // The file system itself refuses to replace a folder.
  if (there?.isDirectory() === false) demandPlain(there, `The file "${path}" cannot be written`);
  return there;
}

function demandPlain(stats: Stats, failure: string): void {
  if (!stats.isFile()) throw new ConfigurationError(`${failure}: it is not a file, but ${kindOf(stats)}.`);
}

const reading = (path: string): string => `The file "${path}" cannot be read`;

function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return "a folder";
  if (stats.isFIFO()) return "a named pipe";
  return stats.isSocket() ? "a socket" : "a device";
}

async function asked<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw new ConfigurationError(`${reading(path)}: ${systemReason(cause)}.`, { cause });
  }
}

/** `ENOENT: no such file or directory`, of an error that also repeats the path. */
export function systemReason(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause);
  return /^[A-Z0-9]+: [^,]+/.exec(message)?.[0] ?? message;
}
