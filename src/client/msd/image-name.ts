import { ConfigurationError } from "../errors";

const MAX_NAME = 4096;
const MAX_RAW_PART = 512;
const MAX_PART = 255;
/** Characters for which the device writes `_`, because it does not count them as printable. */
const UNPRINTABLE = /\p{C}|[^\P{Z} ]/gu;

/**
 * An image's name as the device will write it: by its own rule, so that nothing has to be sent to find out.
 * @throws ConfigurationError for a name that the device refuses.
 */
export function imageName(name: string): string {
  const parts = name
    .trim()
    .split("/")
    .filter((part) => part !== "");
  if (parts.length === 0) throw new ConfigurationError("No image is named.");
  if (Array.from(name).length > MAX_NAME)
    throw new ConfigurationError(`The image's name is longer than ${MAX_NAME} characters.`);
  return parts.map((part) => partOf(part, name)).join("/");
}

/** Whether the device takes this for the address of an image on another computer, rather than for a name. */
export function isRemote(image: string): boolean {
  return /^[a-z][a-z0-9+.-]{2,}:\/\//i.test(image.trim());
}

/** How an image is shown in a message: an address without its password. */
export function shownImage(image: string): string {
  return image.replace(/^([a-z][a-z0-9+.-]{2,}:\/\/[^/:@]*:)[^/]*@/i, "$1***@");
}

function partOf(raw: string, name: string): string {
  const refused = (reason: string) => new ConfigurationError(`An image cannot be named ${quoted(name)}: ${reason}.`);
  const part = raw.trim();
  if (part === "") throw refused("the name of a folder is blank");
  if (part.startsWith(".")) throw refused("no part of the name may begin with a dot");
  if (part === "lost+found") throw refused('"lost+found" is the file system\'s own');
  if (part.includes("\0")) throw refused("it contains a NUL character");
  const written = Array.from(part.replace(UNPRINTABLE, "_"));
  const shortened = written.slice(0, MAX_PART).join("");
  // The device itself has no such rule, but its file system has.
  if (written.length > MAX_RAW_PART || Buffer.byteLength(shortened) > MAX_PART)
    throw refused(`no part of the name may be longer than ${MAX_PART} bytes`);
  return shortened;
}

const SHOWN = 100;

function quoted(name: string): string {
  const shown = shownImage(name.trim());
  return JSON.stringify(shown.length > SHOWN ? `${shown.slice(0, SHOWN)}...` : shown);
}
