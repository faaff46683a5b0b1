import { documentOf } from "../http/answer";
import type { ChangeOptions, Commands } from "../http/commands";
import { oneOf } from "../ranges";
import type { CallOptions, RequestOptions } from "../http/transport";

/** Any Redfish resource; fields beyond the named ones are kept. */
export interface RedfishDocument {
  "@odata.id": string;
  "@odata.type": string;
  [field: string]: unknown;
}

export interface RedfishLink {
  "@odata.id": string;
}

export interface RedfishRoot extends RedfishDocument {
  Id: string;
  Name: string;
  RedfishVersion: string;
  Systems: RedfishLink;
  Managers?: RedfishLink;
}

export interface RedfishCollection extends RedfishDocument {
  Name: string;
  Members: RedfishLink[];
  "Members@odata.count": number;
}

export interface RedfishSystem extends RedfishDocument {
  Id: string;
  HostName: string;
  PowerState: "On" | "Off";
}

export interface RedfishManager extends RedfishDocument {
  Id: string;
  Name: string;
  ManagerType: string;
  VirtualMedia: RedfishLink;
}

/** `null` where the drive is offline. */
export interface RedfishVirtualMedia extends RedfishDocument {
  Id: string;
  Name: string;
  Image: string | null;
  ImageName: string | null;
  ConnectedVia: "Oem" | "NotConnected" | null;
  Inserted: boolean | null;
  /** The device says it the wrong way round: true when the computer may write. */
  WriteProtected: boolean | null;
  MediaTypes: string[];
  Oem: {
    PiKVM: {
      "@odata.context": string;
      "@odata.type": string;
      MsdEnabled: boolean;
      MsdOnline: boolean;
      MsdBusy: boolean;
      DriveOptical: boolean | null;
    };
  };
}

export const RESET_TYPES = [
  "On",
  "ForceOn",
  "ForceOff",
  "GracefulShutdown",
  "ForceRestart",
  "PushPowerButton",
] as const;
export type ResetType = (typeof RESET_TYPES)[number];

export interface InsertOptions extends ChangeOptions {
  /** Connect it to the computer too. Default true. */
  inserted?: boolean;
  /** Default true. */
  writeProtected?: boolean;
}

const ROOT = "/api/redfish/v1";
const MEDIUM = `${ROOT}/Managers/BMC/VirtualMedia/MSD`;
/** Connecting remounts the storage. Seconds on top of the ordinary time limit. */
const REMOUNT_TIME = 30;

/**
 * The device as a Redfish service (`/redfish/v1`), for those who manage other machines that way; `Atx` and `Msd` say
 * more and do more exactly. Documents come as the device sends them; refusals are the same errors as everywhere,
 * `error` is `HttpError` for bad ids.
 */
export class Redfish {
  readonly #atx: Commands;
  readonly #msd: Commands;

  /** What presses buttons and what changes the drive waits for its turn with all others that do. */
  constructor(atx: Commands, msd: Commands) {
    this.#atx = atx;
    this.#msd = msd;
  }

  /** `GET /redfish/v1`. */
  getRoot(options: CallOptions = {}): Promise<RedfishRoot> {
    return this.#get("", options);
  }

  /** `0` where ATX is switched on, and `SwitchPort<n>` for each port of the Switch. `GET /redfish/v1/Systems`. */
  getSystems(options: CallOptions = {}): Promise<RedfishCollection> {
    return this.#get("/Systems", options);
  }

  /** @param id `0`, or `SwitchPort<n>` from 0. `GET /redfish/v1/Systems/{id}`. */
  getSystem(id = "0", options: CallOptions = {}): Promise<RedfishSystem> {
    return this.#get(`/Systems/${encodeURIComponent(id)}`, options);
  }

  /** Accepted for any id and any content, and does nothing. `PATCH /redfish/v1/Systems/{id}`. */
  updateSystem(id = "0", changes: Record<string, unknown> = {}, options: ChangeOptions = {}): Promise<void> {
    return this.#send(this.#atx, "PATCH", `${ROOT}/Systems/${encodeURIComponent(id)}`, changes, options);
  }

  /**
   * Presses a button as `Atx` does, without waiting. Succeeds and does nothing while ATX is switched off, and for a
   * port of the Switch that is busy or not there. `POST /redfish/v1/Systems/{id}/Actions/ComputerSystem.Reset`.
   * @param type On and ForceOn: `powerOn`; GracefulShutdown: `powerOff`; ForceOff: `powerOffHard`; ForceRestart:
   * `resetHard`; PushPowerButton: `clickPower`.
   */
  async reset(type: ResetType, id = "0", options: ChangeOptions = {}): Promise<void> {
    const path = `${ROOT}/Systems/${encodeURIComponent(id)}/Actions/ComputerSystem.Reset`;
    return this.#send(this.#atx, "POST", path, { ResetType: oneOf("The reset type", type, RESET_TYPES) }, options);
  }

  /** `GET /redfish/v1/Managers`; all that follows came with it. */
  getManagers(options: CallOptions = {}): Promise<RedfishCollection> {
    return this.#get("/Managers", options);
  }

  /** `GET /redfish/v1/Managers/BMC`. */
  getManager(options: CallOptions = {}): Promise<RedfishManager> {
    return this.#get("/Managers/BMC", options);
  }

  /** `GET /redfish/v1/Managers/BMC/VirtualMedia`. */
  getVirtualMediaCollection(options: CallOptions = {}): Promise<RedfishCollection> {
    return this.#get("/Managers/BMC/VirtualMedia", options);
  }

  /** The USB drive. `GET /redfish/v1/Managers/BMC/VirtualMedia/MSD`. */
  getVirtualMedia(options: CallOptions = {}): Promise<RedfishVirtualMedia> {
    return this.#get("/Managers/BMC/VirtualMedia/MSD", options);
  }

  /**
   * Shows an image of the storage to the computer, always as flash drive; what was there is ejected first, even when
   * the new image then turns out to be unknown. `POST …/VirtualMedia.InsertMedia`.
   * @param image its name in the storage; a URL is not fetched.
   * @throws APIError `MsdUnknownImageError`; status 500 when the drive is offline.
   */
  insertMedia(
    image: string,
    { inserted = true, writeProtected = true, ...options }: InsertOptions = {},
  ): Promise<void> {
    const body = { Image: image, Inserted: inserted, WriteProtected: writeProtected };
    return this.#send(this.#msd, "POST", `${MEDIUM}/Actions/VirtualMedia.InsertMedia`, body, options);
  }

  /**
   * Pulls the drive and deselects its image. `POST …/VirtualMedia.EjectMedia`.
   * @throws APIError `MsdDisconnectedError`.
   */
  ejectMedia(options: ChangeOptions = {}): Promise<void> {
    return this.#send(this.#msd, "POST", `${MEDIUM}/Actions/VirtualMedia.EjectMedia`, {}, options);
  }

  async #get<T extends RedfishDocument>(path: string, { signal }: CallOptions): Promise<T> {
    // The caller names the type of the resource; fields that the device adds are kept.
    return documentOf(await this.#atx.transport.read(ROOT + path, { signal })) as T;
  }

  async #send(
    commands: Commands,
    method: "POST" | "PATCH",
    path: string,
    document: Record<string, unknown>,
    options: ChangeOptions,
  ): Promise<void> {
    const request: RequestOptions = {
      body: JSON.stringify(document),
      headers: { "Content-Type": "application/json" },
      extraTime: commands === this.#msd ? REMOUNT_TIME : 0,
    };
    await commands.run((signal) => commands.transport.change(method, path, { ...request, signal }), options);
  }
}
