import type { Power, PowerOffOptions, PowerResult } from "../src/client";
import { POWER_ACTIONS, POWER_WAITS } from "../src/config";
import { defineAction } from "../src/runtime/action";
import { choice, seconds } from "../src/runtime/fields";

type PressAction = Exclude<(typeof POWER_ACTIONS)[number], "state">;
type PressOptions = PowerOffOptions & { offTime: number };

const PRESSES: Record<PressAction, (power: Power, options: PressOptions) => Promise<PowerResult>> = {
  on: (power, options) => power.on(options),
  off: (power, options) => power.off(options),
  off_hard: (power, options) => power.offHard(options),
  reset_hard: (power, options) => power.resetHard(options),
  click_power: (power, options) => power.click(options),
  click_power_long: (power, options) => power.clickLong(options),
  click_reset: (power, options) => power.clickReset(options),
  ensure_on: (power, options) => power.ensureOn(options),
  ensure_off: (power, options) => power.ensureOff(options),
  power_or_reset: (power, options) => power.powerOrReset(options),
  cycle: (power, options) => power.cycle(options),
};

/** What switches and dashboards send counts too. */
const action = choice(POWER_ACTIONS, { true: "on", "1": "on", false: "off", "0": "off", reset: "reset_hard" });

const wait = choice(POWER_WAITS);

export = defineAction("pikvm-atx-power", {
  fields: {
    action,
    wait,
    timeout: seconds({ min: 0.1, max: 3600 }),
    hardAfter: seconds({ max: 3600 }),
    offTime: seconds({ max: 3600 }),
    busyRetry: seconds({ max: 600 }),
  },
  async perform({ pikvm, fields, signal }) {
    const { action, wait, busyRetry } = fields;
    if (action === "state") return { action, pressed: false, state: await pikvm.power.getState({ signal }) };
    const { timeout, hardAfter, offTime } = fields;
    const options = { wait, timeout, hardAfter, offTime, busyRetry, signal };
    return { action, ...(await PRESSES[action](pikvm.power, options)) };
  },
});
