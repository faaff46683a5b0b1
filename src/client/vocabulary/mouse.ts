export const MOUSE_BUTTONS = ["left", "right", "middle", "up", "down"] as const;
/** `up` and `down` are a browser's back and forward, not the wheel. */
export type MouseButton = (typeof MOUSE_BUTTONS)[number];

/** What the numbers of a point mean: percent of the picture, its pixels, or the device's own -32768 to 32767. */
export const POINT_UNITS = ["percent", "pixels", "device"] as const;
export type PointUnit = (typeof POINT_UNITS)[number];

/** From the left or the top edge to the other, of those units that do not go by the size of the picture. */
export const POINT_RANGES = { percent: { min: 0, max: 100 }, device: { min: -32_768, max: 32_767 } } as const;
