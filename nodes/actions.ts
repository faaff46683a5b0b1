import { atxPower } from "./atx-power/action";
import { gpio } from "./gpio/action";
import { hidKeys } from "./hid-keys/action";
import { hidMacro } from "./hid-macro/action";
import { hidMouse } from "./hid-mouse/action";
import { kvmSwitch } from "./kvm-switch/action";
import { msdImage } from "./msd-image/action";
import { msdMount } from "./msd-mount/action";
import { request } from "./request/action";
import { screen } from "./screen/action";
import { waitUntil } from "./wait-until/action";

/** What the action nodes can do, by their names, for callers without Node-RED: see `perform` in src/actions. */
export const ACTIONS = {
  "atx-power": atxPower,
  "hid-keys": hidKeys,
  "hid-mouse": hidMouse,
  "hid-macro": hidMacro,
  "msd-mount": msdMount,
  "msd-image": msdImage,
  gpio,
  screen,
  "kvm-switch": kvmSwitch,
  "wait-until": waitUntil,
  request,
};
