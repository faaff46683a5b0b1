import { actionsBy, type WorkOf } from "../../src/actions/action";
import { schema } from "./schema";

type GpioWork = WorkOf<typeof schema>;

export const gpio = actionsBy(schema, "action", {
  on: (work) => write(work, true),
  off: (work) => write(work, false),
  toggle: (work) => work.pikvm.relays.toggle(work.fields.channel, verifiedIn(work)),
  pulse: (work) => work.pikvm.relays.pulse(work.fields.channel, { delay: work.fields.delay, ...timesIn(work) }),
  async read({ pikvm, fields, isBlank, signal }) {
    if (isBlank("channel")) return { channels: await pikvm.relays.readAll({ signal }) };
    return pikvm.relays.read(fields.channel, { timeout: fields.timeout, signal });
  },
});

const write = (work: GpioWork, state: boolean) =>
  work.pikvm.relays.switch(work.fields.channel, state, verifiedIn(work));

function timesIn({ fields: { timeout, busyRetry }, signal }: GpioWork) {
  return { timeout, busyRetry, signal };
}

const verifiedIn = (work: GpioWork) => ({ verify: work.fields.verify, ...timesIn(work) });
