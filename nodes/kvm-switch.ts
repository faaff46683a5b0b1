import type { Beacon } from "../src/client";
import { BEACON_PLACES, SWITCH_ACTIONS } from "../src/config";
import { defineAction } from "../src/runtime/action";
import { choice, data, number, text } from "../src/runtime/fields";
import { performPower, powerAction, powerFields } from "../src/runtime/power";

const action = choice(SWITCH_ACTIONS);
const light = choice(BEACON_PLACES);

export = defineAction("pikvm-kvm-switch", {
  fields: {
    action,
    port: text(),
    power: powerAction,
    light,
    unit: number({ min: 1, max: 5, whole: true }),
    edid: text(),
    data: data(),
    ...powerFields,
  },
  async perform({ pikvm: { ports, edids }, fields, signal }) {
    const { action } = fields;
    if (action === "state") return { action, state: await ports.getState({ signal }) };
    if (action === "edid_list") return { action, edids: await edids.list({ signal }) };
    if (action === "edid_create") return { action, ...(await edids.create(fields.edid, fields.data, { signal })) };
    if (action === "edid_remove") return { action, ...(await edids.remove(fields.edid, { signal })) };
    if (action === "power") {
      const { power: press } = fields;
      const port = await ports.find(fields.port, { signal });
      const power = await ports.power(port.id, { signal });
      return { action, power: press, port, ...(await performPower(power, press, fields, signal)) };
    }
    const { timeout } = fields;
    const options = { timeout, signal };
    if (action === "select") return { action, ...(await ports.select(fields.port, options)) };
    if (action === "edid_assign") return { action, ...(await edids.assign(fields.edid, fields.port, options)) };
    return { action, ...(await ports.setBeacon(beaconOf(fields), action === "beacon_on", options)) };
  },
});

function beaconOf(fields: { light: (typeof BEACON_PLACES)[number]; port: string; unit: number }): Beacon {
  const { light } = fields;
  if (light === "port") return { port: fields.port };
  return light === "uplink" ? { uplink: fields.unit } : { downlink: fields.unit };
}
