import { randomUUID } from "node:crypto";
import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

/**
 * Writes a file that has its name only when it is complete; what was there under that name stays until then, and also
 * when this fails.
 * @returns bytes.
 * @throws what the file system or the stream says.
 */
export async function writeWholeFile(path: string, content: Uint8Array | Readable): Promise<number> {
  // A name of its own: two that write the same file must not mix.
  const unfinished = `${path}.${randomUUID()}.part`;
  const file = createWriteStream(unfinished);
  try {
    await pipeline(content instanceof Uint8Array ? [content] : content, file);
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true }).catch(() => undefined);
    throw error;
  }
  return file.bytesWritten;
}
