import { DEVICE, FOR_NUMBERS, NAME, NO_DEVICE, type Visit } from "./visit";

export const visit: Visit = {
  mistakes: [
    NO_DEVICE,
    { field: "rate", value: "31", reason: `Frames: ${FOR_NUMBERS} 0.01 to 30` },
    { field: "threshold", value: "-1", reason: `Threshold: ${FOR_NUMBERS} 0 to 100` },
    { field: "region", value: "1, 2", reason: "Region: must be four edges in pixels: left, top, right, bottom" },
    { field: "freezeTime", value: "0", given: [{ field: "mode", value: "freeze" }], reason: `Frozen after: ${FOR_NUMBERS} 0.1 to 86400` }, // prettier-ignore
    { field: "text", value: "", given: [{ field: "mode", value: "text" }], reason: "Text: must not be empty" },
    { field: "file", value: "", given: [{ field: "format", value: "file" }], reason: "File: must not be empty" },
  ],
  settings: [
    [
      DEVICE,
      NAME,
      { field: "mode", value: "text" },
      { field: "text", value: "panic" },
      { field: "textMode", value: "tolerant" },
      { field: "mistakes", value: "1" },
      { field: "region", value: "0, 0, 640, 100" },
      { field: "interval", value: "5" },
      { field: "format", value: "data_url" },
    ],
    [{ field: "langs", value: "eng" }],
    [
      { field: "mode", value: "freeze" },
      { field: "rate", value: "2" },
      { field: "threshold", value: "5" },
      { field: "freezeTime", value: "30" },
    ],
    [
      { field: "format", value: "file" },
      { field: "file", value: "/data/screen.jpg" },
    ],
  ],
};
