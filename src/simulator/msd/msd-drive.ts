import { KvmdError } from "../api/errors";
import type { Host } from "../host/host";
import type { Drive, MsdDevice } from "./msd-device";

interface DriveParams {
  /** Empty takes the image out. */
  readonly image?: string | undefined;
  readonly cdrom?: boolean | undefined;
  readonly rw?: boolean | undefined;
}

export const FRESH_DRIVE: Drive = { image: null, connected: false, cdrom: true, rw: false };

/** Neither a CD-ROM nor a read-only file becomes writable, whatever was asked for. */
export function selectImage(msd: MsdDevice, { image, cdrom, rw }: DriveParams): void {
  msd.demand("disconnected");
  const drive = { ...msd.drive };
  if (image !== undefined) drive.image = image === "" ? null : msd.image(image).name;
  drive.cdrom = cdrom ?? drive.cdrom;
  drive.rw = rw ?? drive.rw;
  const writable = drive.image === null || (msd.storage.find(drive.image)?.writable ?? false);
  if (drive.cdrom || !writable) drive.rw = false;
  msd.drive = drive;
  msd.changed();
}

/** Puts the drive on the computer's USB, or takes it off. */
export function connectDrive(msd: MsdDevice, host: Host, connected: boolean): void {
  msd.demand(connected ? "disconnected" : "connected");
  const { image, cdrom, rw } = msd.drive;
  if (connected && image === null) throw new KvmdError("MsdImageNotSelected", "The image is not selected");
  const file = connected ? msd.image(image ?? "") : undefined;
  if (msd.locked) throw new KvmdError("MsdLockedError", "MSD is locked on IO operation");
  msd.drive = { ...msd.drive, connected };
  host.usbDrive = file === undefined ? null : { image: file.name, size: file.size, cdrom, writable: rw };
  msd.changed();
}
