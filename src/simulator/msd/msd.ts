import { isDeepStrictEqual } from "node:util";

import type { Age } from "../age";
import { KvmdError } from "../api/errors";
import type { Host } from "../host/host";
import type { Claim, Drive, DriveIs, MsdDevice, Transfer } from "./msd-device";
import { connectDrive, FRESH_DRIVE, selectImage } from "./msd-drive";
import { type ImageFile, type ImageSource, ImageStorage } from "./msd-storage";
import { read, write } from "./msd-transfer";
import { writeRemote } from "./msd-write-remote";
import type { JsonObject } from "../api/python";
import { storageDifference } from "./msd-difference";
import type { Announcement, Context, KvmdRequest, Route, Subsystem } from "../api/subsystem";
import { SINCE } from "../since";
import * as valid from "../api/validators";

/** How long kvmd believes in a connected drive after a reset has ejected it. */
const NOTICE_MS = 1000;

/** The USB drive that the computer sees, and the images that can be put into it. */
export class Msd implements Subsystem, MsdDevice {
  readonly #context: Context;
  readonly #host: Host;
  readonly storage: ImageStorage;
  drive: Drive = { ...FRESH_DRIVE };
  transfer: Transfer | null = null;
  locked = false;
  /** A download of a URL goes on when the client that asked for it is gone, as with some older devices. */
  fetchesAlone = false;
  readonly #flags = { enabled: true, online: true, busy: false, unlinked: false };
  #claim: { lost: boolean } | null = null;
  #last: JsonObject;

  constructor(context: Context, host: Host, images: Readonly<Record<string, ImageSource>>) {
    this.#context = context;
    this.#host = host;
    this.storage = new ImageStorage(context.timers, images);
    this.#last = this.state();
    this.storage.onRefresh = () => this.#refreshed();
  }

  readonly routes: readonly Route[] = [
    { method: "GET", path: "/msd", handle: () => this.state() },
    { method: "POST", path: "/msd/set_params", handle: (request) => this.#setParams(request) },
    {
      method: "POST",
      path: "/msd/set_connected",
      handle: (request) => connectDrive(this, this.#host, valid.bool(request.param("connected"))),
    },
    // One call in old ones for what is one now; see `CALLS_UNTIL`.
    { method: "POST", path: "/msd/connect", handle: () => connectDrive(this, this.#host, true) },
    { method: "POST", path: "/msd/disconnect", handle: () => connectDrive(this, this.#host, false) },
    { method: "GET", path: "/msd/read", handle: (request) => read(this, this.#context, request) },
    { method: "POST", path: "/msd/write", handle: (request) => write(this, this.#context, request) },
    { method: "POST", path: "/msd/write_remote", handle: (request) => writeRemote(this, this.#context, request) },
    { method: "POST", path: "/msd/remove", handle: (request) => this.#remove(request) },
    { method: "POST", path: "/msd/reset", handle: () => this.#reset() },
  ];

  readonly announcements: readonly Announcement[] = [{ slot: "msd", type: "msd", event: () => this.state() }];

  /** Whether the device has a drive at all. */
  get enabled(): boolean {
    return this.#flags.enabled;
  }

  set enabled(enabled: boolean) {
    this.#flag({ enabled });
  }

  /** Whether kvmd finds its storage. */
  get online(): boolean {
    return this.#flags.online && !this.#flags.unlinked;
  }

  set online(online: boolean) {
    this.#flag({ online });
  }

  /** Setting it makes every operation a 409, as if somebody else were working. */
  get busy(): boolean {
    return this.#flags.busy || this.#claim !== null;
  }

  set busy(busy: boolean) {
    this.#flag({ busy });
  }

  /** The USB function is switched off at run time: reads `online: false`, yet everything is there and works. */
  set unlinked(unlinked: boolean) {
    this.#flag({ unlinked });
  }

  /** The storage is read at once; the selection is lost, but a connected drive stays connected. */
  start(): void {
    if (!this.drive.connected) this.drive = { ...FRESH_DRIVE };
    this.storage.refresh();
    this.#last = this.state();
  }

  stop(): void {
    if (this.#claim !== null) this.#claim.lost = true;
    this.#claim = null;
    this.transfer = null;
  }

  state(): JsonObject {
    const { enabled } = this.#flags;
    const there = enabled && this.#flags.online;
    return {
      enabled,
      online: enabled && this.online,
      busy: enabled && this.busy,
      storage: there ? this.#storageState() : null,
      drive: there ? this.#driveState() : null,
    };
  }

  demand(drive: DriveIs): void {
    this.#demandFree();
    this.demandDrive(drive);
  }

  take(): Claim {
    this.#demandFree();
    const claim = { lost: false };
    this.#claim = claim;
    return {
      get lost() {
        return claim.lost;
      },
      giveBack: () => {
        if (this.#claim !== claim) return;
        this.#claim = null;
        this.transfer = null;
        this.changed();
      },
    };
  }

  demandDrive(drive: DriveIs): void {
    if (!this.#flags.online) throw new KvmdError("MsdOfflineError", "MSD is not found");
    if (drive === "disconnected" && this.drive.connected)
      throw new KvmdError("MsdConnectedError", "MSD is connected to Server, but shouldn't for this operation");
    if (drive === "connected" && !this.drive.connected)
      throw new KvmdError("MsdDisconnectedError", "MSD is disconnected from Server, but should be for this operation");
  }

  image(name: string): ImageFile {
    const file = this.storage.find(name);
    if (file === undefined) throw new KvmdError("MsdUnknownImageError", "The image is not found in the storage");
    return file;
  }

  changed(): void {
    const state = this.state();
    const before = this.#last;
    this.#last = state;
    if (isDeepStrictEqual(state, before)) return;
    if (state.online !== before.online || state.enabled !== before.enabled) this.#context.broadcast("msd", state);
    else this.#context.broadcast("msd", storageDifference(before, state));
  }

  #demandFree(): void {
    if (!this.#flags.enabled) throw new KvmdError("MsdDisabledError", "MSD is disabled");
    if (this.busy)
      throw new KvmdError("MsdIsBusyError", "Performing another MSD operation, please try again later", 409);
  }

  #setParams(request: KvmdRequest): void {
    const image = valid.optional(request.param("image"), (raw) => selectable(raw, this.#context.age));
    const cdrom = valid.optional(request.param("cdrom"), valid.bool);
    const rw = this.#context.age.since(SINCE.writableDrive)
      ? valid.optional(request.param("rw"), valid.bool)
      : undefined;
    selectImage(this, { image, cdrom, rw });
  }

  #remove(request: KvmdRequest): void {
    const name = valid.imageName(request.param("image"));
    this.demand("disconnected");
    const file = this.image(name);
    if (!file.removable) throw new KvmdError("MsdImageStaticError", "This image can't be removed");
    this.storage.remove(name);
    if (this.drive.image === name) this.drive = { ...this.drive, image: null };
    this.changed();
  }

  /** The computer loses the drive at once, kvmd notices a moment later. The selection survives. */
  #reset(): void {
    this.#demandFree();
    this.#host.usbDrive = null;
    this.#context.timers.after(NOTICE_MS, () => {
      this.drive = { ...this.drive, connected: false };
      this.changed();
    });
  }

  #refreshed(): void {
    const { image, connected } = this.drive;
    if (image !== null && !connected && !this.storage.isListed(image)) this.drive = { ...this.drive, image: null };
    this.changed();
  }

  #flag(change: Partial<Record<"enabled" | "online" | "busy" | "unlinked", boolean>>): void {
    Object.assign(this.#flags, change);
    this.changed();
  }

  #storageState(): JsonObject {
    return {
      images: this.storage.images(),
      parts: this.storage.parts(),
      downloading: this.#transferState("downloading", "readed"),
      uploading: this.#transferState("uploading", "written"),
    };
  }

  #transferState(kind: Transfer["kind"], counter: string): JsonObject | null {
    if (this.transfer?.kind !== kind) return null;
    const { name, size, done } = this.transfer;
    return { name, size, [counter]: done };
  }

  #driveState(): JsonObject {
    const { image, connected, cdrom, rw } = this.drive;
    const selected = image === null ? null : { name: image, in_storage: true, ...this.storage.describe(image) };
    return { image: selected, connected, cdrom, rw };
  }
}

/** A remote image (a URL) is what only newer versions of kvmd can select. */
function selectable(raw: string, age: Age): string {
  if (raw.trim() === "") return "";
  if (age.since(SINCE.remoteImages) && /^[a-z][a-z0-9._+-]+[a-z]:\/\/[a-z0-9[]/i.test(raw.trim()))
    throw new KvmdError("MsdRemoteDisabledError", "Remote images binding is disabled");
  return valid.imageName(raw);
}
