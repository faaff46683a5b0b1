import { randomUUID } from "node:crypto";
import { rename, rm, writeFile } from "node:fs/promises";
import { ConfigurationError, PiKVMError, type ConnectionChange } from "../client";
import type { PICTURE_FORMATS } from "../config";
import { reasonOf } from "./failure";

/** A JPEG as a flow wants it. A file is there only when it is complete; its path is handed on then. */
export async function handOver(
  image: Buffer,
  format: (typeof PICTURE_FORMATS)[number],
  file: string,
): Promise<Buffer | string> {
  if (format === "buffer") return image;
  if (format === "data_url") return `data:image/jpeg;base64,${image.toString("base64")}`;
  const path = pathOf(file);
  // A name of its own: two that write the same file must not mix.
  const unfinished = `${path}.${randomUUID()}.part`;
  try {
    await writeFile(unfinished, image);
    await rename(unfinished, path);
  } catch (cause) {
    await rm(unfinished, { force: true }).catch(() => undefined);
    throw new PiKVMError(`The picture could not be written to "${path}": ${reasonOf(cause)}`, { code: "FILE", cause });
  }
  return path;
}

/** Hands on one picture after the other. A file that cannot be written is told once, until it can be written again. */
export class PictureDesk {
  readonly #format: (typeof PICTURE_FORMATS)[number];
  readonly #file: string;
  #failed = false;

  constructor(format: (typeof PICTURE_FORMATS)[number], file: string) {
    this.#format = format;
    this.#file = file;
  }

  /** @returns undefined when it failed. */
  async handOver(image: Buffer, tell: (change: ConnectionChange) => void): Promise<Buffer | string | undefined> {
    try {
      const picture = await handOver(image, this.#format, this.#file);
      if (this.#failed) tell({ connected: true });
      this.#failed = false;
      return picture;
    } catch (error) {
      if (!(error instanceof PiKVMError)) throw error;
      if (!this.#failed) tell({ connected: false, error });
      this.#failed = true;
      return undefined;
    }
  }
}

/** @throws ConfigurationError where there is no path. */
export function pathOf(text: string): string {
  if (text.trim() === "") throw new ConfigurationError("There is no path of a file to write the picture to.");
  return text;
}
