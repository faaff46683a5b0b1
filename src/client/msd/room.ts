import { ConfigurationError } from "../errors";
import type { MsdState, MsdStorage } from "../events/states";

const GIGA = 1_000_000_000;
const MEGA = 1_000_000;

/**
 * Checks that an image fits into the part of the storage where it goes. Where the device does not report its free
 * space, it may.
 * @param needed bytes. One of the same name counts as free: it is replaced.
 * @throws ConfigurationError with the code `NO_SPACE`.
 */
export function demandRoom({ storage }: MsdState, image: string, needed: number): void {
  const part = storage && partOf(storage, image);
  if (!part) return;
  const free = part.free + (storage.images[image]?.size ?? 0);
  if (needed <= free) return;
  const message = `"${image}" has ${sizeText(needed)}, but the device's storage has ${sizeText(free)} free.`;
  throw new ConfigurationError(message, { code: "NO_SPACE" });
}

/** The part of the storage where an image goes: the internal one, unless it goes into the folder of another. */
function partOf({ parts, free }: MsdStorage, image: string) {
  // Before it was told of each part, there was one.
  if (!parts) return free === undefined ? undefined : { free };
  const mounted = Object.keys(parts).filter((name) => name !== "" && image.startsWith(`${name}/`));
  const [deepest = ""] = mounted.sort((a, b) => b.length - a.length);
  return parts[deepest];
}

function sizeText(bytes: number): string {
  return bytes < GIGA ? `${(bytes / MEGA).toFixed(1)} MB` : `${(bytes / GIGA).toFixed(1)} GB`;
}
