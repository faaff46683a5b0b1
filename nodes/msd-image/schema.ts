import { BUSY_RETRY } from "../../src/schema/common";
import { choice, flag, fromMsg, image, imageSource, seconds, text } from "../../src/schema/field";
import { actionNode } from "../../src/schema/node";

const STORING = { by: "replace", does: { true: "destroys", false: "changes" } } as const;

export const schema = actionNode({
  name: "msd-image",
  deeds: {
    by: "action",
    does: { upload: STORING, fetch: STORING, download: "reads", remove: "destroys", list: "reads" },
  },
  fields: {
    action: choice(["upload", "fetch", "download", "remove", "list"], { icon: "archive", default: "upload" }),
    source: imageSource({
      icon: "upload",
      default: fromMsg("payload"),
      hint: true,
      when: { action: ["upload"] },
    }),
    url: text({ icon: "link", default: fromMsg("payload"), hint: true, when: { action: ["fetch"] } }),
    insecure: flag({ icon: "unlock", default: false, hint: true, expert: true, when: { action: ["fetch"] } }),
    storeAs: text({ icon: "hdd-o", default: "", blank: true, hint: true, when: { action: ["upload", "fetch"] } }),
    image: image({
      icon: "file-o",
      default: fromMsg("payload"),
      suggest: "images",
      hint: true,
      when: { action: ["download", "remove"] },
    }),
    target: choice(["file", "stream"], { icon: "download", default: "file", when: { action: ["download"] } }),
    file: text({
      icon: "floppy-o",
      default: fromMsg("filename"),
      hint: true,
      when: { action: ["download"], target: ["file"] },
    }),
    replace: flag({
      icon: "refresh",
      default: false,
      hint: true,
      when: [{ action: ["upload", "fetch"] }, { action: ["download"], target: ["file"] }],
    }),
    sha256: flag({ icon: "check", default: false, hint: true, expert: true, when: { action: ["upload"] } }),
    eject: flag({ icon: "eject", default: false, hint: true, when: { action: ["remove"] } }),
    busyRetry: seconds({
      ...BUSY_RETRY,
      hint: true,
      when: { action: ["upload", "fetch", "download", "remove"] },
    }),
  },
  progress: [{ action: ["upload", "fetch"] }, { action: ["download"], target: ["file"] }],
});
