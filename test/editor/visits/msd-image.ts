import { choice, CONFIRM, DEVICE, FOR_NUMBERS, FROM_MSG, NAME, NO_DEVICE, number, text, type Visit } from "./visit";

export const visit: Visit = {
  mistakes: [
    NO_DEVICE,
    { ...text("source", ""), reason: "What: must not be empty" },
    { ...number("busyRetry", "601"), reason: `If busy, retry for: ${FOR_NUMBERS} 0 to 600` },
    {
      ...text("url", "ftp://server/a.iso"),
      given: [choice("action", "fetch")],
      reason: "URL: must begin with http:// or https://",
    },
    { ...text("image", ""), given: [choice("action", "remove")], reason: "Image: must not be empty" },
    { ...text("file", ""), given: [choice("action", "download")], reason: "File: must not be empty" },
  ],
  settings: [
    [
      DEVICE,
      NAME,
      CONFIRM,
      FROM_MSG,
      choice("action", "upload"),
      text("source", "/home/images/debian-13.iso"),
      text("storeAs", "os/debian.iso"),
      { field: "replace", type: "bool", value: "true" },
      { field: "sha256", type: "bool", value: "true" },
      number("busyRetry", "60"),
      { field: "progress", value: true },
    ],
    [
      choice("action", "fetch"),
      text("url", "https://server/a.iso"),
      { field: "insecure", type: "bool", value: "true" },
    ],
    [choice("action", "download"), text("image", "a.iso"), choice("target", "file"), text("file", "/data/a.iso")],
    [choice("action", "remove"), { field: "eject", type: "bool", value: "true" }],
  ],
};
