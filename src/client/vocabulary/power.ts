/** What a computer's buttons are pressed as, by the device's names: shortly, for long, reset. */
export const ATX_BUTTONS = ["power", "power_long", "reset"] as const;
export type AtxButton = (typeof ATX_BUTTONS)[number];

/** What the device does after a look at the power LED, by its own names. */
export const ATX_ACTIONS = ["on", "off", "off_hard", "reset_hard"] as const;
export type AtxAction = (typeof ATX_ACTIONS)[number];

export const POWER_WAITS = ["accepted", "finished", "led"] as const;
/** When a power action counts as done: the device took it on; the press is over; the power LED shows the result. */
export type PowerWait = (typeof POWER_WAITS)[number];

export const POWER_SOURCES = ["led", "gpio", "video", "usb", "nothing"] as const;
/**
 * How it is known whether a computer is on: by its power LED at the ATX board, an input of the device, the video that it
 * sends, its USB port, or not at all.
 */
export type PowerSource = (typeof POWER_SOURCES)[number];

export const POWER_PRESSERS = ["atx", "gpio"] as const;
/** What presses the buttons of a computer: the ATX board, or outputs of the device. */
export type PowerPresser = (typeof POWER_PRESSERS)[number];
