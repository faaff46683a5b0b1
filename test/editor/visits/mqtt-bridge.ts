import { DEVICE, FOR_NUMBERS, NAME, NO_DEVICE, type Visit } from "./visit";

const TOPIC = "must be a topic without +, # and $";

export const visit: Visit = {
  mistakes: [
    NO_DEVICE,
    { field: "broker", value: "_ADD_", reason: "MQTT broker: choose one, or add one" },
    { field: "topic", value: "サーバー", reason: "Topic: give letters from a to z, or digits" },
    { field: "prefix", value: "lab/#", reason: `Topics below: ${TOPIC}` },
    { field: "discoveryPrefix", value: "", reason: "Discovery prefix: must not be empty" },
    { field: "statusTopic", value: "+/status", reason: `Status topic: ${TOPIC}` },
    {
      given: [{ field: "picture", value: "rate" }],
      field: "interval",
      value: "0",
      reason: `Interval: ${FOR_NUMBERS} 1 to 86400`,
    },
  ],
  settings: [
    [DEVICE, NAME, { field: "broker", value: "broker" }, { field: "topic", value: "Büro/2" }],
    [
      { field: "prefix", value: "lab/kvm" },
      { field: "discoveryPrefix", value: "ha" },
      { field: "statusTopic", value: "ha/status" },
    ],
  ],
};
