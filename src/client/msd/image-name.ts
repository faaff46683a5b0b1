import { ConfigurationError } from "../errors";

/** Bytes of a path, of which the device's own folder takes some. */
const MAX_PATH = 4096;
const MAX_NAME = MAX_PATH - 96;
/** Bytes of a name in a file system. The device itself would cut a longer one, and take it for another. */
const MAX_PART = 255;
/** What the device adds to the name of an image for the file that marks it as incomplete. */
const MARK = ".__.incomplete".length;
/** Characters for which the device writes `_`, because it does not count them as printable. */
const UNPRINTABLE = /\p{C}|[^\P{Z} ]/gu;

/**
 * An image's name as the device will write it: by its own rule, so that nothing has to be sent to find out.
 * @throws ConfigurationError for a name that the device refuses.
 */
export function imageName(name: string): string {
  const parts = partsOf(name);
  if (parts.length === 0) throw new ConfigurationError("No image is named.");
  demandShort(name);
  return parts.map((part) => partOf(part, name)).join("/");
}

/**
 * The name of an image that is to be stored.
 * @throws ConfigurationError also for a name to which the device cannot add what marks it as incomplete.
 */
export function newImageName(name: string): string {
  const written = imageName(name);
  demandShort(name, { isNew: true });
  return written;
}

/**
 * @param isNew it is to be stored.
 * @throws ConfigurationError for a name that is too long for the device's file system: it would be cut, or end in a
 * failure without a reason.
 */
export function demandShort(name: string, { isNew = false } = {}): void {
  const sizes = partsOf(name).map((part) => Buffer.byteLength(part.trim().replace(UNPRINTABLE, "_")));
  if (sizes.some((size) => size > MAX_PART))
    throw refused(name, `no part of the name may be longer than ${MAX_PART} bytes`);
  if (isNew && (sizes.at(-1) ?? 0) > MAX_PART - MARK)
    throw refused(
      name,
      `a new image may have a name of ${MAX_PART - MARK} bytes: the device adds ${MARK} while it stores it`,
    );
  if (sizes.reduce((sum, size) => sum + 1 + size, 0) > MAX_NAME)
    throw new ConfigurationError(`The image's name is longer than fits into a path of ${MAX_PATH} bytes.`);
}

const partsOf = (name: string): string[] =>
  name
    .trim()
    .split("/")
    .filter((part) => part !== "");

/** Whether the device takes this for the address of an image on another computer, rather than for a name. */
export function isRemote(image: string): boolean {
  return /^[a-z][a-z0-9._+-]+[a-z]:\/\/[a-z0-9[]/i.test(image.trim());
}

/** How an image is shown in a message: an address without its password. */
export function shownImage(image: string): string {
  return image.replace(/^([a-z][a-z0-9._+-]+:\/\/[^/:@]*:)[^/]*@/i, "$1***@");
}

function partOf(raw: string, name: string): string {
  const part = raw.trim();
  if (part === "") throw refused(name, "the name of a folder is blank");
  if (part.startsWith(".")) throw refused(name, "no part of the name may begin with a dot");
  if (part === "lost+found") throw refused(name, '"lost+found" is the file system\'s own');
  if (part.includes("\0")) throw refused(name, "it contains a NUL character");
  return part.replace(UNPRINTABLE, "_");
}

function refused(name: string, reason: string): ConfigurationError {
  return new ConfigurationError(`An image cannot be named ${quoted(name)}: ${reason}.`);
}

const SHOWN = 100;

function quoted(name: string): string {
  const shown = shownImage(name.trim());
  return JSON.stringify(shown.length > SHOWN ? `${shown.slice(0, SHOWN)}...` : shown);
}
