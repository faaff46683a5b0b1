import type { Age } from "../age";
import type { Atx } from "./atx";
import { KvmdError } from "../api/errors";
import type { Host } from "../host/host";
import type { Info } from "./info";
import type { Msd } from "../msd/msd";
import { connectDrive, selectImage } from "../msd/msd-drive";
import { dumps, isObject, type Json } from "../api/python";
import { MANAGER, MANAGERS, MEDIA, RESET_TYPES, ROOT, system, systems, virtualMedium } from "./redfish-documents";
import { document, noContent, type Reply } from "../api/reply";
import type { KvmdRequest, Route, Subsystem } from "../api/subsystem";
import type { Switch } from "../switch/switch";
import { SINCE } from "../since";
import * as valid from "../api/validators";

const SYSTEM = "/redfish/v1/Systems/{id}";
const MSD = "/redfish/v1/Managers/BMC/VirtualMedia/MSD";
const ACTIONS = {
  On: "on",
  ForceOn: "on",
  ForceOff: "off_hard",
  GracefulShutdown: "off",
  ForceRestart: "reset_hard",
} as const;

interface RedfishParts {
  readonly age: Age;
  readonly atx: Atx;
  readonly msd: Msd;
  readonly switch: Switch;
  readonly info: Info;
  readonly host: Host;
}

/** The industry's words for power and drive. Documents come bare, refusals in kvmd's envelope. */
export class Redfish implements Subsystem {
  readonly #parts: RedfishParts;

  constructor(parts: RedfishParts) {
    this.#parts = parts;
  }

  readonly routes: readonly Route[] = [
    { method: "GET", path: "/redfish/v1", open: true, handle: () => document(ROOT) },
    { method: "GET", path: "/redfish/v1/Systems", handle: () => document(systems([...this.#systems()])) },
    { method: "GET", path: SYSTEM, handle: (request) => this.#system(request.segments.id ?? "") },
    // Accepts anything for anybody, and does nothing.
    { method: "PATCH", path: SYSTEM, handle: () => noContent() },
    { method: "POST", path: `${SYSTEM}/Actions/ComputerSystem.Reset`, handle: (request) => this.#reset(request) },
    { method: "GET", path: "/redfish/v1/Managers", handle: () => document(MANAGERS) },
    { method: "GET", path: "/redfish/v1/Managers/BMC", handle: () => document(MANAGER) },
    { method: "GET", path: "/redfish/v1/Managers/BMC/VirtualMedia", handle: () => document(MEDIA) },
    { method: "GET", path: MSD, handle: () => this.#medium() },
    { method: "POST", path: `${MSD}/Actions/VirtualMedia.InsertMedia`, handle: (request) => this.#insert(request) },
    { method: "POST", path: `${MSD}/Actions/VirtualMedia.EjectMedia`, handle: () => this.#eject() },
  ];

  *#systems(): Generator<string> {
    if (this.#parts.atx.enabled) yield "0";
    if (!this.#parts.age.since(SINCE.redfishPorts)) return;
    for (const index of this.#parts.switch.ports.keys()) yield `SwitchPort${index}`;
  }

  #system(id: string): Reply {
    const port = portOf(id);
    const host = port === undefined ? undefined : this.#parts.switch.ports[port]?.host;
    if (port !== undefined && host === undefined) throw httpError("Non-existent Switch Port ID");
    const { leds } = this.#parts.atx.state();
    const on = host?.leds.power ?? (isObject(leds) && leds.power === true);
    return document(system(id, { host: this.#hostName(), on }));
  }

  /** What the meta file calls the computer. */
  #hostName(): string {
    const { server } = this.#parts.info.part("meta");
    return isObject(server) && typeof server.host === "string" ? server.host : "";
  }

  /** Never waits. An ATX that is switched off, and a port that is not there, are silently satisfied. */
  async #reset(request: KvmdRequest): Promise<Reply> {
    const port = portOf(request.segments.id ?? "");
    const asked = fieldOf(await bodyOf(request), "ResetType");
    const type = RESET_TYPES.find((known) => known === asked);
    if (type === undefined) throw httpError("Missing or invalid ResetType");
    if (port !== undefined) this.#resetPort(port, type);
    else if (this.#parts.atx.enabled) {
      if (type === "PushPowerButton") await this.#parts.atx.click("power");
      else await this.#parts.atx.power(ACTIONS[type]);
    }
    return noContent();
  }

  #resetPort(index: number, type: (typeof RESET_TYPES)[number]): void {
    const { chain, ports } = this.#parts.switch;
    const settings = chain.settingsOf(index);
    if (type === "PushPowerButton") ports[index]?.click("power", settings);
    else ports[index]?.power(ACTIONS[type], settings);
  }

  #medium(): Reply {
    const { msd } = this.#parts;
    const { enabled, online, busy, drive } = msd.state();
    return document(
      virtualMedium({
        enabled: enabled === true,
        online: online === true,
        busy: busy === true,
        drive: drive === null ? null : msd.drive,
      }),
    );
  }

  /** Whatever is called `.iso` becomes a flash drive: kvmd looks for the suffix at the beginning of the name. */
  async #insert(request: KvmdRequest): Promise<Reply> {
    const { msd, host } = this.#parts;
    const body = await bodyOf(request);
    if (body === undefined) throw httpError("Invalid body");
    if (!isObject(body)) throw new TypeError("not a dictionary");
    const image = valid.imageName(textOf(body.Image));
    const inserted = valid.boolOr(textOf(body.Inserted), true);
    const rw = !valid.boolOr(textOf(body.WriteProtected), true);
    if (msd.state().drive === null) throw new TypeError("no drive to look at");
    if (msd.drive.connected) connectDrive(msd, host, false);
    selectImage(msd, { image, cdrom: image.startsWith(".iso"), rw });
    if (inserted) connectDrive(msd, host, true);
    return noContent();
  }

  #eject(): Reply {
    connectDrive(this.#parts.msd, this.#parts.host, false);
    selectImage(this.#parts.msd, { image: "" });
    return noContent();
  }
}

/** @returns undefined for the computer on the ATX board. */
function portOf(id: string): number | undefined {
  if (id === "0") return undefined;
  const port = /^SwitchPort(\d+)$/.exec(id)?.[1];
  if (port === undefined) throw httpError("Missing or invalid Server ID");
  return Number(port);
}

function httpError(message: string): KvmdError {
  return new KvmdError("HttpError", message);
}

/** JSON whatever its type says; undefined when it is none. */
async function bodyOf(request: KvmdRequest): Promise<Json | undefined> {
  try {
    return JSON.parse((await request.body.all()).toString("utf8")) as Json; // JSON.parse makes nothing else
  } catch {
    return undefined;
  }
}

function fieldOf(value: Json | undefined, name: string): Json | undefined {
  return isObject(value) ? value[name] : undefined;
}

/** As Python's `str()`; None stays None. */
function textOf(value: Json | undefined): string | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === "object" ? dumps(value) : String(value);
}
