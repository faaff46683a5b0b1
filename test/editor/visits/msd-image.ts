import { choice, DEVICE, FOR_NUMBERS, NAME, NO_DEVICE, number, text, type Visit } from "./visit";

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
    DEVICE,
    NAME,
    choice("action", "upload"),
    text("source", "/home/images/debian-13.iso"),
    text("storeAs", "os/debian.iso"),
    { field: "replace", type: "bool", value: "true" },
    { field: "sha256", type: "bool", value: "true" },
    number("busyRetry", "60"),
    { field: "progress", value: true },
  ],
};
