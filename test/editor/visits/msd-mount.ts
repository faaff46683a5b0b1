import { choice, CONFIRM, DEVICE, FOR_NUMBERS, FROM_MSG, NAME, NO_DEVICE, number, text, type Visit } from "./visit";

export const visit: Visit = {
  mistakes: [
    NO_DEVICE,
    { ...text("image", ""), reason: "Image: must not be empty" },
    { ...number("timeout", "0"), reason: `Done within: ${FOR_NUMBERS} 0.1 to 3600` },
    { ...number("busyRetry", "x"), reason: `If busy, retry for: ${FOR_NUMBERS} 0 to 600` },
  ],
  settings: [
    [
      DEVICE,
      NAME,
      CONFIRM,
      FROM_MSG,
      text("image", "tools/memtest.img"),
      choice("drive", "flash"),
      { field: "writable", type: "bool", value: "true" },
      number("timeout", "20"),
    ],
    [choice("action", "swap"), number("busyRetry", "60")],
  ],
};
