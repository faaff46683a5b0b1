import { imageOf, type DriveSteps } from "./drive-steps";
import {
  APIError,
  CancelledError,
  ConfigurationError,
  ConnectError,
  ConnectionTimeoutError,
  PiKVMError,
  withNote,
} from "../errors";
import type { Msd } from "./msd";
import type { MsdState } from "../events/states";

/** Seconds for the device to end what it was doing. */
const PATIENCE = 10;
/** The same after a cancel: whoever cancels does not want to wait for long, but wants to know what is left. */
const PATIENCE_WHEN_CANCELLED = 1.5;

/**
 * Stores an image that is not there yet, and removes what has arrived of it when that fails, also when it is cancelled.
 * When that fails, the error says so.
 */
export async function undoing<T>(msd: Msd, steps: DriveSteps, image: string, store: () => Promise<T>): Promise<T> {
  try {
    return await store();
  } catch (error) {
    if (!hasBegun(error)) throw error;
    const patience = error instanceof CancelledError ? PATIENCE_WHEN_CANCELLED : PATIENCE;
    const removing = removeHalf(msd, steps, image, patience);
    const outcome = await removing.catch((reason: unknown) => notRemoved(image, reason));
    if (!(error instanceof PiKVMError) || outcome === undefined) throw error;
    throw withNote(error, outcome);
  }
}

/** Whether the device may have begun a file. It has not when it refused, nor when nothing was sent. */
function hasBegun(error: unknown): boolean {
  if (error instanceof ConfigurationError) return false;
  if (error instanceof APIError) return error.statusCode < 400 || error.statusCode >= 500;
  const isOurs = [ConnectError, ConnectionTimeoutError, CancelledError].some((kind) => error instanceof kind);
  return !isOurs || (error as PiKVMError).outcome === "unknown";
}

/** Removes the part of an image that has arrived. @returns what has become of it; undefined where there was none. */
async function removeHalf(msd: Msd, steps: DriveSteps, image: string, patience: number): Promise<string | undefined> {
  let wasListed = false;
  const isListed = (now: MsdState): boolean => (wasListed ||= imageOf(now, image) !== undefined);
  const isFree = (now: MsdState): boolean => {
    isListed(now);
    return !now.busy;
  };
  // Without the caller's signal, which may be what has ended the upload.
  const free = await steps.caughtUp(isFree, {}, patience);
  if (!free) return `An incomplete "${image}" may be left: the device could not be looked at.`;
  if (free.busy) return `The device goes on with "${image}": remove it when that is over.`;
  // The device lists a new image a moment later.
  const state = (await steps.caughtUp(isListed, {})) ?? free;
  // When it is complete, only the answer was lost.
  if (imageOf(state, image)?.complete !== false) return undefined;
  try {
    await msd.remove(image);
  } catch (error) {
    // This one says that the device has removed it by itself.
    const isGone = error instanceof APIError && error.error === "MsdUnknownImageError";
    if (!isGone) throw error;
  }
  // Its name is taken until the device does not list it any more, and the caller may try again at once.
  await steps.caughtUp((now) => imageOf(now, image) === undefined, {}).catch(() => undefined);
  return "What had arrived was removed.";
}

function notRemoved(image: string, reason: unknown): string {
  return `The incomplete "${image}" could not be removed: ${reason instanceof Error ? reason.message : String(reason)}`;
}
