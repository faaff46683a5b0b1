import { basename } from "node:path";
import type { ChangeOptions } from "../http/commands";
import { whileBusy } from "../http/retry";
import { chosenName, marked, type LogReader } from "./chosen-name";
import type { DriveResult } from "./drive";
import { advised, imageOf, mountedIn, storageOf, storedName, type DriveOptions, type DriveSteps } from "./drive-steps";
import { ConfigurationError } from "../errors";
import { imageName, newImageName } from "./image-name";
import { ADVICE, ImageStore, unlessTaken, type Storing } from "./image-store";
import { addressOf, withoutPassword } from "./image-url";
import type { Lane } from "../lanes/lane";
import type { DownloadOptions, Msd, StoredImage } from "./msd";
import type { MsdImage } from "../events/states";
import { lookAtPlace } from "../plain-file";
import { owning, sizeOf, type Download, type ImageSource, type TransferProgress } from "../http/transfer";
import type { CallOptions } from "../http/transport";
import { LISTED_BY_NOW, removeHalf, type Arriving } from "./undo";

interface StoreImageOptions extends ChangeOptions {
  /** In the storage, with `/` for folders, which must exist. */
  name?: string | undefined;
  /** Remove an image of that name first. Default false: that is an error. */
  replace?: boolean;
  /** Told once a part of it may be there: the name that it has, and its bytes where they are known. */
  onBegin?: ((name: string, size?: number) => void) | undefined;
  onProgress?: TransferProgress | undefined;
}

/** The default of `name` is a file's own name; bytes and streams have none. */
export interface UploadImageOptions extends StoreImageOptions {
  /** Bytes of a stream; newer devices refuse one of unknown size. */
  size?: number | undefined;
  /** Compute the SHA-256 of what is sent, while it is sent. Default false. */
  sha256?: boolean;
}

/** Without a `name` the device chooses: what the web server calls it, else the end of the path after all redirects. */
export interface FetchImageOptions extends StoreImageOptions {
  /** Do not check the origin's certificate. Default false. */
  insecure?: boolean;
  /** Seconds for the device to connect to the origin, at least 0.1. Default 10. */
  connectTimeout?: number;
}

export interface DownloadImageOptions extends Omit<DownloadOptions, "size">, ChangeOptions {}

export interface SaveImageOptions extends DownloadImageOptions {
  /** Write over a file that is there. Default false: that is an error. */
  replace?: boolean;
  /** Told the name that the file has until it is complete. */
  onBegin?: ((part: string) => void) | undefined;
}

export interface RemoveImageOptions extends DriveOptions {
  /** Eject what is mounted first: the device removes nothing while any image is mounted. Default false. */
  eject?: boolean;
}

/** An image of the storage with its name. */
export interface ListedImage extends MsdImage {
  name: string;
}

/**
 * The images in the device's storage, as actions that look first and leave nothing half done. They take turns with
 * those of the drive.
 */
export class Images {
  readonly #msd: Msd;
  readonly #steps: DriveSteps;
  readonly #lane: Lane;
  readonly #log: LogReader;
  readonly #store: ImageStore;

  /** @param lane is the drive's. @param log reads the device's log. */
  constructor(msd: Msd, steps: DriveSteps, lane: Lane, log: LogReader) {
    this.#msd = msd;
    this.#steps = steps;
    this.#lane = lane;
    this.#log = log;
    this.#store = new ImageStore(msd, steps);
  }

  /**
   * What is in the storage, incomplete images too.
   * @throws APIError `MsdDisabledError` or `MsdOfflineError` where there is no storage.
   */
  async list({ signal }: CallOptions = {}): Promise<ListedImage[]> {
    const { images } = storageOf(await this.#msd.getState({ signal }));
    return Object.entries(images).map(([name, image]) => ({ name, ...image }));
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
    return owning(source, async () => {
      const image = newImageName(name || nameOf(source));
      const needed = await sizeOf(source, size);
      const send = (_: Arriving, signal: AbortSignal) => {
        options.onBegin?.(image, needed);
        return this.#msd.upload(image, source, {
          size,
          sha256: sha256 === true,
          removeIncomplete: true,
          onProgress: options.onProgress,
          signal,
        });
      };
      const advice = needed === undefined ? { ValidatorError: "The device wants to know the size of a stream." } : {};
      const { replace = false } = options;
      return this.#lane.run((signal) => {
        const storing: Storing = { ...options, replace, size: needed, signal, isFetched: false };
        return this.#store.store(image, (...how) => advised(() => send(...how), advice), storing);
      }, options.signal);
    });
  }

  /**
   * Lets the device download an image from a web server, which must tell its size, and waits until it can be mounted.
   * What has arrived of one that fails is removed again. A device that is cancelled may go on; the error says so. To
   * replace an image, the device asks the web server twice: what cannot be downloaded removes nothing. Where the device
   * chooses the name, what is replaced is known from its log alone.
   * @param url `http` or `https`, as the device reaches it; a password in it is not repeated in errors.
   * @throws ConfigurationError as `upload`; the errors of `Msd.uploadRemote`.
   */
  async fetch(
    url: string,
    { name, insecure, connectTimeout, ...options }: FetchImageOptions = {},
  ): Promise<StoredImage> {
    const address = addressOf(url);
    const wanted = name ? newImageName(name) : undefined;
    const { replace = false, onProgress } = options;
    const sending = (image: string | undefined, from: string) => (arriving: Arriving, signal: AbortSignal) =>
      this.#msd.uploadRemote(from, {
        image,
        insecure,
        connectTimeout,
        removeIncomplete: true,
        onBegin: (name) => {
          Object.assign(arriving, { name, begun: true });
          options.onBegin?.(name);
        },
        onProgress,
        signal,
      });
    const { url: markedUrl, mark } = marked(address);
    const fetching = this.#lane.run(async (signal) => {
      const storing: Storing = { ...options, replace, signal, isFetched: true };
      if (wanted !== undefined) return this.#store.store(wanted, sending(wanted, address.href), storing);
      await this.#steps.whenFree(storing);
      const send = sending(undefined, replace ? markedUrl : address.href);
      const stored = await unlessTaken(() => this.#store.put({ name: undefined, begun: false }, send, signal));
      if (stored) return stored;
      const chosen = replace ? await chosenName(this.#log, mark, signal) : undefined;
      if (chosen === undefined) throw chosenExists(replace);
      return this.#store.store(chosen, sending(chosen, address.href), storing);
    }, options.signal);
    return fetching.catch((error: unknown) => {
      throw withoutPassword(error, address, mark);
    });
  }

  /**
   * Fetches an image as a stream, which must be read to its end or destroyed: the drive is busy until then. Only while
   * nothing is mounted.
   * @throws ConfigurationError for one that is not there or incomplete; APIError `MsdConnectedError`.
   */
  async download(name: string, options: DownloadImageOptions = {}): Promise<Download> {
    const { image, size } = await this.#find(name, options);
    return whileBusy(() => advised(() => this.#msd.download(image, { ...options, size }), ADVICE), options);
  }

  /**
   * As `download`, into a file, which gets its name when it is complete.
   * @returns bytes.
   * @throws ConfigurationError where something else than a file is, and for a file that is there (code `EXISTS`);
   * PiKVMError with the code of the file system, e.g. `ENOSPC`.
   */
  async downloadToFile(name: string, path: string, options: SaveImageOptions = {}): Promise<number> {
    await demandPlace(path, options.replace === true);
    const { image, size } = await this.#find(name, options);
    const save = () => this.#msd.downloadToFile(image, path, { ...options, size });
    return whileBusy(() => advised(save, ADVICE), options);
  }

  /**
   * Deletes an image. One that is not there is left alone.
   * @throws ConfigurationError for one that is mounted; APIError `MsdConnectedError` while another one is.
   */
  remove(name: string, { eject = false, ...options }: RemoveImageOptions = {}): Promise<DriveResult> {
    return this.#lane.run(async () => {
      let before = await this.#msd.getState(options);
      const image = storedName(before, imageName(name));
      const isListed = (now: Parameters<typeof imageOf>[0]) => imageOf(now, image) !== undefined;
      // A fresh one is listed a moment later.
      if (before.storage && !isListed(before)) before = (await this.#steps.caughtUp(isListed, options)) ?? before;
      if (before.storage && !isListed(before)) return { changed: false, state: before };
      if (!eject && mountedIn(before) === image) throw new ConfigurationError(`"${image}" is mounted: eject it first.`);
      if (eject && before.drive?.connected) await this.#steps.pull(options);
      return { changed: true, state: (await this.#store.remove(image, options)) ?? before };
    }, options.signal);
  }

  /**
   * Removes what is left of an upload that nobody can end any more, because its program was killed. Left alone is one
   * that is complete, or that somebody is sending just now, or of another size.
   * @param size bytes that it was to have.
   * @returns whether nothing incomplete is left.
   */
  async removeIncomplete(name: string, size?: number): Promise<boolean> {
    const left = await this.#lane.run(() => removeHalf(this.#msd, this.#steps, name, { size, lookFor: LISTED_BY_NOW }));
    return left?.isGone ?? true;
  }

  /** @returns its name and its bytes. */
  async #find(name: string, options: CallOptions): Promise<{ image: string; size: number | undefined }> {
    const state = await this.#msd.getState(options);
    const image = storedName(state, imageName(name));
    const found = await this.#steps.find(image, state, options);
    return { image, size: found?.size };
  }
}

/** @param replace it was to be replaced, but which one is not known. */
function chosenExists(replace: boolean): ConfigurationError {
  const advice = replace
    ? "Nothing was removed: give it a name to replace the image of that name"
    : "replace it, or give it a name";
  const message = `The storage has an image with the name that the device has chosen for this one, which it does not tell. ${advice}.`;
  return new ConfigurationError(message, { code: "EXISTS" });
}

function nameOf(source: ImageSource): string {
  if (typeof source === "string") return basename(source);
  throw new ConfigurationError("Bytes and streams have no name of their own: give the image one.");
}

/** Checks, before anything is transferred, that a file can be written there. */
async function demandPlace(path: string, replace: boolean): Promise<void> {
  const there = await lookAtPlace(path);
  if (there?.isDirectory())
    throw new ConfigurationError(`"${path}" is a folder: add the name of the file. Nothing was written.`);
  if (there && !replace)
    throw new ConfigurationError(`The file "${path}" is there already; nothing was written.`, { code: "EXISTS" });
}
