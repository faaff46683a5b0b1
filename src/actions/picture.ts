import { ConfigurationError, PiKVMError } from "../client";
import { writeWholeFile } from "../client/whole-file";
import type { Files } from "./files";
import type { PICTURE_FORMATS } from "../schema/picture-formats";
import { reasonOf } from "./thrown";

type PictureFormat = (typeof PICTURE_FORMATS)[number];

/** A JPEG as a flow wants it. A file is there only when it is complete; its path is handed on then. */
export async function handOver(image: Buffer, format: PictureFormat, file: string): Promise<Buffer | string> {
  if (format === "buffer") return image;
  if (format === "data_url") return `data:image/jpeg;base64,${image.toString("base64")}`;
  const path = pathOf(file);
  try {
    await writeWholeFile(path, image);
  } catch (cause) {
    if (cause instanceof PiKVMError) throw cause;
    throw new PiKVMError(`The picture could not be written to "${path}": ${reasonOf(cause)}`, { code: "FILE", cause });
  }
  return path;
}

/** Is told when pictures begin to fail, and when they are right again. */
export interface PictureReports {
  failed: (error: PiKVMError) => void;
  recovered: () => void;
}

/**
 * Hands on one picture after the other. A file that cannot be written is reported once, until it can be written again.
 */
export class PictureWriter {
  readonly #format: PictureFormat;
  readonly #file: string;
  readonly #files: Files;
  #failed = false;

  constructor(format: PictureFormat, file: string, files: Files) {
    this.#format = format;
    this.#file = file;
    this.#files = files;
  }

  /** @returns undefined when it failed. */
  async handOver(image: Buffer, report: PictureReports): Promise<Buffer | string | undefined> {
    try {
      const file = this.#format === "file" ? await this.#files.toWrite(pathOf(this.#file)) : "";
      const picture = await handOver(image, this.#format, file);
      if (this.#failed) report.recovered();
      this.#failed = false;
      return picture;
    } catch (error) {
      if (!(error instanceof PiKVMError)) throw error;
      if (!this.#failed) report.failed(error);
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
