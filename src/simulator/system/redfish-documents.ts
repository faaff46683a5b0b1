import type { JsonObject } from "../api/python";

const V1 = "/redfish/v1";
const VIRTUAL_MEDIA = `${V1}/Managers/BMC/VirtualMedia`;
export const RESET_TYPES = [
  "On",
  "ForceOff",
  "GracefulShutdown",
  "ForceRestart",
  "ForceOn",
  "PushPowerButton",
] as const;

const link = (path: string): JsonObject => ({ "@odata.id": path });

export const ROOT: JsonObject = {
  ...link(V1),
  "@odata.type": "#ServiceRoot.v1_6_0.ServiceRoot",
  Id: "RootService",
  Name: "Root Service",
  RedfishVersion: "1.6.0",
  Systems: link(`${V1}/Systems`),
  Managers: link(`${V1}/Managers`),
};

export const MANAGERS = collection(`${V1}/Managers`, "ManagerCollection", "Manager Collection", ["BMC"]);
export const MEDIA = collection(VIRTUAL_MEDIA, "VirtualMediaCollection", "Virtual Media Collection", ["MSD"]);

export const MANAGER: JsonObject = {
  ...link(`${V1}/Managers/BMC`),
  "@odata.type": "#Manager.v1_15_0.Manager",
  Id: "BMC",
  Description: "PiKVM Baseboard Management Controller",
  ManagerType: "BMC",
  Name: "PiKVM Manager",
  VirtualMedia: link(VIRTUAL_MEDIA),
};

export function systems(ids: readonly string[]): JsonObject {
  return collection(`${V1}/Systems`, "ComputerSystemCollection", "Computer System Collection", ids);
}

export function system(id: string, { host, on }: { host: string; on: boolean }): JsonObject {
  const path = `${V1}/Systems/${id}`;
  return {
    ...link(path),
    "@odata.type": "#ComputerSystem.v1_10_0.ComputerSystem",
    Id: id,
    HostName: host,
    PowerState: on ? "On" : "Off",
    Actions: {
      "#ComputerSystem.Reset": {
        "ResetType@Redfish.AllowableValues": RESET_TYPES,
        target: `${path}/Actions/ComputerSystem.Reset`,
      },
      // Advertised, and a 404.
      "#ComputerSystem.SetDefaultBootOrder": { target: `${path}/Actions/ComputerSystem.SetDefaultBootOrder` },
    },
    Boot: { BootSourceOverrideEnabled: "Disabled", BootSourceOverrideTarget: null },
  };
}

interface Medium {
  readonly enabled: boolean;
  readonly online: boolean;
  readonly busy: boolean;
  /** null when there is none to look at. */
  readonly drive: { image: string | null; connected: boolean; cdrom: boolean; rw: boolean } | null;
}

export function virtualMedium({ enabled, online, busy, drive }: Medium): JsonObject {
  const path = `${VIRTUAL_MEDIA}/MSD`;
  const image = drive?.image ?? null;
  return {
    ...link(path),
    "@odata.type": "#VirtualMedia.v1_4_0.VirtualMedia",
    Id: "MSD",
    Name: "Virtual CD/DVD/Flash Drive",
    Description: "PiKVM Virtual CD/DVD/Flash Drive",
    MediaTypes: ["USBStick", "CD", "DVD"],
    Image: image,
    ImageName: image?.split("/").at(-1) ?? null,
    ConnectedVia: drive === null ? null : image === null ? "NotConnected" : "Oem",
    Inserted: drive?.connected ?? null,
    // It says the opposite of what it is called: a bug of kvmd that stays.
    WriteProtected: drive?.rw ?? null,
    Actions: {
      "#VirtualMedia.EjectMedia": { target: `${path}/Actions/VirtualMedia.EjectMedia` },
      "#VirtualMedia.InsertMedia": {
        "Image@Redfish.AllowableValues": ["URI"],
        target: `${path}/Actions/VirtualMedia.InsertMedia`,
      },
    },
    Oem: {
      PiKVM: {
        "@odata.type": "#PiKVMVirtualMedia.v1_0_0.PiKVMVirtualMedia",
        "@odata.context": "/redfish/v1/$metadata#PiKVMVirtualMedia.PiKVMVirtualMedia",
        MsdEnabled: enabled,
        MsdOnline: online,
        MsdBusy: busy,
        DriveOptical: drive?.cdrom ?? null,
      },
    },
  };
}

function collection(path: string, type: string, name: string, members: readonly string[]): JsonObject {
  return {
    ...link(path),
    "@odata.type": `#${type}.${type}`,
    Name: name,
    Members: members.map((member) => link(`${path}/${member}`)),
    "Members@odata.count": members.length,
  };
}
