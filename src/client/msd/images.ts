import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { Readable } from "node:stream";
import type { ChangeOptions } from "../http/commands";
import { whileBusy } from "../http/retry";
import type { DriveResult } from "./drive";
import { advised, imageOf, mountedIn, type DriveOptions, type DriveSteps } from "./drive-steps";
import { APIError, ConfigurationError, PiKVMError, withNote } from "../errors";
import { imageName } from "./image-name";
import { addressOf, nameIn, withoutPassword } from "./image-url";
import type { Lane } from "../lanes/lane";
import type { DownloadOptions, Msd, StoredImage } from "./msd";
import { demandRoom } from "./room";
import type { MsdImage, MsdState } from "../events/states";
import { sizeOf, type Download, type ImageSource, type TransferProgress } from "../http/transfer";
import type { CallOptions } from "../http/transport";
import { takes } from "../versions";
import { undoing } from "./undo";

interface StoreImageOptions extends ChangeOptions {
  /** In the storage, with `/` for folders, which must exist. */
  name?: string | undefined;
  /** Remove an image of that name first. Default false: that is an error. */
  replace?: boolean;
  onProgress?: TransferProgress | undefined;
}

/** The default of `name` is a file's own name; bytes and streams have none. */
export interface UploadImageOptions extends StoreImageOptions {
  /** Bytes of a stream; newer devices refuse one of unknown size. */
  size?: number | undefined;
  /** Compute the SHA-256 of what is sent, while it is sent. Default false. */
  sha256?: boolean;
}

/** The default of `name` is the last part of the URL's path. */
export interface FetchImageOptions extends StoreImageOptions {
  /** Do not check the origin's certificate. Default false. */
  insecure?: boolean;
  /** Seconds for the device to connect to the origin, at least 0.1. Default 10. */
  connectTimeout?: number;
}

export interface DownloadImageOptions extends DownloadOptions, ChangeOptions {}

export interface SaveImageOptions extends DownloadImageOptions {
  /** Write over a file that is there. Default false: that is an error. */
  replace?: boolean;
}

export interface RemoveImageOptions extends DriveOptions {
  /** Eject what is mounted first: the device removes nothing while any image is mounted. Default false. */
  eject?: boolean;
}

/** An image of the storage with its name. */
export interface ListedImage extends MsdImage {
  name: string;
}

const MOUNTED = "The device does not do that while an image is mounted: eject it first.";
const ADVICE = { MsdConnectedError: MOUNTED };
/** What may be the reason of a failure for which the device gives none. */
const STORE_ADVICE = { ...ADVICE, HTTP_500: "Is the storage full, or the folder of the image not there?" };

/**
 * The images in the device's storage, as actions that look first and leave nothing half done. They take turns with
 * those of the drive.
 */
export class Images {
  readonly #msd: Msd;
  readonly #steps: DriveSteps;
  readonly #lane: Lane;

  /** @param lane is the drive's. */
  constructor(msd: Msd, steps: DriveSteps, lane: Lane) {
    this.#msd = msd;
    this.#steps = steps;
    this.#lane = lane;
  }

  /** What is in the storage, incomplete images too; nothing where there is no storage. */
  async list({ signal }: CallOptions = {}): Promise<ListedImage[]> {
    const { storage } = await this.#msd.getState({ signal });
    return Object.entries(storage?.images ?? {}).map(([name, image]) => ({ name, ...image }));
  }

  /**
   * Stores an image and waits until it can be mounted. When that fails or is cancelled, the part of it that has arrived
   * is removed again; where that is not possible, the error says so.
   * @param source bytes, the path of a file, or a stream, which is destroyed in the end in any case.
   * @throws ConfigurationError, before anything is sent, for a name that the device refuses, a file that cannot be
   * read, a name that is taken (code `EXISTS`), and too little free space (code `NO_SPACE`); the errors of
   * `Msd.upload`.
   */
  async upload(source: ImageSource, { name, size, sha256, ...options }: UploadImageOptions = {}): Promise<StoredImage> {
    // It may fail before it is read, and without a listener its error would end the process.
    if (source instanceof Readable) source.on("error", () => undefined);
    try {
      const image = imageName(name || nameOf(source));
      const needed = await sizeOf(source, size);
      const send = (signal: AbortSignal) =>
        this.#msd.upload(image, source, {
          size,
          sha256: sha256 === true,
          removeIncomplete: true,
          onProgress: options.onProgress,
          signal,
        });
      const advice = needed === undefined ? { ValidatorError: "The device wants to know the size of a stream." } : {};
      return await this.#store(image, needed, options, (signal) => advised(() => send(signal), advice));
    } finally {
      if (source instanceof Readable) source.destroy();
    }
  }

  /**
   * Lets the device download an image from a web server, which must tell its size, and waits until it can be mounted.
   * What has arrived of one that fails is removed again. A device that is cancelled may go on; the error says so. To
   * replace an image, the device asks the web server twice: what cannot be downloaded removes nothing.
   * @param url `http` or `https`, as the device reaches it; a password in it is not repeated in errors.
   * @throws ConfigurationError as `upload`; the errors of `Msd.uploadRemote`.
   */
  async fetch(
    url: string,
    { name, insecure, connectTimeout, ...options }: FetchImageOptions = {},
  ): Promise<StoredImage> {
    const address = addressOf(url);
    const image = imageName(name || nameIn(address));
    const send = (signal: AbortSignal) =>
      this.#msd.uploadRemote(address.href, {
        image,
        insecure,
        connectTimeout,
        removeIncomplete: true,
        onProgress: options.onProgress,
        signal,
      });
    return this.#store(image, undefined, options, send, refusedAsTaken).catch((error: unknown) => {
      throw withoutPassword(error, address);
    });
  }

  /**
   * Fetches an image as a stream, which must be read to its end or destroyed: the drive is busy until then. Only while
   * nothing is mounted.
   * @throws ConfigurationError for one that is not there or incomplete; APIError `MsdConnectedError`.
   */
  async download(name: string, options: DownloadImageOptions = {}): Promise<Download> {
    const image = await this.#find(name, options);
    return whileBusy(() => advised(() => this.#msd.download(image, options), ADVICE), options);
  }

  /**
   * As `download`, into a file, which gets its name when it is complete.
   * @returns bytes.
   * @throws ConfigurationError for a folder, and for a file that is there (code `EXISTS`); PiKVMError with the code of
   * the file system, e.g. `ENOSPC`.
   */
  async downloadToFile(name: string, path: string, options: SaveImageOptions = {}): Promise<number> {
    await demandPlace(path, options.replace === true);
    const image = await this.#find(name, options);
    return whileBusy(() => advised(() => this.#msd.downloadToFile(image, path, options), ADVICE), options);
  }

  /**
   * Deletes an image. One that is not there is left alone.
   * @throws ConfigurationError for one that is mounted; APIError `MsdConnectedError` while another one is.
   */
  remove(name: string, { eject = false, ...options }: RemoveImageOptions = {}): Promise<DriveResult> {
    return this.#lane.run(async () => {
      const image = imageName(name);
      const isListed = (now: Parameters<typeof imageOf>[0]) => imageOf(now, image) !== undefined;
      let before = await this.#msd.getState(options);
      // A fresh one is listed a moment later.
      if (before.storage && !isListed(before)) before = (await this.#steps.caughtUp(isListed, options)) ?? before;
      if (before.storage && !isListed(before)) return { changed: false, state: before };
      if (!eject && mountedIn(before) === image) throw new ConfigurationError(`"${image}" is mounted: eject it first.`);
      if (eject && before.drive?.connected) await this.#steps.pull(options);
      return { changed: true, state: (await this.#remove(image, options)) ?? before };
    }, options.signal);
  }

  /**
   * Stores an image in its turn.
   * @param send sends it.
   * @param checkSource checks, before an old image is removed for the new one, that the new one can be sent.
   */
  #store(
    image: string,
    size: number | undefined,
    { replace = false, ...options }: StoreImageOptions,
    send: (signal: AbortSignal) => Promise<StoredImage>,
    checkSource?: (sent: () => Promise<unknown>) => Promise<void>,
  ): Promise<StoredImage> {
    return this.#lane.run(async (signal) => {
      const turn = { ...options, signal };
      const before = await this.#steps.whenFree(turn);
      demandUploads(before);
      const old = imageOf(before, image);
      if (old && !replace) throw exists(image, old);
      if (old && mountedIn(before) === image)
        throw new ConfigurationError(`"${image}" is mounted and cannot be replaced: eject it first.`);
      if (size !== undefined) demandRoom(before, image, size);
      const sent = () => advised(() => send(signal), STORE_ADVICE);
      if (old) await checkSource?.(sent);
      if (old) await this.#remove(image, turn);
      const stored = await undoing(this.#msd, this.#steps, image, sent).catch((error: unknown) => {
        if (!old || !(error instanceof PiKVMError)) throw error;
        throw withNote(error, `The "${image}" of before was removed for it.`);
      });
      // The image is stored, even when the device lists it late or not at all.
      await this.#steps
        .caughtUp((now) => imageOf(now, stored.name)?.complete === true, { signal })
        .catch(() => undefined);
      return stored;
    }, options.signal);
  }

  /** Removes an image. @returns the state once the device lists it no more. */
  async #remove(image: string, options: ChangeOptions) {
    await advised(() => this.#msd.remove(image, options), ADVICE);
    return this.#steps.caughtUp((now) => imageOf(now, image) === undefined, options);
  }

  async #find(name: string, options: CallOptions): Promise<string> {
    const image = imageName(name);
    await this.#steps.find(image, await this.#msd.getState(options), options);
    return image;
  }
}

/**
 * The device asks the web server before it looks at the name: where only that is in the way, there is something to
 * download.
 */
async function refusedAsTaken(sent: () => Promise<unknown>): Promise<void> {
  try {
    await sent();
  } catch (error) {
    if (!(error instanceof APIError && error.error === "MsdImageExistsError")) throw error;
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

function exists(image: string, { complete }: MsdImage): ConfigurationError {
  const what = complete ? `"${image}"` : `an incomplete "${image}", of an upload that runs or has failed`;
  const message = `The storage has ${what} already: replace it, remove it first, or take another name.`;
  return new ConfigurationError(message, { code: "EXISTS" });
}

function nameOf(source: ImageSource): string {
  if (typeof source === "string") return basename(source);
  throw new ConfigurationError("Bytes and streams have no name of their own: give the image one.");
}

/** Checks, before anything is transferred, that a file can be written there. */
async function demandPlace(path: string, replace: boolean): Promise<void> {
  const there = await stat(path).catch(() => undefined);
  if (there?.isDirectory())
    throw new ConfigurationError(`"${path}" is a folder: add the name of the file. Nothing was written.`);
  if (there && !replace)
    throw new ConfigurationError(`The file "${path}" is there already; nothing was written.`, { code: "EXISTS" });
}
