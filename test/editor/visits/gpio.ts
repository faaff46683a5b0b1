import {
  choice,
  CONFIRM,
  DEVICE,
  FOR_NUMBERS,
  FOR_VARIABLES,
  FROM_MSG,
  NAME,
  NO_DEVICE,
  number,
  text,
  type Visit,
} from "./visit";

export const visit: Visit = {
  mistakes: [
    NO_DEVICE,
    {
      ...number("delay", "-1"),
      given: [choice("action", "pulse")],
      reason: `Pulse: ${FOR_NUMBERS} 0 to 3600`,
    },
    { ...text("channel", "relay${N}"), reason: `Channel: ${FOR_VARIABLES}` },
    { ...number("timeout", "0"), reason: `Done within: ${FOR_NUMBERS} 0.1 to 3600` },
    { ...number("busyRetry", "x"), reason: `If busy, retry for: ${FOR_NUMBERS} 0 to 600` },
  ],
  settings: [
    [
      DEVICE,
      NAME,
      CONFIRM,
      FROM_MSG,
      choice("action", "toggle"),
      text("channel", "Server fan"),
      { field: "verify", type: "bool", value: "false" },
      number("timeout", "20"),
    ],
    [text("channel", "${RELAY}"), number("timeout", "${TIMEOUT}")],
    [choice("action", "pulse"), number("delay", "0.5"), number("busyRetry", "3")],
  ],
};
