import { ConfigurationError } from "../../src/client";
import { openPlain, systemReason } from "../../src/client/plain-file";

const MIB = 1024 * 1024;
const LIMIT = 16 * MIB;

/** All of a file. @throws ConfigurationError for what cannot be read, or is no file of up to 16 MiB. */
export async function readSmall(path: string): Promise<Buffer> {
  const { file, size } = await openPlain(path);
  const failure = `The file "${path}" cannot be read`;
  try {
    if (size > LIMIT) throw new ConfigurationError(`${failure}: it is larger than ${LIMIT / MIB} MiB.`);
    return await file.readFile();
  } catch (cause) {
    if (cause instanceof ConfigurationError) throw cause;
    throw new ConfigurationError(`${failure}: ${systemReason(cause)}.`, { cause });
  } finally {
    await file.close();
  }
}
