import { DEVICE, NAME, NO_DEVICE, type Visit } from "./visit";

export const visit: Visit = {
  mistakes: [NO_DEVICE],
  unread: ["idleSeconds"],
  settings: [[DEVICE, NAME, { field: "mode", value: "state" }, { field: "connection", value: false }]],
};
