import type { FileHandle } from "node:fs/promises";
import { ConfigurationError } from "../../src/client";
import { openPlain, systemReason } from "../../src/client/plain-file";

const MIB = 1024 * 1024;
const LIMIT = 16 * MIB;

/** All of a file. @throws ConfigurationError for what cannot be read, or is no file of up to 16 MiB. */
export async function readSmall(path: string): Promise<Buffer> {
  const { file, size } = await openPlain(path);
  const failure = `The file "${path}" cannot be read`;
  try {
    // Files that the system makes up while they are read say that they are empty.
    const bytes = size > LIMIT ? undefined : await upTo(LIMIT, file);
    if (!bytes) throw new ConfigurationError(`${failure}: it is larger than ${LIMIT / MIB} MiB.`);
    return bytes;
  } catch (cause) {
    if (cause instanceof ConfigurationError) throw cause;
    throw new ConfigurationError(`${failure}: ${systemReason(cause)}.`, { cause });
  } finally {
    await file.close();
  }
}

/** @returns undefined when there is more. */
async function upTo(limit: number, file: FileHandle): Promise<Buffer | undefined> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of file.createReadStream({ autoClose: false })) {
    const bytes = piece as Buffer; // without an encoding
    pieces.push(bytes);
    if ((length += bytes.length) > limit) return undefined;
  }
  return Buffer.concat(pieces);
}
