import { choice, DEVICE, FOR_NUMBERS, FROM_MSG, NAME, NO_DEVICE, number, text, type Visit } from "./visit";

const TEXT = choice("condition", "text");

export const visit: Visit = {
  mistakes: [
    NO_DEVICE,
    { ...text("path", "atx..leds"), reason: "Property: must be a path such as atx.leds.power" },
    { ...number("value", "x"), reason: "Value: must be a number" },
    { ...text("value", "much"), given: [choice("test", "above")], reason: "Value: must be a number" },
    { ...number("holdFor", "-1"), reason: `Stays so for: ${FOR_NUMBERS} 0 to 86400` },
    { ...text("text", ""), given: [TEXT], reason: "Text: must not be empty" },
    { ...text("region", "1,2,3"), reason: "Region: must be four edges in pixels: left, top, right, bottom" },
    { ...number("mistakes", "1.5"), given: [choice("mode", "tolerant")], reason: "Mistakes: must be a whole number" },
    { ...number("timeout", "0"), reason: `Give up after: ${FOR_NUMBERS} 0.1 to 86400` },
  ],
  settings: [
    [
      DEVICE,
      NAME,
      FROM_MSG,
      TEXT,
      choice("event", "disappears"),
      text("text", "passphrase"),
      choice("mode", "tolerant"),
      number("mistakes", ""),
      text("region", "0, 0, 640, 200"),
      text("langs", "eng"),
      number("holdFor", "10"),
      { field: "next", type: "bool", value: "true" },
      number("timeout", "60"),
    ],
    [number("interval", "3")],
    [choice("condition", "state"), text("path", "hid.online"), choice("test", "not_equals"), text("value", "false")],
  ],
};
