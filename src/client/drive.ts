import type { ChangeOptions } from "./commands";
import { ConfigurationError, WaitTimeoutError } from "./errors";
import type { Lane } from "./lane";
import type { Msd } from "./msd";
import type { MsdImage, MsdState, MsdStorage } from "./states";
import type { CallOptions } from "./transport";
import type { StateWaiter } from "./wait";

export interface DriveOptions extends ChangeOptions {
  /** Seconds for the drive to be connected or pulled. Default 10. */
  timeout?: number;
}

export interface MountOptions extends DriveOptions {
  /** How the computer sees it. Default `cdrom`. */
  kind?: "cdrom" | "flash";
  /** Let the computer write to it; flash drives only. Default false. */
  writable?: boolean;
}

export interface DriveResult {
  /** False when everything was as wanted already. */
  changed: boolean;
  state: MsdState;
}

/** Seconds in which a fresh upload appears in the device's listing. */
const LISTING_LAG = 3;

/** The USB drive in steps that belong together: nobody of ours changes it in between. */
export class Drive {
  readonly #msd: Msd;
  readonly #waiter: StateWaiter;
  readonly #lane: Lane;

  constructor(msd: Msd, waiter: StateWaiter, lane: Lane) {
    this.#msd = msd;
    this.#waiter = waiter;
    this.#lane = lane;
  }

  getState(options: CallOptions = {}): Promise<MsdState> {
    return this.#msd.getState(options);
  }

  /**
   * Shows an image of the storage to the computer and waits until the drive is connected. The device does not tell whether the
   * computer has read it. An image that is mounted already in the same way is left alone.
   * @throws ConfigurationError for an image that is not there, incomplete, or not writable though asked; APIError `MsdConnectedError`
   * when another image is mounted.
   */
  mount(
    image: string,
    { kind = "cdrom", writable = false, timeout = 10, ...options }: MountOptions = {},
  ): Promise<DriveResult> {
    const wanted = { image: normalizedName(image), cdrom: kind === "cdrom", rw: writable };
    return this.#lane.run(async () => {
      if (wanted.image === "") throw new ConfigurationError("No image is named.");
      if (wanted.cdrom && writable)
        throw new ConfigurationError("A CD-ROM cannot be writable; mount it as flash drive.");
      const before = await this.#msd.getState(options);
      if (isMounted(before, wanted)) return { changed: false, state: before };
      await this.#checkImage(before, wanted, options);
      await this.#msd.setParams(wanted, options);
      await this.#msd.setConnected(true, options);
      const failure = `The drive with "${wanted.image}" was not connected ${timeout} s after the device had accepted it.`;
      const state = await this.#until((now) => now.drive?.connected === true, timeout, failure, options);
      return { changed: true, state };
    }, options.signal);
  }

  /** Pulls the drive; the image stays selected. A drive that is not connected is left alone. */
  eject({ timeout = 10, ...options }: DriveOptions = {}): Promise<DriveResult> {
    return this.#lane.run(async () => {
      const before = await this.#msd.getState(options);
      // Where there is no drive at all, the device's own error says why.
      if (before.drive && !before.drive.connected) return { changed: false, state: before };
      await this.#msd.setConnected(false, options);
      const failure = `The drive was still connected ${timeout} s after the device had accepted to pull it.`;
      const state = await this.#until((now) => now.drive?.connected === false, timeout, failure, options);
      return { changed: true, state };
    }, options.signal);
  }

  /** Refuses what the device would accept in silence or refuse without saying what to do. An offline drive gives its own error later. */
  async #checkImage(before: MsdState, { image, rw }: Wanted, options: DriveOptions): Promise<void> {
    const isRemote = image.includes("://");
    if (!before.storage || before.drive?.connected || isRemote) return;
    const storage = imageOf(before, image)?.complete ? before.storage : await this.#listed(image, before, options);
    const found = storage.images[image];
    if (!found) throw new ConfigurationError(`The storage has no image "${image}". ${describeImages(storage)}`);
    if (!found.complete)
      throw new ConfigurationError(`The image "${image}" is incomplete: its upload runs or has failed.`);
    if (rw && found.writable === false)
      throw new ConfigurationError(`The image "${image}" cannot be mounted writable.`);
  }

  /** The listing once it has caught up with a fresh upload of the image, or after the time that this may take. */
  async #listed(image: string, before: MsdState, options: DriveOptions): Promise<MsdStorage> {
    let latest = before;
    const isListed = (now: MsdState): boolean => {
      latest = now;
      return imageOf(now, image)?.complete === true;
    };
    try {
      await this.#until(isListed, LISTING_LAG, "", options);
    } catch (error) {
      if (!(error instanceof WaitTimeoutError)) throw error;
    }
    return latest.storage ?? { images: {}, uploading: null, downloading: null };
  }

  #until(
    condition: (state: MsdState) => boolean,
    timeout: number,
    failure: string,
    { signal }: ChangeOptions,
  ): Promise<MsdState> {
    return this.#waiter.until("msd", (options) => this.#msd.getState(options), condition, { signal, timeout, failure });
  }
}

interface Wanted {
  image: string;
  cdrom: boolean;
  rw: boolean;
}

function imageOf({ storage }: MsdState, name: string): MsdImage | undefined {
  return storage?.images[name];
}

function isMounted({ drive }: MsdState, wanted: Wanted): boolean {
  return (
    drive?.connected === true &&
    drive.image?.name === wanted.image &&
    drive.cdrom === wanted.cdrom &&
    drive.rw === wanted.rw
  );
}

/** As the device itself would write it: without empty parts. */
function normalizedName(image: string): string {
  if (image.includes("://")) return image.trim();
  return image
    .split("/")
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .join("/");
}

const NAMES_IN_MESSAGE = 10;

function describeImages({ images }: MsdStorage): string {
  const names = Object.keys(images);
  if (names.length === 0) return "It is empty.";
  const more = names.length > NAMES_IN_MESSAGE ? ", ..." : "";
  return `There are: ${names.slice(0, NAMES_IN_MESSAGE).join(", ")}${more}.`;
}
