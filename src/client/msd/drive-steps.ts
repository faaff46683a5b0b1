import type { ChangeOptions } from "../http/commands";
import { APIError, ConfigurationError, WaitTimeoutError, withNote } from "../errors";
import { shownImage } from "./image-name";
import type { Msd } from "./msd";
import type { MsdImage, MsdState, MsdStorage } from "../events/states";
import type { CallOptions } from "../http/transport";
import type { StateWaiter } from "../events/state-waiter";

export interface DriveOptions extends ChangeOptions {
  /** Seconds for the drive to be connected or pulled. Default 10. */
  timeout?: number;
}

/** What the drive is to show, and how. */
export interface Wanted {
  image: string;
  cdrom: boolean;
  rw: boolean;
}

type Condition = (state: MsdState) => boolean;

/** Seconds in which the list of images that the device reports follows what has happened in its storage. */
const LISTING_LAG = 3;
const TIMEOUT = 10;

/**
 * The steps of which the actions of the drive and of its images are made. Whoever calls them holds the lane of both.
 */
export class DriveSteps {
  readonly #msd: Msd;
  readonly #waiter: StateWaiter;

  constructor(msd: Msd, waiter: StateWaiter) {
    this.#msd = msd;
    this.#waiter = waiter;
  }

  /** Selects an image, plugs the drive in, and waits until it is connected. */
  async insert(wanted: Wanted, { timeout = TIMEOUT, ...options }: DriveOptions): Promise<MsdState> {
    await this.#msd.setParams(wanted, options);
    await this.#msd.setConnected(true, options);
    const drive = `The drive with "${shownImage(wanted.image)}"`;
    const failure = `${drive} was not connected ${timeout} s after the device had accepted it.`;
    return this.#until((now) => now.drive?.connected === true, { timeout, failure, ...options });
  }

  /** Pulls the drive and waits until it is disconnected. */
  async pull({ timeout = TIMEOUT, ...options }: DriveOptions): Promise<MsdState> {
    await this.#msd.setConnected(false, options);
    const failure = `The drive was still connected ${timeout} s after the device had accepted to pull it.`;
    return this.#until((now) => now.drive?.connected === false, { timeout, failure, ...options });
  }

  /**
   * Finds an image that can be used; waits a moment for one that was just uploaded.
   * @returns undefined where the device reports no storage: its own error comes with the next call.
   * @throws ConfigurationError for one that is not there or incomplete.
   */
  async find(image: string, before: MsdState, options: CallOptions): Promise<MsdImage | undefined> {
    if (!before.storage) return undefined;
    const isComplete: Condition = (now) => imageOf(now, image)?.complete === true;
    const { storage } = isComplete(before) ? before : ((await this.caughtUp(isComplete, options)) ?? before);
    const found = imageOf({ storage }, image);
    if (!found) throw new ConfigurationError(`The storage has no image "${image}". ${describeImages(storage)}`);
    if (!found.complete)
      throw new ConfigurationError(`The image "${image}" is incomplete: its upload runs or has failed.`);
    return found;
  }

  /**
   * The state once its listing has caught up, or the latest one after the time that this may take; undefined when there
   * is none.
   */
  async caughtUp(condition: Condition, { signal }: CallOptions, timeout = LISTING_LAG): Promise<MsdState | undefined> {
    let latest: MsdState | undefined;
    const kept: Condition = (now) => condition((latest = now));
    try {
      await this.#until(kept, { signal, timeout, failure: "" });
    } catch (error) {
      if (!(error instanceof WaitTimeoutError)) throw error;
    }
    return latest;
  }

  /** The state when nothing is being transferred, or after so many seconds. */
  async whenFree({ busyRetry = 0, signal }: ChangeOptions): Promise<MsdState> {
    const now = await this.#msd.getState({ signal });
    if (!now.busy || busyRetry === 0) return now;
    try {
      return await this.#until(({ busy }) => !busy, { signal, timeout: busyRetry, failure: "" });
    } catch (error) {
      if (!(error instanceof WaitTimeoutError)) throw error;
      return now;
    }
  }

  #until(condition: Condition, options: CallOptions & { timeout: number; failure: string }): Promise<MsdState> {
    return this.#waiter.until("msd", (how) => this.#msd.getState(how), condition, options);
  }
}

export function imageOf({ storage }: Pick<MsdState, "storage">, name: string): MsdImage | undefined {
  return storage && Object.hasOwn(storage.images, name) ? storage.images[name] : undefined;
}

/**
 * A name as the storage writes it. The same letters can be written in two ways (an umlaut as one character or as two,
 * by which macOS names files), that look alike to everybody: the only image of this look is meant.
 */
export function storedName({ storage }: Pick<MsdState, "storage">, name: string): string {
  if (!storage || Object.hasOwn(storage.images, name)) return name;
  const [only, another] = Object.keys(storage.images).filter((other) => other.normalize() === name.normalize());
  return only !== undefined && another === undefined ? only : name;
}

/**
 * The storage, of a device that has one.
 * @throws APIError as any call that needs one would end.
 */
export function storageOf({ enabled, storage }: Pick<MsdState, "enabled" | "storage">): MsdStorage {
  if (storage) return storage;
  const [error, errorMsg] = enabled ? ["MsdOfflineError", "MSD is not found"] : ["MsdDisabledError", "MSD is disabled"];
  throw new APIError(`HTTP 400: ${errorMsg}`, { statusCode: 400, error, errorMsg });
}

/** The name of what the computer has in its drive now. */
export function mountedIn({ drive }: MsdState): string | undefined {
  return drive?.connected === true ? drive.image?.name : undefined;
}

/**
 * Runs what the device may refuse.
 * @param advice by the device's name of the refusal, or the error's code: what to do about it.
 */
export async function advised<T>(work: () => Promise<T>, advice: Partial<Record<string, string>>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof APIError)) throw error;
    const text = advice[error.error] ?? advice[error.code];
    throw text === undefined ? error : withNote(error, text);
  }
}

const NAMES_IN_MESSAGE = 10;

function describeImages(storage: MsdStorage | null): string {
  const images = Object.entries(storage?.images ?? {});
  if (images.length === 0) return "It is empty.";
  // Incomplete ones are no choice.
  const names = images.flatMap(([name, { complete }]) => (complete ? [name] : []));
  if (names.length === 0) return "What is there is incomplete.";
  const more = names.length > NAMES_IN_MESSAGE ? ", ..." : "";
  return `There are: ${names.slice(0, NAMES_IN_MESSAGE).join(", ")}${more}.`;
}
