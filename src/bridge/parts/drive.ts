import type { MsdDrive, MsdState } from "../../client";
import { button, DIAGNOSTIC, sensor, type Entity, type Order, type Part } from "../entity";

/** Home Assistant takes `None` for unknown, so that nothing needs a name of its own. */
const NOTHING = "-";
const KINDS = ["cdrom", "flash"] as const;
/** Characters of a state in Home Assistant. */
const LONGEST = 255;
/** `debian.iso (cdrom)` */
const OPTION = /^(.*) \((cdrom|flash)\)$/s;

export const drive: Part = {
  kinds: ["msd"],
  entities({ msd }) {
    if (!msd?.enabled) return [];
    return [
      { ...mounting(msd), ...(msd.online ? {} : { value: null }) },
      sensor("drive", driveOf(msd), { device_class: "enum", options: [...KINDS, "off"] }),
      sensor("image", msd.drive ? imageOf(msd.drive) : null),
      sensor("storage_free", freeOf(msd), { ...DIAGNOSTIC, device_class: "data_size", unit_of_measurement: "MB" }),
      button("eject", "msd-mount: eject", { node: "msd-mount", values: { action: "eject" } }),
    ];
  },
};

const imageOf = (drive: MsdDrive): string => (drive.connected ? drive.image?.name : undefined) ?? NOTHING;
const kindOf = (drive: MsdDrive): string => (drive.cdrom ? "cdrom" : "flash");
const optionOf = (name: string, kind: string): string => `${name} (${kind})`;

function driveOf({ drive }: MsdState): string | null {
  if (!drive) return null;
  return drive.connected ? kindOf(drive) : "off";
}

/** In a unit that people read. */
function freeOf({ storage }: MsdState): number | undefined {
  const bytes = storage?.parts?.[""]?.free ?? storage?.free;
  return bytes === undefined ? undefined : Math.floor(bytes / 1_000_000);
}

/** Choosing an image mounts it, as a drive of that kind. */
function mounting({ drive, storage }: MsdState): Entity {
  const images = Object.entries(storage?.images ?? {}).filter(([, { complete }]) => complete);
  const options = images.flatMap(([name]) => KINDS.map((kind) => optionOf(name, kind)));
  return {
    key: "mount",
    platform: "select",
    value: drive && mountedOn(drive),
    config: { options: [NOTHING, ...options.filter(({ length }) => length <= LONGEST)], icon: "mdi:disc" },
    command: { deeds: ["msd-mount: swap", "msd-mount: eject"], order: orderOf },
  };
}

function mountedOn(drive: MsdDrive): string {
  const name = imageOf(drive);
  return name === NOTHING ? NOTHING : optionOf(name, kindOf(drive));
}

function orderOf(text: string): Order {
  if (text.trim() === NOTHING || text.trim() === "") return { node: "msd-mount", values: { action: "eject" } };
  const [, name = text, kind = isDisc(text) ? "cdrom" : "flash"] = OPTION.exec(text) ?? [];
  return { node: "msd-mount", values: { action: "swap", image: name, drive: kind } };
}

const isDisc = (name: string): boolean => name.toLowerCase().endsWith(".iso");
