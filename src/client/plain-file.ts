import { constants, type Stats } from "node:fs";
import { open, stat, type FileHandle } from "node:fs/promises";
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

/** All that is in a file, piece by piece. @throws as `openPlain`, and what the file system says. */
export async function* piecesOf(path: string): AsyncGenerator<Buffer, void, undefined> {
  const { file } = await openPlain(path);
  try {
    for await (const piece of file.createReadStream({ autoClose: false })) yield piece as Buffer; // without an encoding
  } finally {
    await file.close();
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
