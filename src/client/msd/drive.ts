import { advised, mountedIn, storedName, type DriveOptions, type DriveSteps, type Wanted } from "./drive-steps";
import { APIError, ConfigurationError, PiKVMError, withNote } from "../errors";
import { imageName, isRemote, shownImage } from "./image-name";
import type { Lane } from "../lanes/lane";
import type { Msd } from "./msd";
import type { MsdDrive, MsdState } from "../events/states";
import type { CallOptions } from "../http/transport";

export type { DriveOptions } from "./drive-steps";
import { takes } from "../versions";
import type { DriveKind } from "../vocabulary";

export interface MountOptions extends DriveOptions {
  /** How the computer sees it. Default `cdrom`. */
  kind?: DriveKind;
  /** Let the computer write to it; flash drives only. Default false. */
  writable?: boolean;
}

export interface DriveResult {
  /** False when everything was as wanted already. */
  changed: boolean;
  state: MsdState;
}

const NO_REMOTE =
  "This device does not mount images from the network: store the image on it first (it can download a URL by itself).";

/** The USB drive in steps that belong together: nobody of ours changes it in between. */
export class Drive {
  readonly #msd: Msd;
  readonly #steps: DriveSteps;
  readonly #lane: Lane;

  constructor(msd: Msd, steps: DriveSteps, lane: Lane) {
    this.#msd = msd;
    this.#steps = steps;
    this.#lane = lane;
  }

  /** Drive, images, free space, transfers. `GET /api/msd`. */
  getState(options: CallOptions = {}): Promise<MsdState> {
    return this.#msd.getState(options);
  }

  /**
   * Shows an image of the storage to the computer and waits until the drive is connected. The device does not tell
   * whether the computer has read it. An image that is mounted already in the same way is left alone.
   * @param image its name, or a URL for devices that mount images from the network.
   * @throws ConfigurationError for an image that is not there, incomplete, or not writable though asked; APIError
   * `MsdConnectedError` when another image is mounted, or this one in another way; APIError `MsdRemoteDisabledError`
   * for a URL where the device cannot.
   */
  mount(image: string, { kind, writable, ...options }: MountOptions = {}): Promise<DriveResult> {
    return this.#lane.run(async () => {
      const asked = wantedOf(image, kind, writable);
      const before = await this.#msd.getState(options);
      const wanted = { ...asked, image: storedName(before, asked.image) };
      if (isMounted(before, wanted)) return { changed: false, state: before };
      demandWritable(before, wanted);
      if (!before.drive?.connected) await this.#check(wanted, before, options);
      const advice = { MsdConnectedError: describeMounted(before, wanted), ...remoteAdvice(wanted) };
      return { changed: true, state: await advised(() => this.#steps.insert(wanted, options), advice) };
    }, options.signal);
  }

  /**
   * As `mount`, and what else is mounted is ejected for it. When the device refuses the new image, the old one is
   * mounted again.
   * @throws ConfigurationError as `mount`; nothing was ejected then.
   */
  swap(image: string, { kind, writable, ...options }: MountOptions = {}): Promise<DriveResult> {
    return this.#lane.run(async () => {
      const asked = wantedOf(image, kind, writable);
      const before = await this.#msd.getState(options);
      const wanted = { ...asked, image: storedName(before, asked.image) };
      if (isMounted(before, wanted)) return { changed: false, state: before };
      demandWritable(before, wanted);
      await this.#check(wanted, before, options);
      const old = before.drive?.connected ? before.drive : undefined;
      if (old) await this.#steps.pull(options);
      try {
        const inserting = () => this.#steps.insert(wanted, options);
        return { changed: true, state: await advised(inserting, remoteAdvice(wanted)) };
      } catch (error) {
        if (!old || !(error instanceof PiKVMError)) throw error;
        throw withNote(error, await this.#putBack(old, error, options));
      }
    }, options.signal);
  }

  /** Pulls the drive; the image stays selected. A drive that is not connected is left alone. */
  eject(options: DriveOptions = {}): Promise<DriveResult> {
    return this.#lane.run(async () => {
      const before = await this.#msd.getState(options);
      // Where there is no drive at all, the device's own error says why.
      if (before.drive && !before.drive.connected) return { changed: false, state: before };
      return { changed: true, state: await this.#steps.pull(options) };
    }, options.signal);
  }

  /**
   * Refuses what the device would accept in silence or refuse without saying what to do. An offline drive gives its own
   * error later.
   */
  async #check({ image, rw }: Wanted, before: MsdState, options: DriveOptions): Promise<void> {
    if (isRemote(image)) return;
    const found = await this.#steps.find(image, before, options);
    if (rw && found?.writable === false)
      throw new ConfigurationError(`The image "${image}" cannot be mounted writable.`);
  }

  /** @returns what has become of the image that was ejected for another. */
  async #putBack({ image, cdrom, rw = false }: MsdDrive, failure: PiKVMError, options: DriveOptions): Promise<string> {
    const shown = shownImage(image?.name ?? "");
    const gone = `${image ? `"${shown}"` : "What was mounted"} has been ejected.`;
    // Only a refusal says for sure that the new image is not in the drive.
    if (!image || !(failure instanceof APIError)) return gone;
    try {
      await this.#steps.insert({ image: image.name, cdrom, rw }, options);
      return `"${shown}" is mounted again.`;
    } catch {
      return gone;
    }
  }
}

function wantedOf(image: string, kind: MountOptions["kind"] = "cdrom", writable = false): Wanted {
  const cdrom = kind === "cdrom";
  const wanted = { image: isRemote(image) ? image.trim() : imageName(image), cdrom, rw: writable };
  if (cdrom && writable) throw new ConfigurationError("A CD-ROM cannot be writable; mount it as flash drive.");
  return wanted;
}

/** What a device says that has no images from the network; before 4.177 it takes the URL for a name. */
function remoteAdvice({ image }: Wanted): Partial<Record<string, string>> {
  const refusals = ["MsdRemoteDisabledError", "MsdUnknownImageError", "ValidatorError"];
  return isRemote(image) ? Object.fromEntries(refusals.map((error) => [error, NO_REMOTE])) : {};
}

function describeMounted(state: MsdState, { image }: Wanted): string {
  const mounted = mountedIn(state);
  const what =
    mounted === image
      ? `"${shownImage(image)}" is mounted in another way`
      : `${mounted === undefined ? "Another image" : `"${shownImage(mounted)}"`} is mounted`;
  return `${what}: swap, or eject it first.`;
}

function isMounted(state: MsdState, wanted: Wanted): boolean {
  const { drive } = state;
  return mountedIn(state) === wanted.image && drive?.cdrom === wanted.cdrom && (drive.rw ?? false) === wanted.rw;
}

/** @throws PiKVMError for a device that would ignore that the drive is to be writable. */
function demandWritable({ drive }: MsdState, { rw }: Wanted): void {
  if (!rw || !drive || drive.rw !== undefined) return;
  throw new PiKVMError(`The device's drives are always read-only: ${takes("writableDrive")}`, {
    code: "NOT_SUPPORTED",
  });
}
