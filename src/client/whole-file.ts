import { randomUUID } from "node:crypto";
import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { lookAtPlace } from "./plain-file";

/**
 * Writes a file that has its name only when it is complete; what was there under that name stays until then, and also
 * when this fails.
 * @param onBegin told the name that it has until then.
 * @returns bytes.
 * @throws ConfigurationError for a pipe, a device or a socket; what the file system or the stream says.
 */
export async function writeWholeFile(
  path: string,
  content: Uint8Array | Readable,
  onBegin?: (part: string) => void,
): Promise<number> {
  try {
    await lookAtPlace(path);
  } catch (error) {
    if (content instanceof Readable) content.destroy();
    throw error;
  }
  // A name of its own: two that write the same file must not mix.
  const unfinished = `${path}.${randomUUID()}.part`;
  onBegin?.(unfinished);
  const file = createWriteStream(unfinished, { flags: "wx" });
  try {
    await pipeline(content instanceof Uint8Array ? [content] : content, file);
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true }).catch(() => undefined);
    throw error;
  }
  return file.bytesWritten;
}
