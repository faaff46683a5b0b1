import type { ChangeOptions } from "../http/commands";
import { advised, imageOf, mountedIn, type DriveSteps } from "./drive-steps";
import { APIError, ConfigurationError, PiKVMError, withNote } from "../errors";
import type { Msd, StoredImage } from "./msd";
import { demandRoom } from "./room";
import type { MsdImage, MsdState } from "../events/states";
import { undoing, type Arriving } from "./undo";
import { takes } from "../versions";

/** Sends an image. @param arriving is kept up to what the device tells of it. */
type Send = (arriving: Arriving, signal: AbortSignal) => Promise<StoredImage>;

export interface Storing extends ChangeOptions {
  signal: AbortSignal;
  /** Remove an image of that name first. */
  replace: boolean;
  /** Bytes, where they are known. */
  size?: number | undefined;
  /** The device fetches it: what cannot be sent is known when it was tried, and it may begin late. */
  isFetched: boolean;
}

const MOUNTED = "The device does not do that while an image is mounted: eject it first.";
export const ADVICE = { MsdConnectedError: MOUNTED };
/** What may be the reason of a failure for which the device gives none. */
const STORE_ADVICE = { ...ADVICE, HTTP_500: "Is the storage full, or the folder of the image not there?" };

/** Puts images into the storage, and takes them out. Whoever uses it holds the lane of the drive. */
export class ImageStore {
  readonly #msd: Msd;
  readonly #steps: DriveSteps;

  constructor(msd: Msd, steps: DriveSteps) {
    this.#msd = msd;
    this.#steps = steps;
  }

  /** Stores an image under a name, and waits until it can be mounted. */
  async store(image: string, send: Send, { replace, size, isFetched, ...turn }: Storing): Promise<StoredImage> {
    const before = await this.#steps.whenFree(turn);
    demandUploads(before);
    const old = imageOf(before, image);
    demandName(image, before, replace);
    if (size !== undefined) demandRoom(before, image, size);
    const put = () => this.put({ name: image, begun: !isFetched }, send, turn.signal);
    if (!old) return put();
    // The device asks the web server before it looks at the name: where only that is in the way, there is something to
    // download.
    const stored = isFetched ? await unlessTaken(put) : undefined;
    if (stored) return stored;
    await this.remove(image, turn);
    return put().catch((error: unknown) => {
      if (!(error instanceof PiKVMError)) throw error;
      throw withNote(error, `The "${image}" of before was removed for it.`);
    });
  }

  /** Stores an image without a look at what is there. */
  async put(arriving: Arriving, send: Send, signal: AbortSignal): Promise<StoredImage> {
    const sent = () => advised(() => send(arriving, signal), STORE_ADVICE);
    const stored = await undoing(this.#msd, this.#steps, arriving, sent);
    // The image is stored, even when the device lists it late or not at all.
    await this.#steps
      .caughtUp((now) => imageOf(now, stored.name)?.complete === true, { signal })
      .catch(() => undefined);
    return stored;
  }

  /** Removes an image. @returns the state once the device lists it no more. */
  async remove(image: string, options: ChangeOptions): Promise<MsdState | undefined> {
    await advised(() => this.#msd.remove(image, options), ADVICE);
    return this.#steps.caughtUp((now) => imageOf(now, image) === undefined, options);
  }
}

/** @returns undefined when the device refuses because the name is taken. */
export async function unlessTaken<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof APIError && error.error === "MsdImageExistsError") return undefined;
    throw error;
  }
}

/** @throws PiKVMError for a device that takes images from its own web page only. */
function demandUploads({ storage }: MsdState): void {
  // Such a device tells of an upload no more than that it runs.
  if (typeof storage?.uploading !== "boolean") return;
  throw new PiKVMError(`The device takes images from its own web page only: ${takes("plainUpload")}`, {
    code: "NOT_SUPPORTED",
  });
}

function demandName(image: string, state: MsdState, replace: boolean): void {
  const old = imageOf(state, image);
  if (!old) return;
  if (!replace) throw exists(image, old);
  if (mountedIn(state) === image)
    throw new ConfigurationError(`"${image}" is mounted and cannot be replaced: eject it first.`);
}

function exists(image: string, { complete }: MsdImage): ConfigurationError {
  const what = complete ? `"${image}"` : `an incomplete "${image}", of an upload that runs or has failed`;
  const message = `The storage has ${what} already: replace it, remove it first, or take another name.`;
  return new ConfigurationError(message, { code: "EXISTS" });
}
