import { choice, CONFIRM, DEVICE, FOR_NUMBERS, FROM_MSG, NAME, NO_DEVICE, number, type Visit } from "./visit";

export const visit: Visit = {
  mistakes: [
    NO_DEVICE,
    {
      ...choice("wait", "led"),
      ...number("timeout", "soon"),
      reason: `Confirmed within: ${FOR_NUMBERS} 0.1 to 3600`,
    },
    { field: "action", type: "msg", value: "", reason: "Action: must not be empty" },
    { field: "action", type: "jsonata", value: "payload.(", reason: "Action: Invalid JSONata expression" },
    {
      ...number("hardAfter", "-1"),
      given: [choice("action", "cycle")],
      reason: `Hold button after: ${FOR_NUMBERS} 0 to 3600`,
    },
    {
      ...number("offTime", "3601"),
      given: [choice("action", "cycle")],
      reason: `Stay off for: ${FOR_NUMBERS} 0 to 3600`,
    },
    { ...number("busyRetry", ""), reason: `If busy, retry for: ${FOR_NUMBERS} 0 to 600` },
  ],
  settings: [
    [
      DEVICE,
      NAME,
      CONFIRM,
      FROM_MSG,
      choice("action", "cycle"),
      number("timeout", "44"),
      number("hardAfter", "7"),
      number("offTime", "2.5"),
      { field: "busyRetry", type: "msg", value: "patience" },
    ],
    [choice("action", "on"), choice("wait", "finished")],
  ],
};
