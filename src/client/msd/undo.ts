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
/** Who cancels does not want to wait, and still wants to know. */
const PATIENCE_WHEN_CANCELLED = 1.5;

/**
 * Stores an image that is not there yet, and removes what has arrived of it when that fails, also when it is cancelled.
 * A failure to remove it is told in the error.
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

/** Whether the device may have made a file: not when it has refused, nor when nothing was sent. */
function hasBegun(error: unknown): boolean {
  if (error instanceof ConfigurationError) return false;
  if (error instanceof APIError) return error.statusCode < 400 || error.statusCode >= 500;
  const isOurs = [ConnectError, ConnectionTimeoutError, CancelledError].some((kind) => error instanceof kind);
  return !isOurs || (error as PiKVMError).outcome === "unknown";
}

/** @returns what has become of it, where there was something. */
async function removeHalf(msd: Msd, steps: DriveSteps, image: string, patience: number): Promise<string | undefined> {
  let wasListed = false;
  const isListed = (now: MsdState): boolean => (wasListed ||= imageOf(now, image) !== undefined);
  const isFree = (now: MsdState): boolean => {
    isListed(now);
    return !now.busy;
  };
  // Not with the caller's signal: that may be what has ended it.
  const free = await steps.caughtUp(isFree, {}, patience);
  if (!free) return `An incomplete "${image}" may be left: the device could not be looked at.`;
  if (free.busy) return `The device goes on with "${image}": remove it when that is over.`;
  // A fresh one is listed a moment later.
  const state = (await steps.caughtUp(isListed, {})) ?? free;
  // A complete one has arrived although its answer was lost.
  if (imageOf(state, image)?.complete !== false) return undefined;
  try {
    await msd.remove(image);
  } catch (error) {
    // The device has removed it by itself.
    const isGone = error instanceof APIError && error.error === "MsdUnknownImageError";
    if (!isGone) throw error;
  }
  // Until then its name is taken, for who tries again at once.
  await steps.caughtUp((now) => imageOf(now, image) === undefined, {}).catch(() => undefined);
  return "What had arrived was removed.";
}

function notRemoved(image: string, reason: unknown): string {
  return `The incomplete "${image}" could not be removed: ${reason instanceof Error ? reason.message : String(reason)}`;
}
