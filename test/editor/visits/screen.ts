import { choice, DEVICE, FOR_NUMBERS, FROM_MSG, NAME, NO_DEVICE, number, text, type Visit } from "./visit";

export const visit: Visit = {
  mistakes: [
    NO_DEVICE,
    { ...text("file", ""), given: [choice("format", "file")], reason: "File: must not be empty" },
    { ...number("maxWidth", "-1"), reason: `Width at most: ${FOR_NUMBERS} 0 to 10000` },
    {
      ...number("jpegQuality", "101"),
      given: [number("maxWidth", "640")],
      reason: `JPEG quality: ${FOR_NUMBERS} 1 to 100`,
    },
    {
      ...text("region", "a"),
      given: [choice("action", "text")],
      reason: "Region: must be four edges in pixels: left, top, right, bottom",
    },
    { ...number("fps", "1.5"), given: [choice("action", "set")], reason: "Frames: must be a whole number" },
  ],
  settings: [
    [
      DEVICE,
      NAME,
      FROM_MSG,
      choice("action", "snapshot"),
      choice("format", "data_url"),
      number("maxWidth", "640"),
      number("jpegQuality", "50"),
      { field: "offline", type: "bool", value: "true" },
    ],
    [choice("format", "file"), text("file", "/data/screen.jpg"), number("timeout", "20")],
    [choice("action", "text"), text("region", "0, 0, 640, 200"), text("langs", "eng")],
    [
      choice("action", "set"),
      number("quality", "70"),
      number("fps", "20"),
      text("resolution", "1280x720"),
      number("bitrate", "4000"),
      number("gop", "10"),
    ],
  ],
};
