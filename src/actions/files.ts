import { realpath } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { ConfigurationError } from "../client";
import { lookAtPlace, systemReason } from "../client/plain-file";

/**
 * The files that flows may name: those below a folder, or any. Whoever sends messages often names them, and must not
 * get at others by `..` or by symbolic links.
 */
export class Files {
  readonly #folder: string;

  /** @param folder empty for any; a relative path of a file begins there. */
  constructor(folder = "") {
    this.#folder = folder.trim();
  }

  /**
   * Where a file is that is to be read.
   * @throws ConfigurationError for one that is not below the folder (code `OUTSIDE`), or not there.
   */
  async toRead(path: string): Promise<string> {
    if (this.#folder === "") return path;
    const { root, full } = await this.#lookUp(path);
    const real = await realPath(full, `The file "${path}" cannot be read`);
    if (!isBelow(root, real)) throw this.#outside(path);
    return real;
  }

  /**
   * Where a file is that is to be written. What is there under its name is replaced, never followed.
   * @throws ConfigurationError for one that would not be below the folder (code `OUTSIDE`), or in a folder that is not
   * there, and where a pipe, a device or a socket is.
   */
  async toWrite(path: string): Promise<string> {
    const place = await this.#placeOf(path);
    await lookAtPlace(place);
    return place;
  }

  async #placeOf(path: string): Promise<string> {
    if (this.#folder === "") return path;
    const { root, full } = await this.#lookUp(path);
    const parent = await realPath(dirname(full), `The file "${path}" cannot be written`);
    const real = join(parent, basename(full));
    if (!isBelow(root, real)) throw this.#outside(path);
    return real;
  }

  async #lookUp(path: string): Promise<{ root: string; full: string }> {
    const given = resolve(this.#folder);
    const root = await realPath(
      given,
      `The folder "${this.#folder}" of the device's setting Files from cannot be used`,
    );
    const full = resolve(given, path);
    // What is elsewhere is not even looked at: who asks must not learn whether it is there.
    if (!isBelow(given, full) && !isBelow(root, full)) throw this.#outside(path);
    return { root, full };
  }

  #outside(path: string): ConfigurationError {
    const message = `"${path}" is not in "${this.#folder}", where the device's setting Files from keeps all files.`;
    return new ConfigurationError(message, { code: "OUTSIDE" });
  }
}

async function realPath(path: string, failure: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (cause) {
    throw new ConfigurationError(`${failure}: ${systemReason(cause)}.`, { cause });
  }
}

function isBelow(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== "" && way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
