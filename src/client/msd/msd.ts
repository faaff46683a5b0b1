import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { resultOf } from "../http/answer";
import type { ChangeOptions, Commands } from "../http/commands";
import { imageCheck } from "./download-check";
import { APIError, ResponseError } from "../errors";
import { demandShort } from "./image-name";
import { recordsOf } from "../http/records";
import { inRange } from "../ranges";
import { flag, nullOr, number, objectOf, optional, recordOf, text } from "../http/shape";
import type { MsdState } from "../events/states";
import {
  bodyOf,
  downloadOf,
  owning,
  saveTo,
  type Download,
  type ImageSource,
  type TransferProgress,
} from "../http/transfer";
import type { CallOptions, Query } from "../http/transport";
import type { Software } from "../system/software";

export interface MsdParams {
  /** Name of an image in the storage, with `/` for folders; `""` deselects. */
  image?: string | undefined;
  /** Offer it as CD-ROM (true) or flash drive. A CD-ROM is never writable. */
  cdrom?: boolean | undefined;
  /** Let the computer write to it. Stays false in silence for images that are not writable. */
  rw?: boolean | undefined;
}

/** An image as it was stored. */
export interface StoredImage {
  /** May differ from the name that was asked for: use this one. */
  name: string;
  /** Bytes. */
  size: number;
  /** Bytes that have arrived. */
  written: number;
  /** Of what was sent, in hexadecimal digits; only where it was asked for. */
  sha256?: string;
}

interface StoreOptions extends ChangeOptions {
  /** Folder in the storage; it must exist. */
  prefix?: string;
  /**
   * Let the device delete what a broken transfer leaves; works only when it breaks after the first second. Default
   * false.
   */
  removeIncomplete?: boolean;
  onProgress?: TransferProgress | undefined;
}

export interface UploadOptions extends StoreOptions {
  /** Bytes of a stream; those of a Buffer or a file are known. */
  size?: number | undefined;
  /** Compute the SHA-256 of what is sent, while it is sent. Default false. */
  sha256?: boolean;
}

export interface UploadRemoteOptions extends StoreOptions {
  /** Default: what the origin calls it. */
  image?: string | undefined;
  /** Do not check the origin's certificate. Default false. */
  insecure?: boolean | undefined;
  /** Seconds for the device to connect to the origin, at least 0.1. Default 10. */
  connectTimeout?: number | undefined;
  /** Called once the device has begun, with the name that the image has. */
  onBegin?: ((name: string) => void) | undefined;
}

export interface DownloadOptions extends CallOptions {
  /** Let the device compress it: `.xz` (slow) or `.zst`. Default `none`. */
  compress?: "none" | "lzma" | "zstd";
  /** Bytes that it must have, where it is not compressed. Default: any number. */
  size?: number | undefined;
  onProgress?: TransferProgress | undefined;
}

const IMAGE = objectOf({ size: number, complete: flag });
const MSD_STATE = objectOf({
  online: flag,
  drive: nullOr(objectOf({ connected: flag, image: nullOr(objectOf({ name: text })) })),
  storage: nullOr(objectOf({ images: recordOf(IMAGE), parts: optional(recordOf(objectOf({ free: number }))) })),
});
const STORED = objectOf({ image: objectOf({ name: text, size: number, written: number }) });

/** Seconds of silence, on top of the ordinary time limit, after which a transfer counts as dead. */
const STALL_TIME = 30;

/** Connecting and removing remount the storage. Seconds on top of the ordinary time limit. */
const REMOUNT_TIME = 30;

/**
 * The USB drive of the computer (`/api/msd`). All calls answer when done. They throw BusyError while a transfer runs,
 * and APIError with `error` set to MsdOfflineError, MsdDisabledError, MsdConnectedError or MsdDisconnectedError where
 * the drive is in the wrong state.
 */
export class Msd {
  readonly #commands: Commands;
  readonly #software: Software;

  constructor(commands: Commands, software: Software) {
    this.#commands = commands;
    this.#software = software;
  }

  /** Drive, images, free space, transfers. `GET /api/msd`. */
  getState({ signal }: CallOptions = {}): Promise<MsdState> {
    return this.#commands.transport.get("/api/msd", { signal, shape: MSD_STATE });
  }

  /**
   * Chooses what the drive will show; only while disconnected. `POST /api/msd/set_params`.
   * @throws APIError `MsdUnknownImageError`: also for about 1 s after an upload.
   */
  setParams({ image, cdrom, rw }: MsdParams, options: ChangeOptions = {}): Promise<void> {
    return this.#commands.post("/api/msd/set_params", { ...options, query: { image, cdrom, rw } });
  }

  /**
   * Plugs the drive in or pulls it. Not idempotent: plugging in a connected drive is an error.
   * `POST /api/msd/set_connected`.
   */
  async setConnected(connected: boolean, options: ChangeOptions = {}): Promise<void> {
    const post = (call: string, query: Query) =>
      this.#commands.post(`/api/msd/${call}`, { ...options, query, extraTime: REMOUNT_TIME });
    try {
      await post("set_connected", { connected });
    } catch (error) {
      // Devices before 2.9 have two calls for it.
      if (!(error instanceof APIError && error.lacksCall)) throw error;
      await post(connected ? "connect" : "disconnect", {});
    }
  }

  /** Deletes an image; only while disconnected. The listing still shows it for about 1 s. `POST /api/msd/remove`. */
  remove(image: string, options: ChangeOptions = {}): Promise<void> {
    return this.#commands.post("/api/msd/remove", { ...options, query: { image }, extraTime: REMOUNT_TIME });
  }

  /** Pulls the drive by force and remounts the storage; succeeds even when nothing is there. `POST /api/msd/reset`. */
  reset(options: ChangeOptions = {}): Promise<void> {
    return this.#commands.post("/api/msd/reset", { ...options, extraTime: REMOUNT_TIME });
  }

  /**
   * Stores an image, at the pace of the network and without holding it in memory. `POST /api/msd/write`. Cancelling
   * leaves an incomplete image, which blocks its name until it is removed. The listing shows the image about 1 s later.
   * @param image name in the storage.
   * @param source bytes, the path of a file, or a stream; give the `size` of a stream, because some devices refuse one
   * of unknown length. A stream is destroyed in the end, in any case.
   * @throws ConfigurationError for a name that is too long, and a file that cannot be read; PiKVMError `SIZE` for a
   * stream of another size, `SOURCE` for one that gives nothing for too long, or with the source's own code; APIError
   * `MsdImageExistsError`; status 500 for a folder that is not there and for a full storage.
   */
  async upload(image: string, source: ImageSource, options: UploadOptions = {}): Promise<StoredImage> {
    const { prefix, removeIncomplete, onProgress, size, signal, busyRetry } = options;
    let digest = createHash("sha256");
    const newDigest = options.sha256 ? () => (digest = createHash("sha256")) : undefined;
    return owning(source, async () => {
      demandShort(`${prefix ?? ""}/${image}`, { isNew: true });
      const body = await bodyOf(source, { size, onProgress, newDigest });
      await this.#demandPrefix(prefix, signal);
      const length = body.size === undefined ? {} : { "Content-Length": String(body.size) };
      const { image: stored } = await this.#commands.ask<{ image: StoredImage }>("/api/msd/write", {
        signal,
        // A stream can be read only once.
        busyRetry: source instanceof Readable ? 0 : busyRetry,
        query: { image, prefix, remove_incomplete: removeIncomplete },
        headers: { "Content-Type": "application/octet-stream", ...length },
        body: body.open,
        extraTime: STALL_TIME,
        limited: "steps",
        shape: STORED,
      });
      return newDigest ? { ...stored, sha256: digest.digest("hex") } : stored;
    });
  }

  /**
   * Lets the device fetch an image from a web server, which must tell its size. `POST /api/msd/write_remote`. When it is
   * cancelled, newer devices stop within 2 s, others go on.
   * @throws ConfigurationError for a name that is too long; APIError with the origin's failure (`ClientResponseError`,
   * `ClientConnectorError`, ...), `statusCode` 0 when it came while the image was being fetched; ResponseError
   * `CUT_SHORT` when the device stopped reporting: see `getState` for what became of it.
   */
  uploadRemote(url: string, options: UploadRemoteOptions = {}): Promise<StoredImage> {
    const { image, prefix, insecure, connectTimeout = 10, removeIncomplete, signal, busyRetry } = options;
    const { onBegin, onProgress } = options;
    const work = async (turn: AbortSignal): Promise<StoredImage> => {
      demandShort(`${prefix ?? ""}/${image ?? ""}`, { isNew: image !== undefined });
      await this.#demandPrefix(prefix, turn);
      const timeout = inRange("The connect timeout", connectTimeout, { min: 0.1, max: Infinity, unit: " s" });
      const { body, ...answer } = await this.#commands.transport.changeStreaming("POST", "/api/msd/write_remote", {
        signal: turn,
        query: { url, image, prefix, insecure, timeout, remove_incomplete: removeIncomplete },
        extraTime: timeout + STALL_TIME,
        limited: "steps",
      });
      let last: StoredImage | undefined;
      for await (const record of recordsOf(body, { changes: true })) {
        // What a record of this call holds; a failure is thrown here.
        const { image: now } = resultOf({ ...answer, text: record }, STORED) as { image: StoredImage };
        if (!last) onBegin?.(now.name);
        last = now;
        onProgress?.(last.written, last.size);
      }
      if (last && last.written >= last.size) return last;
      const message = "The device stopped telling before the image was complete.";
      throw new ResponseError(message, answer, { code: "CUT_SHORT", outcome: "unknown" });
    };
    return this.#commands.run(work, { signal, busyRetry });
  }

  async #demandPrefix(prefix: string | undefined, signal: AbortSignal | undefined): Promise<void> {
    if (prefix) await this.#software.demand("uploadPrefix", "The device has no folders for images", { signal });
  }

  /**
   * Fetches an image, as a stream that is read at the pace of its reader; the drive is busy until it ends. Only while
   * disconnected. `GET /api/msd/read`.
   * @throws APIError `MsdUnknownImageError`; ResponseError for what is no image, and from the stream with the code
   * `COMPRESSION` for one that is not compressed as was asked, `SIZE` for one of another size.
   */
  async download(
    image: string,
    { compress = "none", size, onProgress, signal }: DownloadOptions = {},
  ): Promise<Download> {
    const answer = await this.#commands.transport.stream("/api/msd/read", {
      signal,
      query: { image, compress },
      extraTime: STALL_TIME,
      limited: "steps",
    });
    return downloadOf(answer, onProgress, await imageCheck(answer, compress, size));
  }

  /**
   * As `download`, into a file, which gets its name when it is complete.
   * @returns bytes.
   * @throws PiKVMError with the code of the file system, e.g. `ENOSPC`.
   */
  async downloadToFile(
    image: string,
    path: string,
    { onBegin, ...options }: DownloadOptions & { onBegin?: ((part: string) => void) | undefined } = {},
  ): Promise<number> {
    const { stream } = await this.download(image, options);
    return saveTo(path, stream, onBegin);
  }
}
