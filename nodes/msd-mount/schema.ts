import { DRIVE_KINDS } from "../../src/client/vocabulary";
import { BUSY_RETRY } from "../../src/schema/common";
import { choice, flag, fromMsg, image, seconds } from "../../src/schema/field";
import { actionNode } from "../../src/schema/node";

/** The host may write on a flash drive that is writable. */
const MOUNTING = {
  by: "drive",
  does: { cdrom: "changes", flash: { by: "writable", does: { true: "destroys", false: "changes" } } },
} as const;

export const schema = actionNode({
  name: "msd-mount",
  deeds: { by: "action", does: { mount: MOUNTING, swap: MOUNTING, eject: "changes", state: "reads" } },
  fields: {
    action: choice(["mount", "swap", "eject", "state"], {
      icon: "hdd-o",
      default: "mount",
      synonyms: { unmount: "eject" },
    }),
    image: image({
      icon: "file-o",
      default: fromMsg("payload"),
      suggest: "mountable",
      hint: true,
      when: { action: ["mount", "swap"] },
    }),
    drive: choice(DRIVE_KINDS, {
      icon: "dot-circle-o",
      default: "cdrom",
      synonyms: { cd: "cdrom", cd_rom: "cdrom", dvd: "cdrom", usb: "flash", flash_drive: "flash" },
      when: { action: ["mount", "swap"] },
    }),
    writable: flag({
      icon: "pencil",
      default: false,
      hint: true,
      when: { action: ["mount", "swap"], drive: ["flash"] },
    }),
    timeout: seconds({
      icon: "clock-o",
      min: 0.1,
      max: 3600,
      default: 10,
      expert: true,
      when: { action: ["mount", "swap", "eject"] },
    }),
    busyRetry: seconds({
      ...BUSY_RETRY,
      hint: true,
      when: { action: ["mount", "swap", "eject"] },
    }),
  },
});
