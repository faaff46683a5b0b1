import type { Actions, WorkOf } from "../../src/actions/action";
import type { ButtonsState, Power, PowerResult } from "../../src/client";
import { schema } from "./schema";

type PowerFields = WorkOf<typeof schema>["fields"];

/** What goes with a press, as far as somebody has it. */
interface PressWork {
  fields: Pick<PowerFields, "wait" | "timeout" | "hardAfter" | "offTime" | "busyRetry">;
  signal: AbortSignal;
}

type Press = <S extends ButtonsState>(power: Power<S>, work: PressWork) => Promise<PowerResult<S>>;

const PRESSES: Record<PowerFields["action"], Press> = {
  on: (power, work) => power.on(optionsOf(work)),
  off: (power, work) => power.off(optionsOf(work)),
  off_hard: (power, work) => power.offHard(optionsOf(work)),
  reset_hard: (power, work) => power.resetHard(optionsOf(work)),
  click_power: (power, work) => power.click(optionsOf(work)),
  click_power_long: (power, work) => power.clickLong(optionsOf(work)),
  click_reset: (power, work) => power.clickReset(optionsOf(work)),
  ensure_on: (power, work) => power.ensureOn(optionsOf(work)),
  ensure_off: (power, work) => power.ensureOff(optionsOf(work)),
  power_or_reset: (power, work) => power.powerOrReset(optionsOf(work)),
  cycle: (power, work) => power.cycle(optionsOf(work)),
  state: async (power, { signal }) => ({ pressed: false, state: await power.getState({ signal }) }),
};

/** Does a power action with the buttons of one computer. */
export const press = <S extends ButtonsState>(
  power: Power<S>,
  action: PowerFields["action"],
  work: PressWork,
): Promise<PowerResult<S>> => PRESSES[action](power, work);

/** Read only when something may be pressed. */
function optionsOf({ fields: { wait, timeout, hardAfter, offTime, busyRetry }, signal }: PressWork) {
  return { wait, timeout, hardAfter, offTime, busyRetry, signal };
}

export const atxPower: Actions<(typeof schema)["fields"]> = {
  schema,
  async perform(work) {
    const { action } = work.fields;
    return { action, ...(await press(work.pikvm.power, action, work)) };
  },
};
