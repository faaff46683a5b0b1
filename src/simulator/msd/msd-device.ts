import type { ImageFile, ImageStorage } from "./msd-storage";

export interface Drive {
  image: string | null;
  connected: boolean;
  cdrom: boolean;
  rw: boolean;
}

export interface Transfer {
  readonly kind: "uploading" | "downloading";
  readonly name: string;
  readonly size: number;
  done: number;
}

/** The right to work on the storage; nobody else may until it is given back. */
export interface Claim {
  /** kvmd ended meanwhile. */
  readonly lost: boolean;
  giveBack(): void;
}

export type DriveIs = "connected" | "disconnected" | "any";

/** The drive and its storage, as whoever works on them sees them. */
export interface MsdDevice {
  readonly storage: ImageStorage;
  drive: Drive;
  transfer: Transfer | null;
  /** A download of a URL goes on when the client that asked for it is gone. */
  readonly fetchesAlone: boolean;
  /** The gadget refuses: the computer is reading or writing right now. */
  readonly locked: boolean;
  /** @throws KvmdError when the drive is switched off, taken or offline, or not as it must be. */
  demand(drive: DriveIs): void;
  /** @throws KvmdError when the storage is offline, or the drive is not as it must be. */
  demandDrive(drive: DriveIs): void;
  /** @throws KvmdError when the drive is switched off or taken. */
  take(): Claim;
  /** @throws KvmdError unless the image is listed and there. */
  image(name: string): ImageFile;
  /** Sends the sessions what differs from what they were sent last. */
  changed(): void;
}
