import { DRIVE_KINDS, MSD_ACTIONS } from "../src/config";
import { defineAction } from "../src/runtime/action";
import { choice, flag, seconds, text } from "../src/runtime/fields";

const action = choice(MSD_ACTIONS);
const drive = choice(DRIVE_KINDS, { cd: "cdrom", cd_rom: "cdrom", dvd: "cdrom", usb: "flash" });

export = defineAction("pikvm-msd-mount", {
  fields: {
    action,
    image: text(),
    drive,
    writable: flag(),
    timeout: seconds({ min: 0.1, max: 3600 }),
    busyRetry: seconds({ max: 600 }),
  },
  async perform({ pikvm, fields, signal }) {
    const { action } = fields;
    if (action === "state") return { action, changed: false, state: await pikvm.drive.getState({ signal }) };
    const { timeout, busyRetry } = fields;
    if (action === "eject") return { action, ...(await pikvm.drive.eject({ timeout, busyRetry, signal })) };
    const { image, drive: kind, writable } = fields;
    return { action, ...(await pikvm.drive.mount(image, { kind, writable, timeout, busyRetry, signal })) };
  },
});
