/** What the computer takes the device's drive for. */
export const DRIVE_KINDS = ["cdrom", "flash"] as const;
export type DriveKind = (typeof DRIVE_KINDS)[number];
