import { deedsIn } from "../src/schema/deeds";
import { schema as atxPower } from "./atx-power/schema";
import { schema as gpio } from "./gpio/schema";
import { schema as hidKeys } from "./hid-keys/schema";
import { schema as hidMacro } from "./hid-macro/schema";
import { schema as hidMouse } from "./hid-mouse/schema";
import { schema as kvmSwitch } from "./kvm-switch/schema";
import { schema as msdImage } from "./msd-image/schema";
import { schema as msdMount } from "./msd-mount/schema";
import { schema as request } from "./request/schema";
import { schema as screen } from "./screen/schema";
import { schema as waitUntil } from "./wait-until/schema";

const NODES = [atxPower, hidKeys, hidMouse, hidMacro, msdMount, msdImage, gpio, screen, kvmSwitch, waitUntil, request];

/** The names of all that a device may let through or not: what changes it, or its host. */
export const DEEDS: readonly string[] = [
  ...new Set(
    NODES.flatMap((schema) => deedsIn(schema))
      .filter(({ effect }) => effect !== "reads")
      .map(({ name }) => name),
  ),
];
