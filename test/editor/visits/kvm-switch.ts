import { choice, CONFIRM, DEVICE, FOR_NUMBERS, FROM_MSG, NAME, NO_DEVICE, number, text, type Visit } from "./visit";

export const visit: Visit = {
  mistakes: [
    NO_DEVICE,
    { ...text("port", ""), reason: "Port: must not be empty" },
    { ...number("timeout", "0"), reason: `Confirmed within: ${FOR_NUMBERS} 0.1 to 3600` },
    {
      ...number("unit", "6"),
      given: [choice("action", "beacon_on"), choice("light", "uplink")],
      reason: `Unit: ${FOR_NUMBERS} 1 to 5`,
    },
    {
      ...text("edid", ""),
      given: [choice("action", "edid_remove"), text("edid", "Lab")],
      reason: "EDID: must not be empty",
    },
    {
      ...number("hardAfter", "-1"),
      given: [choice("action", "power"), choice("power", "ensure_off")],
      reason: `Hold button after: ${FOR_NUMBERS} 0 to 3600`,
    },
  ],
  settings: [
    [
      DEVICE,
      NAME,
      CONFIRM,
      FROM_MSG,
      choice("action", "power"),
      text("port", "2.3"),
      choice("power", "cycle"),
      number("timeout", "20"),
      number("hardAfter", "7"),
      number("offTime", "3"),
      number("busyRetry", "0"),
    ],
    [choice("action", "power"), choice("power", "on"), choice("wait", "led")],
    [choice("action", "beacon_on"), choice("light", "downlink"), number("unit", "2")],
    [choice("action", "edid_create"), text("edid", "Lab"), text("data", "00FFFFFFFFFFFF00")],
  ],
};
