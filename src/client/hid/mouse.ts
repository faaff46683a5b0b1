import { ConfigurationError } from "../errors";
import { integerIn, oneOf } from "../ranges";
import { MOUSE_BUTTONS, type MouseButton } from "../vocabulary";

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

/**
 * The device drops without a word what is for a mouse in the other mode. One that does not tell the mode is of before
 * there was a relative one.
 * @param absolute what the mouse must be. @throws ConfigurationError when it is the other.
 */
export function checkMode(mouse: { absolute?: unknown }, absolute: boolean): void {
  const { absolute: isAbsolute = true } = mouse;
  if (isAbsolute !== !absolute) return;
  throw new ConfigurationError(
    absolute
      ? "The mouse is relative now and cannot be put somewhere: push it, or set the mouse output to usb first."
      : "The mouse is absolute now and cannot be pushed: put it somewhere, or set the mouse output to usb_rel first.",
  );
}
