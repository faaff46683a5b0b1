/** What a computer's buttons are pressed as, by the device's names: shortly, for long, reset. */
export const ATX_BUTTONS = ["power", "power_long", "reset"] as const;
export type AtxButton = (typeof ATX_BUTTONS)[number];

/** What the device does after a look at the power LED, by its own names. */
export const ATX_ACTIONS = ["on", "off", "off_hard", "reset_hard"] as const;
export type AtxAction = (typeof ATX_ACTIONS)[number];

export const POWER_WAITS = ["accepted", "finished", "led"] as const;
/** When a power action counts as done: the device took it on; the press is over; the power LED shows the result. */
export type PowerWait = (typeof POWER_WAITS)[number];
