import type { DriveResult } from "../src/client";
import { DRIVE_KINDS, MSD_ACTIONS } from "../src/config";
import { defineAction } from "../src/runtime/action";
import { choice, flag, image, seconds } from "../src/runtime/fields";

const action = choice(MSD_ACTIONS, { unmount: "eject" });
const drive = choice(DRIVE_KINDS, { cd: "cdrom", cd_rom: "cdrom", dvd: "cdrom", usb: "flash", flash_drive: "flash" });

export = defineAction("pikvm-msd-mount", {
  fields: {
    action,
    image: image(),
    drive,
    writable: flag(),
    timeout: seconds({ min: 0.1, max: 3600 }),
    busyRetry: seconds({ max: 600 }),
  },
  async perform({ pikvm, fields, signal }) {
    const { action } = fields;
    const told = (result: DriveResult) => ({ action, ...result, image: result.state.drive?.image?.name ?? null });
    if (action === "state") return told({ changed: false, state: await pikvm.drive.getState({ signal }) });
    const { timeout, busyRetry } = fields;
    if (action === "eject") return told(await pikvm.drive.eject({ timeout, busyRetry, signal }));
    const { image, drive: kind, writable } = fields;
    const options = { kind, writable, timeout, busyRetry, signal };
    const mounting = action === "swap" ? pikvm.drive.swap(image, options) : pikvm.drive.mount(image, options);
    return told(await mounting);
  },
});
