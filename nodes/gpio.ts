import { GPIO_ACTIONS } from "../src/config";
import { defineAction } from "../src/runtime/action";
import { choice, flag, seconds, text } from "../src/runtime/fields";

const action = choice(GPIO_ACTIONS, { true: "on", "1": "on", false: "off", "0": "off" });

export = defineAction("pikvm-gpio", {
  fields: {
    action,
    channel: text({ optional: true }),
    delay: seconds({ max: 3600 }),
    verify: flag(),
    timeout: seconds({ min: 0.1, max: 3600 }),
    busyRetry: seconds({ max: 600 }),
  },
  async perform({ pikvm, fields, isBlank, signal }) {
    const { action, channel } = fields;
    if (action === "read" && isBlank("channel")) return { action, channels: await pikvm.relays.readAll({ signal }) };
    const { timeout } = fields;
    if (action === "read") return { action, ...(await pikvm.relays.read(channel, { timeout, signal })) };
    const { busyRetry } = fields;
    const options = { timeout, busyRetry, signal };
    if (action === "pulse") {
      return { action, ...(await pikvm.relays.pulse(channel, { delay: fields.delay, ...options })) };
    }
    const { verify } = fields;
    if (action === "toggle") return { action, ...(await pikvm.relays.toggle(channel, { verify, ...options })) };
    return { action, ...(await pikvm.relays.switch(channel, action === "on", { verify, ...options })) };
  },
});
