import { BEACON_PLACES } from "../../src/client/vocabulary";
import { choice, data, fromMsg, number, text } from "../../src/schema/field";
import { actionNode } from "../../src/schema/node";
import { alternativesOf } from "../../src/schema/when";
import { POWER_ACTIONS, POWER_EFFECTS, POWER_SYNONYMS, powerFields } from "../atx-power/schema";

/** What is done with one port, whatever else is chosen. */
export const PORT_ACTIONS = ["select", "power", "edid_assign"] as const;

const power = powerFields("power", { action: ["power"] });

export const schema = actionNode({
  name: "kvm-switch",
  deeds: {
    by: "action",
    does: {
      select: "changes",
      power: { by: "power", does: POWER_EFFECTS, apart: true },
      beacon_on: "changes",
      beacon_off: "changes",
      edid_list: "reads",
      edid_create: "changes",
      edid_assign: "changes",
      edid_remove: "destroys",
      state: "reads",
    },
  },
  fields: {
    action: choice(
      ["select", "power", "beacon_on", "beacon_off", "edid_list", "edid_create", "edid_assign", "edid_remove", "state"],
      { icon: "random", default: "select" },
    ),
    light: choice(BEACON_PLACES, {
      icon: "lightbulb-o",
      default: "port",
      when: { action: ["beacon_on", "beacon_off"] },
    }),
    unit: number({
      icon: "server",
      min: 1,
      max: 5,
      whole: true,
      default: 1,
      when: { action: ["beacon_on", "beacon_off"], light: ["uplink", "downlink"] },
    }),
    edid: text({
      icon: "television",
      default: "",
      suggest: "edids",
      hint: true,
      when: { action: ["edid_create", "edid_assign", "edid_remove"] },
    }),
    data: data({ icon: "file-o", default: fromMsg("payload"), hint: true, when: { action: ["edid_create"] } }),
    port: text({
      icon: "plug",
      default: fromMsg("payload"),
      suggest: "ports",
      hint: true,
      when: [{ action: PORT_ACTIONS }, { action: ["beacon_on", "beacon_off"], light: ["port"] }],
    }),
    power: choice(POWER_ACTIONS, {
      icon: "power-off",
      default: "ensure_on",
      synonyms: POWER_SYNONYMS,
      words: "atx-power:action",
      when: { action: ["power"] },
    }),
    ...power,
    timeout: {
      ...power.timeout,
      expert: true,
      // The switch, too, has to report what was done.
      when: [{ action: ["select", "edid_assign", "beacon_on", "beacon_off"] }, ...alternativesOf(power.timeout.when)],
    },
  },
});
