import { actionsBy, type WorkOf } from "../../src/actions/action";
import type { Beacon } from "../../src/client";
import { press } from "../atx-power/action";
import { schema } from "./schema";

type SwitchWork = WorkOf<typeof schema>;

export const kvmSwitch = actionsBy(schema, "action", {
  select: ({ pikvm, fields: { port, timeout }, signal }) => pikvm.ports.select(port, { timeout, signal }),
  async power(work) {
    const { pikvm, fields, signal } = work;
    const { power } = fields;
    const port = await pikvm.ports.find(fields.port, { signal });
    const buttons = await pikvm.ports.power(port.id, { signal });
    return { power, port, ...(await press(buttons, power, work)) };
  },
  beacon_on: (work) => setBeacon(work, true),
  beacon_off: (work) => setBeacon(work, false),
  edid_list: async ({ pikvm, signal }) => ({ edids: await pikvm.edids.list({ signal }) }),
  edid_create: ({ pikvm, fields: { edid, data }, signal }) => pikvm.edids.create(edid, data, { signal }),
  edid_assign: ({ pikvm, fields: { edid, port, timeout }, signal }) =>
    pikvm.edids.assign(edid, port, { timeout, signal }),
  edid_remove: ({ pikvm, fields: { edid }, signal }) => pikvm.edids.remove(edid, { signal }),
  state: async ({ pikvm, signal }) => ({ state: await pikvm.ports.getState({ signal }) }),
});

const setBeacon = (work: SwitchWork, isOn: boolean) =>
  work.pikvm.ports.setBeacon(BEACONS[work.fields.light](work), isOn, {
    timeout: work.fields.timeout,
    signal: work.signal,
  });

const BEACONS: Record<SwitchWork["fields"]["light"], (work: SwitchWork) => Beacon> = {
  port: ({ fields: { port } }) => ({ port }),
  uplink: ({ fields: { unit } }) => ({ uplink: unit }),
  downlink: ({ fields: { unit } }) => ({ downlink: unit }),
};
