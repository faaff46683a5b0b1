export const MOUSE_BUTTONS = ["left", "right", "middle", "up", "down"] as const;
/** `up` and `down` are a browser's back and forward, not the wheel. */
export type MouseButton = (typeof MOUSE_BUTTONS)[number];

/** What the numbers of a point mean: percent of the picture, its pixels, or the device's own -32768 to 32767. */
export const POINT_UNITS = ["percent", "pixels", "device"] as const;
export type PointUnit = (typeof POINT_UNITS)[number];
