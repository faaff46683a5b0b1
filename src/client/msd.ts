import type { ChangeOptions, Commands } from "./commands";
import type { MsdState } from "./states";
import type { CallOptions } from "./transport";

export interface MsdParams {
  /** Name of an image in the storage, with `/` for folders; `""` deselects. */
  image?: string | undefined;
  /** Offer it as CD-ROM (true) or flash drive. A CD-ROM is never writable. */
  cdrom?: boolean | undefined;
  /** Let the computer write to it. Stays false in silence for images that are not writable. */
  rw?: boolean | undefined;
}

/** Connecting and removing remount the storage. Seconds on top of the ordinary time limit. */
const REMOUNT_TIME = 30;

/**
 * The USB drive of the computer (`/api/msd`). All calls answer when done. They throw BusyError while a transfer runs, and APIError with
 * `error` set to MsdOfflineError, MsdDisabledError, MsdConnectedError or MsdDisconnectedError where the drive is in the wrong state.
 */
export class Msd {
  readonly #commands: Commands;

  constructor(commands: Commands) {
    this.#commands = commands;
  }

  /** Drive, images, free space, transfers. `GET /api/msd`. */
  getState({ signal }: CallOptions = {}): Promise<MsdState> {
    return this.#commands.transport.get("/api/msd", { signal });
  }

  /**
   * Chooses what the drive will show; only while disconnected. `POST /api/msd/set_params`.
   * @throws APIError `MsdUnknownImageError`: also for about 1 s after an upload.
   */
  setParams({ image, cdrom, rw }: MsdParams, options: ChangeOptions = {}): Promise<void> {
    return this.#commands.post("/api/msd/set_params", { ...options, query: { image, cdrom, rw } });
  }

  /** Plugs the drive in or pulls it. Not idempotent: plugging in a connected drive is an error. `POST /api/msd/set_connected`. */
  setConnected(connected: boolean, options: ChangeOptions = {}): Promise<void> {
    return this.#commands.post("/api/msd/set_connected", { ...options, query: { connected }, extraTime: REMOUNT_TIME });
  }

  /** Deletes an image; only while disconnected. The listing still shows it for about 1 s. `POST /api/msd/remove`. */
  remove(image: string, options: ChangeOptions = {}): Promise<void> {
    return this.#commands.post("/api/msd/remove", { ...options, query: { image }, extraTime: REMOUNT_TIME });
  }

  /** Pulls the drive by force and remounts the storage; succeeds even when nothing is there. `POST /api/msd/reset`. */
  reset(options: ChangeOptions = {}): Promise<void> {
    return this.#commands.post("/api/msd/reset", { ...options, extraTime: REMOUNT_TIME });
  }
}
