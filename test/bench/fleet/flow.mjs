import { addressOf } from "./addresses.mjs";

/** What each device is used by, with what its dialog would store. */
const NODES = [
  ["pikvm-events", { mode: "state", kinds: [] }],
  ["pikvm-atx-power", { action: "on", actionType: "one_of" }],
  ["pikvm-hid-keys", {}],
  ["pikvm-gpio", {}],
];

/** A flow of so many devices, each with its nodes. @param core Node-RED's own nodes instead, which do nothing. */
export function flowOf({ count, port, tls = false, core = false }) {
  const tab = { id: "tab", type: "tab", label: "fleet", disabled: false };
  const devices = Array.from({ length: count }, (_, index) => deviceAt(index, { port, tls, core }));
  return [tab, ...devices.flat()];
}

function deviceAt(index, { port, tls, core }) {
  const id = `device${index}`;
  const address = `${tls ? "https" : "http"}://${addressOf(index)}:${port}`;
  const config = core
    ? { id, type: "http proxy", name: `Device ${index}`, url: address, noproxy: [] }
    : {
        id,
        type: "pikvm-device",
        name: `Device ${index}`,
        address,
        user: "admin",
        trust: "none",
        credentials: { password: "admin" },
      };
  const place = { z: "tab", x: 100, y: 20 * index };
  const nodes = NODES.map(([type, settings], nth) => ({
    id: `${id}-${nth}`,
    type: core ? "junction" : type,
    ...(core ? {} : { name: "", device: id, ...settings }),
    ...place,
    wires: core ? [[]] : [[`${id}-sink`], []],
  }));
  // Something to send to.
  return [config, ...nodes, { id: `${id}-sink`, type: "junction", ...place, wires: [[]] }];
}
