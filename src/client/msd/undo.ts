import { imageOf, type DriveSteps } from "./drive-steps";
import {
  APIError,
  CancelledError,
  ConfigurationError,
  ConnectError,
  ConnectionTimeoutError,
  clarified,
  PiKVMError,
  withNote,
} from "../errors";
import type { Msd } from "./msd";
import type { MsdState } from "../events/states";

/** Seconds for the device to end what it was doing. */
const PATIENCE = 10;
/**
 * The same after a cancel: whoever cancels does not want to wait for long, but wants to know what is left. A device
 * that stops a download notices within 2 s.
 */
const PATIENCE_WHEN_CANCELLED = 3;
/** Seconds for which an image is looked for that an earlier process may have left: it is listed, or never was begun. */
export const LISTED_BY_NOW = 3;

/** What is known of an image that is on its way into the storage. */
export interface Arriving {
  /** Undefined until the device has told the name that it has chosen. */
  name: string | undefined;
  /** Whether it is sure that the device does not begin later. */
  begun: boolean;
}

/** What has become of an image that did not arrive. */
interface Rest {
  note: string;
  /** Nothing of it is there, nor will be. */
  isGone: boolean;
}

/**
 * Stores an image that is not there yet, and removes what has arrived of it when that fails, also when it is cancelled.
 * The error says what has become of it; where nothing is left, its outcome is known.
 */
export async function undoing<T>(
  msd: Msd,
  steps: DriveSteps,
  image: Readonly<Arriving>,
  store: () => Promise<T>,
): Promise<T> {
  try {
    return await store();
  } catch (error) {
    const isOurs = error instanceof PiKVMError;
    if (isOurs && !hasBegun(error)) throw error;
    const { note, isGone } = await restOf(msd, steps, image, error instanceof CancelledError);
    if (!isOurs) throw error;
    throw isGone ? clarified(error, note) : withNote(error, note);
  }
}

/** Whether the device may have begun a file. It has not when it refused, nor when nothing was sent. */
function hasBegun(error: PiKVMError): boolean {
  if (error instanceof ConfigurationError) return false;
  if (error.outcome === "unknown") return true;
  if (error instanceof APIError) return error.statusCode < 400 || error.statusCode >= 500;
  const isOurs = [ConnectError, ConnectionTimeoutError, CancelledError].some((kind) => error instanceof kind);
  return !isOurs;
}

/** Removes the part of an image that has arrived. Never throws. */
async function restOf(
  msd: Msd,
  steps: DriveSteps,
  { name, begun }: Readonly<Arriving>,
  isCancelled: boolean,
): Promise<Rest> {
  const patience = isCancelled ? PATIENCE_WHEN_CANCELLED : PATIENCE;
  if (name === undefined) return { note: await unnamedRest(steps, patience), isGone: false };
  try {
    const left = await removeHalf(msd, steps, name, { patience });
    if (left) return left;
    if (begun) return { note: `Nothing of "${name}" is left on the device.`, isGone: true };
    return { note: `The device may still begin, and leave an incomplete "${name}".`, isGone: false };
  } catch (reason) {
    const why = reason instanceof Error ? reason.message : String(reason);
    return { note: `The incomplete "${name}" could not be removed: ${why}`, isGone: false };
  }
}

/** Of an image whose name was not told yet, nothing is removed: an incomplete one may be somebody else's. */
async function unnamedRest(steps: DriveSteps, patience: number): Promise<string> {
  const latest = await steps.caughtUp(({ busy }) => !busy, {}, patience).catch(() => undefined);
  const uploading = latest?.busy ? latest.storage?.uploading : undefined;
  // Old devices only say that one runs.
  if (uploading && uploading !== true) return goesOn(uploading.name);
  return "The device had not told yet how it calls the image: it may still begin, and leave it incomplete.";
}

const goesOn = (name: string): string => `The device goes on with "${name}": remove it when that is over.`;

interface Looking {
  /** Seconds for the device to end what it was doing. */
  patience?: number;
  /** Seconds for it to list what has arrived; by default as many. */
  lookFor?: number;
  /** That it was to have: another is somebody else's. */
  size?: number | undefined;
}

/** @returns undefined where nothing was there. */
export async function removeHalf(
  msd: Msd,
  steps: DriveSteps,
  name: string,
  { patience = PATIENCE, lookFor = patience, size = Infinity }: Looking,
): Promise<Rest | undefined> {
  let wasListed = false as boolean; // it changes below, which the compiler does not see
  const isListed = (now: MsdState): boolean => (wasListed ||= imageOf(now, name) !== undefined);
  const isFree = (now: MsdState): boolean => {
    isListed(now);
    return !now.busy;
  };
  // Without the caller's signal, which may be what has ended the upload.
  const free = await steps.caughtUp(isFree, {}, patience);
  if (!free) return { note: `An incomplete "${name}" may be left: the device could not be looked at.`, isGone: false };
  if (free.busy) return { note: goesOn(name), isGone: false };
  // The device lists a new image a moment later, and a busy one later still.
  const state = (await steps.caughtUp(isListed, {}, lookFor)) ?? free;
  const found = imageOf(state, name);
  if (!found) return wasListed ? { note: REMOVED, isGone: true } : undefined;
  // Only the answer was lost.
  if (found.complete) return { note: `"${name}" is complete on the device.`, isGone: false };
  // Old devices count what has arrived, newer ones what is to arrive.
  if (found.size > size) return { note: `"${name}" is another one.`, isGone: false };
  try {
    await msd.remove(name);
  } catch (error) {
    // This one says that the device has removed it by itself.
    const isGone = error instanceof APIError && error.error === "MsdUnknownImageError";
    if (!isGone) throw error;
  }
  // Its name is taken until the device does not list it any more, and the caller may try again at once.
  await steps.caughtUp((now) => imageOf(now, name) === undefined, {}).catch(() => undefined);
  return { note: REMOVED, isGone: true };
}

const REMOVED = "What had arrived was removed.";
