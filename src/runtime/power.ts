import type { Power, PowerOffOptions, PowerResult, ButtonsState } from "../client";
import { POWER_ACTIONS, POWER_WAITS } from "../config";
import { choice, seconds } from "./fields";

type PressAction = Exclude<(typeof POWER_ACTIONS)[number], "state">;
type PressOptions = PowerOffOptions & { offTime: number };

/** One of `POWER_ACTIONS`; what switches and dashboards send counts too. */
export const powerAction = choice(POWER_ACTIONS, {
  true: "on",
  "1": "on",
  false: "off",
  "0": "off",
  reset: "reset_hard",
});

const wait = choice(POWER_WAITS);

/** What goes with a power action in a dialog. */
export const powerFields = {
  wait,
  timeout: seconds({ min: 0.1, max: 3600 }),
  hardAfter: seconds({ max: 3600 }),
  offTime: seconds({ max: 3600 }),
  busyRetry: seconds({ max: 600 }),
};

type PowerValues = { [Name in keyof typeof powerFields]: ReturnType<(typeof powerFields)[Name]> };

const PRESSES: Record<
  PressAction,
  <S extends ButtonsState>(power: Power<S>, options: PressOptions) => Promise<PowerResult<S>>
> = {
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

/** Does a power action with the buttons of one computer. The fields are read only when something may be pressed. */
export async function performPower<S extends ButtonsState>(
  power: Power<S>,
  action: PressAction | "state",
  fields: Readonly<PowerValues>,
  signal: AbortSignal,
): Promise<PowerResult<S>> {
  if (action === "state") return { pressed: false, state: await power.getState({ signal }) };
  const { wait, timeout, hardAfter, offTime, busyRetry } = fields;
  return PRESSES[action](power, { wait, timeout, hardAfter, offTime, busyRetry, signal });
}
