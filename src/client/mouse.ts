import { integerIn, oneOf } from "./ranges";

export const MOUSE_BUTTONS = ["left", "right", "middle", "up", "down"] as const;

/** `up` and `down` are a browser's back and forward, not the wheel. */
export type MouseButton = (typeof MOUSE_BUTTONS)[number];

/** How far the pointer is pushed or the wheel is turned. */
export interface MouseDelta {
  /** -127 to 127, to the right. */
  x: number;
  /** -127 to 127; of the pointer downwards, of the wheel upwards. */
  y: number;
}

/** The whole picture, however many pixels it has: the middle is 0. */
const POSITION = { min: -32_768, max: 32_767 };
const DELTA = { min: -127, max: 127 };

/** @throws ConfigurationError for what is not the name of a button. */
export function knownButton(button: string): MouseButton {
  return oneOf("The button", button, MOUSE_BUTTONS);
}

/** @throws ConfigurationError for what the device would clamp without a word. */
export function checkPosition(x: number, y: number): void {
  integerIn("x", x, POSITION);
  integerIn("y", y, POSITION);
}

/** @throws ConfigurationError for what the device would clamp without a word. */
export function checkDelta(x: number, y: number): void {
  integerIn("x", x, DELTA);
  integerIn("y", y, DELTA);
}
