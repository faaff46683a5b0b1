import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { ConfigurationError } from "../../src/client";
import { reasonOf } from "../../src/actions/thrown";

const MIB = 1024 * 1024;
const LIMIT = 16 * MIB;
/** To open a pipe would else wait until somebody writes into it. */
const HOW = constants.O_RDONLY | constants.O_NONBLOCK;

/** All of a file. @throws ConfigurationError for what cannot be read, or is no file of up to 16 MiB. */
export async function readSmall(path: string): Promise<Buffer> {
  try {
    const file = await open(path, HOW);
    try {
      const stat = await file.stat();
      if (!stat.isFile()) throw new Error("it is not a file");
      if (stat.size > LIMIT) throw new Error(`it is larger than ${LIMIT / MIB} MiB`);
      return await file.readFile();
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw new ConfigurationError(`The file "${path}" cannot be read: ${reasonOf(cause)}`, { cause });
  }
}
